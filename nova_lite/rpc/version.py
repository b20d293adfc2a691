"""Version: of an interface, as both ends compare it."""

from __future__ import annotations

from typing import NamedTuple

from nova_lite.rpc.errors import ContractError


class Version(NamedTuple):
    """``major.minor``: a server understands every minor up to its own of the same major."""

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """:raises ContractError: the text is not two numbers with a dot between."""
        major, dot, minor = text.partition(".")
        if not (dot and major.isdecimal() and minor.isdecimal()):
            raise ContractError(f"version {text!r} is not of the form major.minor")
        return cls(int(major), int(minor))

    def understands(self, other: Version) -> bool:
        """True when a server of this version takes messages of the other."""
        return self.major == other.major and self.minor >= other.minor

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"
