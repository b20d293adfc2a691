"""JSON Schema, with refusals that name the field as Nova's do."""

from __future__ import annotations

import base64
import binascii
import functools
import ipaddress
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import jsonschema
from jsonschema.exceptions import best_match

from nova_lite.core.errors import Invalid
from nova_lite.core.ids import is_uuid

Document = Mapping[str, object]

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("uuid")
def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or is_uuid(value)


@FORMATS.checks("ipv4", raises=ValueError)
def _is_ipv4(value: object) -> bool:
    return not isinstance(value, str) or bool(ipaddress.IPv4Address(value))


@FORMATS.checks("ipv6", raises=ValueError)
def _is_ipv6(value: object) -> bool:
    # A zone behind the address is a word of one machine's, and may be any text.
    return not isinstance(value, str) or ("%" not in value and bool(ipaddress.IPv6Address(value)))


@FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.fromisoformat(value))


@FORMATS.checks("int32", raises=ValueError)
def _is_int32(value: object) -> bool:
    # For numbers in quotes, of which ``maximum`` knows nothing: a column of a database has 32 bits.
    return not isinstance(value, str) or -(2**31) <= int(value) < 2**31


@FORMATS.checks("base64", raises=(binascii.Error, ValueError))
def _is_base64(value: object) -> bool:
    if isinstance(value, str):
        base64.b64decode("".join(value.split()), validate=True)
    return True


@FORMATS.checks("name")
def _is_name(value: object) -> bool:
    # Names may have inner spaces, but none around them, and no control characters.
    return not isinstance(value, str) or (bool(value.strip()) and value == value.strip() and _printable(value))


@FORMATS.checks("name_with_leading_trailing_spaces")
def _is_spaced_name(value: object) -> bool:
    return not isinstance(value, str) or (bool(value.strip()) and _printable(value))


@FORMATS.checks("printable")
def _is_printable(value: object) -> bool:
    return not isinstance(value, str) or _printable(value)


def _printable(text: str) -> bool:
    # To Python no space but the ASCII one is printable; names may have the others.
    return all(letter.isprintable() or unicodedata.category(letter) == "Zs" for letter in text)


@FORMATS.checks("regex", raises=(re.error, OverflowError, RecursionError))
def _is_regex(value: object) -> bool:
    return not isinstance(value, str) or bool(re.compile(value))


def _is_integer(_: object, value: object) -> bool:
    # To JSON Schema 2.0 is an integer since draft 6; to Nova's draft 4, and to those who compute with it, it is not.
    return isinstance(value, int) and not isinstance(value, bool)


def _exact(pattern: str) -> str:
    """JSON Schema's ``$`` is the end of the text; Python's is also before a line break that ends it."""
    return f"{pattern[:-1]}\\Z" if pattern.endswith("$") and not pattern.endswith("\\$") else pattern


def _pattern(validator: Any, pattern: str, value: object, _: object) -> Iterator[jsonschema.ValidationError]:
    if validator.is_type(value, "string") and not re.search(_exact(pattern), str(value)):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


def _exact_names(document: Any) -> Any:
    """A schema whose patterns of names end where they say."""
    if isinstance(document, Mapping):
        return {
            key: {_exact(name): _exact_names(piece) for name, piece in value.items()}
            if key == "patternProperties" and isinstance(value, Mapping) else _exact_names(value)
            for key, value in document.items()
        }
    return [_exact_names(item) for item in document] if isinstance(document, list | tuple) else document


_Validator: type[jsonschema.Draft202012Validator] = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator, {"pattern": _pattern},
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)


class Schema:
    """A JSON Schema document (2020-12, with draft 4's integers), compiled when it is first used."""

    def __init__(self, document: Document) -> None:
        self.document = document

    @functools.cached_property
    def _validator(self) -> jsonschema.Draft202012Validator:
        return _Validator(_exact_names(self.document), format_checker=FORMATS)

    def check(self, value: object) -> None:
        """Accept the value or say what is wrong with it.

        :raises Invalid: the message names the field, its value and the rule; details: field.
        """
        error = best_match(self._validator.iter_errors(value))
        if error is not None:
            raise Invalid(_sentence(error), field=".".join(str(part) for part in error.absolute_path))

    @property
    def properties(self) -> frozenset[str]:
        """Names of the declared top-level properties."""
        declared = self.document.get("properties")
        return frozenset(declared) if isinstance(declared, Mapping) else frozenset()


def _sentence(error: jsonschema.ValidationError) -> str:
    if not error.absolute_path:
        return str(error.message)
    field, value = _field(error.absolute_path), _shown(error.instance)
    return f"Invalid input for field/attribute {field}. Value: {value}. {_shown(error.message)}"


def _field(path: Sequence[str | int]) -> str:
    # The innermost name; of an item of a list, the list's with the item's number.
    steps = [str(path[-1])]
    for step in reversed(list(path)[:-1]):
        if not steps[0].isdigit():
            break
        steps.insert(0, str(step))
    return ".".join(steps)


def _shown(value: object) -> str:
    # A refusal need not send a megabyte back.
    text = str(value)
    return text if len(text) <= 500 else f"{text[:500]}..."
