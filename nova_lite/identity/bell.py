"""Between the workers of one API: one rings, all notice at their next look, without asking anybody."""

from __future__ import annotations

import mmap
import secrets

WIDTH = 16


class Bell:
    """Made before workers are forked, and theirs together from then on. A look costs less than a microsecond."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, WIDTH)

    def ring(self) -> None:
        """Make the sound another one. Two that ring at once need not agree: any change is enough."""
        self._shared[:] = secrets.token_bytes(WIDTH)

    def sound(self) -> bytes:
        """The same as at the last look, unless somebody has rung since."""
        return self._shared[:]
