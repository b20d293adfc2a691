"""Short names for deep directories."""

from pathlib import Path

import pytest

from stack import links
from stack.errors import StackError


def test_a_deep_directory_gets_a_short_link_that_can_be_removed(tmp_path: Path) -> None:
    """It leads to the directory; making it again is harmless."""
    deep = tmp_path / ("d" * 80) / "run"
    link = links.make(deep)
    try:
        assert links.make(deep) == link
        assert (len(str(link)) < 60, link.resolve()) == (True, deep)
    finally:
        links.remove(deep)
    assert not link.is_symlink()


def test_a_shallow_directory_is_its_own_name() -> None:
    """No link."""
    assert links.short(Path("/srv/cloud/run")) == Path("/srv/cloud/run")


def test_what_stands_in_the_way_is_not_touched(tmp_path: Path) -> None:
    """Somebody else's link is refused, and stays."""
    deep = tmp_path / ("e" * 80) / "run"
    links.short(deep).symlink_to(tmp_path)
    try:
        with pytest.raises(StackError, match="in the way"):
            links.make(deep)
        links.remove(deep)
        assert links.short(deep).readlink() == tmp_path
    finally:
        links.short(deep).unlink()
