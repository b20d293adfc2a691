"""Bodies that are not as they should be, made from one that is."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]

_DROP = object()
_WRONG: tuple[Any, ...] = (None, 7, "word", True, [], {})
_TEXTS: tuple[Any, ...] = ("", " ", "a" * 255, "a" * 256, "\u00fc\u2603", " before", "two\nlines")
_NUMBERS: tuple[Any, ...] = (-1, 0, 2**31, "5", 1.5)


def mutations(body: Any) -> Iterator[Any]:
    """The body with one thing wrong (or odd), for each thing in it."""
    yield from ({}, [], None, "word", {**body, "extra": 1})
    for path, value in _places(body, ()):
        if not (len(path) == 1 and isinstance(value, dict)):
            yield _with(body, path, _DROP)
        if isinstance(value, dict):
            yield _with(body, (*path, "extra"), "x")
        for wrong in _wrong(value):
            yield _with(body, path, wrong)


def small_mutations(body: Any) -> Iterator[Any]:
    """A few of them: each field missing, empty and of another kind."""
    yield from ({}, {**body, "extra": 1})
    for path, value in _places(body, ()):
        if not (len(path) == 1 and isinstance(value, dict)):
            yield _with(body, path, _DROP)
        if isinstance(value, dict):
            yield _with(body, (*path, "extra"), "x")
        else:
            yield _with(body, path, {} if not isinstance(value, dict) else [])


def _wrong(value: Any) -> Iterator[Any]:
    for wrong in _WRONG:
        if type(wrong) is not type(value) or wrong != value:
            yield wrong
    if isinstance(value, str):
        yield from _TEXTS
    if isinstance(value, int) and not isinstance(value, bool):
        yield from _NUMBERS
    if isinstance(value, list) and value:
        yield [*value, *value]


def _places(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if path:
        yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from _places(item, (*path, key))


def _with(body: Any, path: Path, value: Any) -> Any:
    made = copy.deepcopy(body)
    place = made
    for step in path[:-1]:
        place = place[step]
    if value is _DROP:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return made
