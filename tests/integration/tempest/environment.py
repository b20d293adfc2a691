"""Tempest's own virtual environment, in the checkout's ``var``."""

from __future__ import annotations

from pathlib import Path

from stack import pinned

ROOT = Path(__file__).resolve().parents[3]
PLACE = ROOT / "var" / "tempest"


def ensure() -> Path:
    """The directory of the environment, made if need be."""
    return pinned.ensure(ROOT / "requirements-tempest.txt", PLACE)
