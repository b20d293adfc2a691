"""Answers as tables: which key exists from which microversion to which, for whom, and where its value comes from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from nova_lite.api.microversions import Microversion, v

T = TypeVar("T")
C = TypeVar("C")


class Absent:
    """The type of ABSENT."""


ABSENT = Absent()  # a value that leaves its key out


@dataclasses.dataclass(frozen=True)
class Field(Generic[T, C]):
    """A key of an answer. ``value`` is computed from the object and the circumstances of the answer.

    ``since`` and ``until`` (inclusive) are microversions; ``needs`` names what the caller must be allowed to see.
    """

    key: str
    value: Callable[[T, C], object]
    since: str = "2.1"
    until: str = "9999.0"
    needs: str = ""


def at(fields: Sequence[Field[T, C]], version: Microversion, allowed: frozenset[str]) -> list[Field[T, C]]:
    """The fields that an answer has at a version for somebody who may see ``allowed``."""
    return [
        field for field in fields
        if v(field.since) <= version <= v(field.until) and (not field.needs or field.needs in allowed)
    ]


def render(fields: Sequence[Field[T, C]], thing: T, circumstances: C) -> dict[str, object]:
    """One object's answer."""
    answer = {}
    for field in fields:
        value = field.value(thing, circumstances)
        if value is not ABSENT:
            answer[field.key] = value
    return answer
