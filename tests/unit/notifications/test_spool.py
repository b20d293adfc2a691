"""The spool: whole lines, a bounded directory, several writers."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from nova_lite.core.errors import Unavailable
from nova_lite.notifications.drivers.spool import CHUNK, CURRENT, SpoolDriver
from tests.builders.notifications import a_notification, spooled


def test_lines_come_in_the_order_in_which_they_were_published(tmp_path: Path) -> None:
    driver = SpoolDriver(tmp_path / "spool", 1 << 20, 1)
    driver.publish([a_notification(1), a_notification(2)])
    driver.publish([a_notification(3)])
    assert [found["message_id"] for found in spooled(tmp_path / "spool")] == ["id-1", "id-2", "id-3"]


def test_the_directory_is_bounded_and_keeps_the_newest(tmp_path: Path) -> None:
    driver = SpoolDriver(tmp_path, 2000, 2)
    for number in range(100):
        driver.publish([a_notification(number)])
    files = sorted(path.name for path in tmp_path.glob(f"{CURRENT}*"))
    assert files == [CURRENT, f"{CURRENT}.1", f"{CURRENT}.2"]
    assert all((tmp_path / name).stat().st_size <= 2000 for name in files)
    numbers = [int(found["message_id"][3:]) for found in spooled(tmp_path)]
    assert numbers == list(range(numbers[0], 100))


def test_several_writers_lose_nothing(tmp_path: Path) -> None:
    def write(first: int) -> None:
        driver = SpoolDriver(tmp_path, 4000, 50)
        for number in range(first, first + 50):
            driver.publish([a_notification(number)])

    writers = [threading.Thread(target=write, args=(first,)) for first in (0, 50, 100, 150)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(int(found["message_id"][3:]) for found in spooled(tmp_path)) == list(range(200))


def test_a_disk_that_takes_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file in the way")
    with pytest.raises(Unavailable, match="notifications cannot be written"):
        SpoolDriver(tmp_path / "spool", 1000, 1).publish([a_notification()])


def test_a_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    driver = SpoolDriver(tmp_path, 1000, 1)
    (tmp_path / CURRENT).symlink_to("/dev/full")
    with pytest.raises(Unavailable):
        driver.publish([a_notification()])


@pytest.mark.parametrize("half", [b"{", b"x" * (CHUNK + 1)])
def test_nothing_follows_the_half_line_of_a_writer_that_was_killed(tmp_path: Path, half: bytes) -> None:
    """The kernel ends a long write between two pages. What was in it has not been told, and is published again."""
    driver = SpoolDriver(tmp_path, 1 << 20, 1)
    for begun in ([], [a_notification(1)]):
        driver.publish(begun)
        with (tmp_path / CURRENT).open("ab") as file:
            file.write(half)
        driver.publish([a_notification(2)])
        wanted = ["id-2", "id-1", "id-2"] if begun else ["id-2"]
        assert [found["message_id"] for found in spooled(tmp_path)] == wanted
