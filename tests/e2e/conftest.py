"""What all modules use: the small image of their guests."""

from __future__ import annotations

from pathlib import Path

import pytest

from guest.recipe import Request, build
from tests.clients.stack import ROOT


@pytest.fixture(scope="session")
def guest_image() -> Path:
    """The small test image; built once, then kept in var/ until its recipe changes."""
    request = Request(ROOT / "var/tests/guest.qcow2", ROOT / "var/tests/guest-cache")
    return build(request, lambda text: None).output
