"""What all modules use: the small image of their guests."""

from __future__ import annotations

from pathlib import Path

import pytest

from guest.recipe import Request, build
from tests.clients.stack import ROOT


@pytest.fixture(scope="session")
def guest_image() -> Path:
    """The small test image; built once, then kept in var/ until its recipe changes."""
    return _built("guest.qcow2")


@pytest.fixture(scope="session")
def agent_image() -> Path:
    """The same with QEMU's guest agent."""
    return _built("guest-agent.qcow2", with_agent=True)


def _built(name: str, with_agent: bool = False) -> Path:
    request = Request(ROOT / "var/tests" / name, ROOT / "var/tests/guest-cache", with_agent=with_agent)
    return build(request, lambda text: None).output
