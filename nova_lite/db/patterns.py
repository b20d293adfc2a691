"""Conditions over text: expressions that users write, and the encoded text of JSON columns."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, String, or_, type_coerce

from nova_lite.core.errors import Invalid

_ESCAPE = "\\"


def containing(column: Any, text: str) -> ColumnElement[bool]:
    """The column's text has ``text`` in it, as it is written."""
    return type_coerce(column, String).contains(text, autoescape=True)


def matching(column: Any, expression: str) -> ColumnElement[bool]:
    """The column's text matches a regular expression somewhere. Plain text, the usual case, is not run as one.

    :raises Invalid: it is no regular expression.
    """
    if re.escape(expression).replace("\\-", "-").replace("\\ ", " ") == expression:
        return containing(column, expression)
    try:
        re.compile(expression)
    except (re.error, OverflowError, RecursionError) as error:
        raise Invalid(f"name {expression!r} is not a regular expression: {error}", field="name") from error
    return type_coerce(column, String).regexp_match(expression)


def has_pair(column: Any, key: str, value: str) -> ColumnElement[bool]:
    """The encoded ``dict[str, str]`` has this pair.

    Exact, though by pattern: a quotation mark inside a string is always escaped, so ``{"key":"value"`` or
    ``,"key":"value"`` cannot occur inside one.
    """
    pair = f"{_encoded(key)}:{_encoded(value)}"
    return or_(containing(column, "{" + pair), containing(column, "," + pair))


def has_key(column: Any, key: str) -> ColumnElement[bool]:
    """The encoded ``dict[str, str]`` has this key."""
    start = f"{_encoded(key)}:"
    return or_(containing(column, "{" + start), containing(column, "," + start))


def has_item(column: Any, item: str) -> ColumnElement[bool]:
    """The encoded list of strings has this item."""
    text = _encoded(item)
    return or_(*(containing(column, f"{left}{text}{right}") for left in "[," for right in ",]"))


def _encoded(text: str) -> str:
    return msgspec.json.encode(text).decode()
