"""Microversions: a value, a range, what a request asks for, and tables that change with them."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar

from nova_lite.api.errors import NotAcceptable
from nova_lite.core.errors import Invalid

T = TypeVar("T")

_FORM = re.compile(r"^([1-9]\d{0,8})\.([1-9]\d{0,8}|0)$", re.ASCII)


class Microversion(NamedTuple):
    """``Microversion(2, 10)`` is later than ``Microversion(2, 9)``."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"

    @classmethod
    def parse(cls, text: str) -> Microversion:
        """``2.79`` as a value.

        :raises Invalid: the text has another form.
        """
        match = _FORM.match(text)
        if match is None:
            raise Invalid(
                f"API Version String '{text}' is of invalid format. Must be of format MajorNum.MinorNum.", value=text
            )
        return cls(int(match[1]), int(match[2]))


UNVERSIONED = Microversion(0, 0)


@functools.cache
def v(text: str) -> Microversion:
    """Short for tables: ``v("2.26")``. For texts of ours only: each is kept."""
    return Microversion.parse(text)


class ByVersion(Generic[T]):
    """A value that changed at some microversions: the entry with the latest start not after the version asked for.

    ``ByVersion(("2.1", old), ("2.37", new))``; before the first entry there is nothing.
    """

    def __init__(self, *entries: tuple[str, T]) -> None:
        self._entries = tuple((v(since), value) for since, value in entries)

    def at(self, version: Microversion) -> T | None:
        found = None
        for since, value in self._entries:
            if version == UNVERSIONED or since <= version:
                found = value
        return found

    def entries(self) -> tuple[tuple[Microversion, T], ...]:
        """All entries, oldest first; for documents generated from the tables."""
        return self._entries


class VersionRange(NamedTuple):
    """What a dialect serves. ``service`` is its type in OpenStack-API-Version, ``legacy_header`` the older header."""

    service: str
    legacy_header: str
    minimum: Microversion
    maximum: Microversion

    def negotiate(self, headers: Mapping[str, str]) -> Microversion:
        """The version that a request asks for; the minimum when it asks for none.

        :raises Invalid: it has no version's form.
        :raises NotAcceptable: it is not served.
        """
        text = self._asked(headers)
        if text is None:
            return self.minimum
        if text == "latest":
            return self.maximum
        version = Microversion.parse(text)
        if not self.minimum <= version <= self.maximum:
            raise NotAcceptable(
                f"Version {version} is not supported by the API. "
                f"Minimum is {self.minimum} and maximum is {self.maximum}.",
                version=str(version),
            )
        return version

    def _asked(self, headers: Mapping[str, str]) -> str | None:
        # The new header names the service and may name several; the last one for ours counts.
        asked = headers.get(self.legacy_header)
        for part in headers.get("OpenStack-API-Version", "").split(","):
            words = part.split()
            if len(words) == 2 and words[0].lower() == self.service:
                asked = words[1]
        return None if asked is None else asked.strip()

    def reply_headers(self, version: Microversion) -> dict[str, str]:
        """The headers that tell a client, and a cache, which version answered."""
        return {
            "OpenStack-API-Version": f"{self.service} {version}",
            self.legacy_header: str(version),
            "Vary": f"OpenStack-API-Version, {self.legacy_header}",
        }
