"""The peers' own virtual environments, under var/."""

from __future__ import annotations

from pathlib import Path

from stack import pinned

ROOT = Path(__file__).parents[2]


def interpreter(name: str = "oslo.messaging", pins: str = "requirements-peers.txt") -> Path:
    """The Python of an environment, made if need be. Raises StackError."""
    return pinned.ensure(ROOT / pins, ROOT / "var" / "peers" / name) / "bin" / "python"
