"""Every promise of DESIGN section 4 that issue and page name has its tests, and the page names exactly those."""

from __future__ import annotations

from tests import promises
from tests.style import source

PAGE = source.ROOT / "docs/promises.md"


def test_each_of_the_first_six_has_tests() -> None:
    assert set(promises.held()) == {1, 2, 3, 4, 5, 6}


def test_the_page_names_exactly_those() -> None:
    text = PAGE.read_text()
    assert text == promises.page(text), "run: python -m tests.promises docs/promises.md"
