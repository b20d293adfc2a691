"""Rules for the values of extra specs. A rule is a function that says what is wrong with a value, or None."""

from __future__ import annotations

import re
from collections.abc import Callable

from nova_lite.api.compute.booleans import truth
from nova_lite.core.errors import Invalid

Rule = Callable[[str], str | None]

_WHOLE = re.compile(r"[-+]?[0-9]+")


def anything(value: str) -> str | None:
    """Any text does."""
    return None


def boolean(value: str) -> str | None:
    """Any of OpenStack's words for true and false does."""
    try:
        truth(value, "")
    except Invalid:
        return "is not a boolean: true or false"
    return None


def whole(least: int | None = None, most: int | None = None) -> Rule:
    """A whole number within limits, both of which do."""

    def rule(value: str) -> str | None:
        if not _WHOLE.fullmatch(value):
            return "is not a whole number"
        if least is not None and int(value) < least:
            return f"is less than {least}, the least that does"
        if most is not None and int(value) > most:
            return f"is more than {most}, the most that does"
        return None

    return rule


def one_of(*words: str) -> Rule:
    """One of some words."""
    return lambda value: None if value in words else f"is not one of: {', '.join(words)}"


def form(pattern: str, what: str) -> Rule:
    """A text that is wholly of a form, which ``what`` names for people."""
    compiled = re.compile(pattern)
    return lambda value: None if compiled.fullmatch(value) else f"is not {what}"
