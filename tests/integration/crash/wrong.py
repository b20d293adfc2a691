"""Wrong: a promise that was not kept."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["stuck", "doubled", "leaked", "lost", "untrue"]


class Wrong(NamedTuple):
    """``kind``: which one; ``text`` names what it was not kept for."""

    kind: Kind
    text: str
