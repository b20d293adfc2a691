"""Conditions over text: expressions that users write, and the encoded text of JSON columns."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, String, type_coerce

from nova_lite.core.errors import Invalid

_MOST_REPETITIONS = 3
# What matters in an expression: escapes and classes (passed over), groups, alternatives, repetitions.
_TOKENS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]])*\]|\(\?|[()|*+{?]", re.DOTALL)


def containing(column: Any, text: str) -> ColumnElement[bool]:
    """The column's text has ``text`` in it, as it is written."""
    return type_coerce(column, String).contains(text, autoescape=True)


def matching(column: Any, expression: str) -> ColumnElement[bool]:
    """The column's text matches a regular expression somewhere. Plain text, the usual case, is not run as one.

    :raises Invalid: it is no regular expression, or one that may take for ever: SQLite runs them in this process.
    """
    if re.escape(expression).replace("\\-", "-").replace("\\ ", " ") == expression:
        return containing(column, expression)
    try:
        re.compile(expression)
    except (re.error, OverflowError, RecursionError) as error:
        raise Invalid(f"name {expression!r} is not a regular expression: {error}", field="name") from error
    if _costly(expression):
        raise Invalid(f"name {expression!r} is too complex a regular expression", field="name")
    return type_coerce(column, String).regexp_match(expression)


def _costly(expression: str) -> bool:
    """Many repetitions, or a repeated group with a choice inside: what makes backtracking explode."""
    repetitions, choices = 0, [False]
    for token in _TOKENS.finditer(expression):
        if token[0] in ("(", "(?"):
            choices.append(False)
        elif token[0] == ")":
            inside = choices.pop()
            if inside and expression[token.end() : token.end() + 1] in ("*", "+", "{"):
                return True
            choices[-1] |= inside
        elif token[0] in "|*+{?":
            repetitions += token[0] != "|"
            choices[-1] = True
    return repetitions > _MOST_REPETITIONS


def has_pair(column: Any, key: str, value: str) -> ColumnElement[bool]:
    """The ``Searchable`` dictionary has this pair. Exact: the line break in front anchors it (``models.base``)."""
    return containing(column, f"\n {_encoded(key)}: {_encoded(value)}")


def has_key(column: Any, key: str) -> ColumnElement[bool]:
    """The ``Searchable`` dictionary has this key."""
    return containing(column, f"\n {_encoded(key)}: ")


def has_item(column: Any, item: str) -> ColumnElement[bool]:
    """The ``Searchable`` list of strings has this item."""
    return containing(column, f"\n {_encoded(item)}")


def _encoded(text: str) -> str:
    return msgspec.json.encode(text).decode()
