"""Every resource of compute has its page in docs/api, and every page is found from docs/api.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nova_lite.api.compute.routes import ROUTES

DOCS = Path(__file__).parents[3] / "docs"
PAGES = sorted((DOCS / "api").glob("*.md"))
TEXT = "\n".join(page.read_text() for page in PAGES)
# Parts of a server that its own page tells of; the document itself.
_PARTS = {"servers", "openapi.json", "versions", ""}
RESOURCES = sorted({route.path.split("/")[1] for route in ROUTES} - _PARTS)


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_resource_is_told_of(resource: str) -> None:
    assert re.search(rf"\b{re.escape(resource)}\b", TEXT), f"no page of docs/api tells of {resource}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_listed_and_leads_somewhere(page: Path) -> None:
    assert f"(api/{page.name})" in (DOCS / "api.md").read_text()
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target
