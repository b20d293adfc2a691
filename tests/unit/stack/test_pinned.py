"""Environments that are filled by a pip whose index does not always answer."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from stack import pinned
from stack.errors import StackError

# A pip that fails as often as the file beside it says, and then installs.
PIP = """#!{python}
from pathlib import Path
left = Path({left!r})
failures = int(left.read_text())
left.write_text(str(failures - 1))
raise SystemExit(f"no answer, {{failures}} times more" if failures > 0 else 0)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where ``python -m venv`` leaves an interpreter that is that pip."""
    maker = tmp_path / "maker"
    maker.write_text(f"#!/bin/sh\nmkdir -p $4/bin && cp {tmp_path}/pip $4/bin/python\n")
    (tmp_path / "pip").write_text(PIP.format(python=sys.executable, left=str(tmp_path / "left")))
    (tmp_path / "pins").write_text("a==1\n")
    for program in (maker, tmp_path / "pip"):
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", str(maker))
    return tmp_path


def test_an_index_that_fails_is_asked_again(place: Path) -> None:
    (place / "left").write_text(str(pinned.ATTEMPTS - 1))
    assert pinned.ensure(place / "pins", place / "here") == place / "here/venv"
    assert (place / "left").read_text() == "-1", "asked until it answered, and not once more"
    pinned.ensure(place / "pins", place / "here")
    assert (place / "left").read_text() == "-1", "what is there is left alone"


def test_one_that_fails_for_good_is_told(place: Path) -> None:
    (place / "left").write_text(str(pinned.ATTEMPTS))
    with pytest.raises(StackError, match="no answer, 1 times more"):
        pinned.ensure(place / "pins", place / "here")
    assert not (place / "here/stamp").exists(), "it is made again next time"
