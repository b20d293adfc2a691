"""The journal of messages that came again: counted across processes, forgiven by whoever is asked to end, bounded."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from nova_lite.core.clock import SystemClock
from nova_lite.rpc import journal
from nova_lite.rpc.errors import Poisonous
from nova_lite.rpc.journal import Journal

LIFE = 300.0


def opened(directory: Path | None, limit: int = 2) -> Journal:
    """As a new process has it."""
    made = Journal(directory, limit, LIFE, SystemClock())
    made.open()
    return made


def test_a_suspect_that_ends_one_process_after_the_other_is_not_begun_again(tmp_path: Path) -> None:
    directory = tmp_path / "state" / "begun"
    first = opened(directory)
    assert not first.suspects("m1")
    first.begin("m1")
    for _ in range(2):
        suspicious = opened(directory)
        assert suspicious.suspects("m1")
        suspicious.begin("m1")
    last = opened(directory)
    for _ in range(2):  # whoever dies before the broker knows that it is set aside is given it again
        with pytest.raises(Poisonous, match="m1 was begun alone 2 times"):
            last.begin("m1")
    assert last.begin("m2") is not None


def test_what_has_ended_begins_at_nothing(tmp_path: Path) -> None:
    opened(tmp_path).begin("m1")
    survivor = opened(tmp_path)
    survivor.end(survivor.begin("m1"))
    assert not survivor.suspects("m1")
    assert os.listdir(tmp_path) == []


def test_a_process_that_is_asked_to_end_takes_its_own_beginnings_back(tmp_path: Path) -> None:
    for _ in range(2):
        opened(tmp_path).begin("guilty")
    stopping = opened(tmp_path)
    stopping.begin("guilty")
    stopping.begin("innocent")
    stopping.close()
    stopping.close()
    after = opened(tmp_path)
    assert not after.suspects("innocent")
    assert after.begin("guilty") is not None, "what was taken back counts"
    with pytest.raises(Poisonous):
        opened(tmp_path).begin("guilty")


def test_what_is_begun_while_stopping_says_nothing_against_it(tmp_path: Path) -> None:
    stopping = opened(tmp_path)
    stopping.close()
    stopping.end(stopping.begin("m1"))
    assert os.listdir(tmp_path) == []


def test_what_cannot_come_again_is_forgotten(tmp_path: Path) -> None:
    for message in ("old", "new"):
        opened(tmp_path).begin(message)
    (note,) = [tmp_path / name for name in os.listdir(tmp_path) if name.startswith(journal._file("old"))]
    os.utime(note, (time.time() - LIFE - 1,) * 2)
    after = opened(tmp_path)
    assert not after.suspects("old")
    assert after.suspects("new")


def test_no_more_is_kept_than_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST", 3)
    first = opened(tmp_path)
    for number in range(10):
        note = first.begin(str(number))
        assert note is not None
        os.utime(note, (time.time() - 100 + number,) * 2)
    after = opened(tmp_path)
    assert [number for number in range(10) if after.suspects(str(number))] == [7, 8, 9]


def test_an_id_is_no_path(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "begun"
    opened(directory).begin("../../escaped\0")
    assert len(os.listdir(directory)) == 1
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("directory", [None, Path("/proc/nowhere")], ids=["none", "cannot be made"])
def test_without_a_directory_everything_is_begun(directory: Path | None, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(5):
        made = opened(directory)
        assert not made.suspects("m1")
        made.end(made.begin("m1"))
        made.close()
    assert ("not counted" in caplog.text) == (directory is not None)
