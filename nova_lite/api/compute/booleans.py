"""Truth in the many words that OpenStack's clients use for it."""

from __future__ import annotations

from nova_lite.core.errors import Invalid

_TRUE = frozenset({"1", "t", "true", "on", "y", "yes"})
_FALSE = frozenset({"0", "f", "false", "off", "n", "no"})


def truth(value: object, field: str) -> bool:
    """A boolean, or a word for one.

    :raises Invalid: it is neither; the message names the field.
    """
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Invalid(f"Invalid input for field/attribute {field}. Value: {value}. It is not a boolean.", field=field)


def truth_or(value: object, field: str, default: bool) -> bool:
    """The same, or ``default`` where nothing was said."""
    return default if value is None else truth(value, field)
