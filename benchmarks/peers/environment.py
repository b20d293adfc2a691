"""The peers' own virtual environment, under var/."""

from __future__ import annotations

from pathlib import Path

from stack import pinned

ROOT = Path(__file__).parents[2]


def interpreter() -> Path:
    """The Python of the environment, made if need be. Raises StackError."""
    place = ROOT / "var" / "peers" / "oslo.messaging"
    return pinned.ensure(ROOT / "requirements-peers.txt", place) / "bin" / "python"
