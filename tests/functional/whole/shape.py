"""A good request, and what its answer looks like: its status, and the schema that Tempest holds it to.

The schemas are Tempest's own (``tempest.lib.api_schema.response.compute``), a package for each microversion that
changed something.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
from pathlib import Path
from typing import Any

_PACKAGE = "tempest.lib.api_schema.response.compute"
LATEST = (2, 104)
Version = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Shape:
    """``request``: method and path; names in braces, there and in ``body``, are the world's, ``{new}`` a new word.

    ``schema``: ``noun.name``; empty where Tempest has none. ``until`` and ``since``: the microversions in which the
    request is. ``status``: what is answered, where there is no schema or this cloud has nothing behind the route
    (docs/api says why). ``state``: the status of the server before.
    """

    request: str
    schema: str = ""
    body: Any = None
    since: str = "2.1"
    until: str = "2.104"
    status: int = 0
    state: str = "ACTIVE"

    @property
    def noun(self) -> str:
        return self.schema.partition(".")[0]

    def versions(self) -> list[Version]:
        """The microversions that matter: the first, the last, and those where the schema changes and just before."""
        first, last = number(self.since), number(self.until)
        starts = [start for start in packages(self.noun) if first < start <= last] if self.schema else []
        changes = [start for start in starts if self.at(start) != self.at((start[0], start[1] - 1))]
        return sorted({first, last, *changes, *((major, minor - 1) for major, minor in changes)})

    def at(self, version: Version) -> dict[str, Any]:
        """The schema of a microversion."""
        if self.status or not self.schema:
            return {"status_code": [self.status]}
        name = self.schema.partition(".")[2]
        found = [module for start, module in packages(self.noun).items() if start <= version and hasattr(module, name)]
        schema: dict[str, Any] = getattr(found[-1], name)
        return schema


def number(text: str) -> Version:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


@functools.cache
def packages(noun: str) -> dict[Version, Any]:
    """The modules about a noun, by the microversion from which they hold; oldest first."""
    root = Path(importlib.import_module(_PACKAGE).__path__[0])
    found = {}
    for path in root.glob(f"v*/{noun}.py"):
        major, minor = path.parent.name.removeprefix("v").split("_")
        found[int(major), int(minor)] = importlib.import_module(f"{_PACKAGE}.{path.parent.name}.{noun}")
    return dict(sorted(found.items()))
