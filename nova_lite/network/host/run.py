"""What this room asks of whoever runs programs for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Run(Protocol):
    """Runs a program, without a shell and bounded in time."""

    def __call__(self, argv: Sequence[str], *, text: str = "") -> str:
        """Standard output of a program that read ``text``. Waits cooperatively.

        :raises NovaLiteError: it is missing, failed or took too long; the message says what it complained about.
        """
        ...
