"""Image data in files: whole or not there."""

from __future__ import annotations

import errno
import math
import os
import time
from pathlib import Path

import pytest

from nova_lite.core.errors import Invalid, NotFound, Unavailable
from nova_lite.core.ids import new_uuid
from nova_lite.image.store.errors import StoreFull
from nova_lite.image.store.filesystem import FilesystemStore, FileWriter

ID = new_uuid()


@pytest.fixture
def store(tmp_path: Path) -> FilesystemStore:
    return FilesystemStore(tmp_path / "deep" / "images")


def test_what_was_written_is_read_after_the_commit(store: FilesystemStore) -> None:
    writer = store.create(ID)
    writer.write(b"one ")
    writer.write(b"two")
    location = writer.commit()
    reader = store.open(location)
    assert reader.read(100) == b"one two"
    reader.seek(4)
    assert reader.read(2) == b"tw"
    reader.close()


def test_nothing_is_there_before_the_commit_and_nothing_stays_after_an_abort(
    store: FilesystemStore, tmp_path: Path
) -> None:
    writer = store.create(ID)
    writer.write(b"data")
    with pytest.raises(NotFound):
        store.open(ID)
    writer.abort()
    writer.abort()
    assert list((tmp_path / "deep" / "images").iterdir()) == []


def test_an_abort_after_the_commit_leaves_the_data(store: FilesystemStore) -> None:
    writer = store.create(ID)
    location = writer.commit()
    writer.abort()
    store.open(location).close()


def test_deleted_data_are_gone_and_deleting_again_does_nothing(store: FilesystemStore) -> None:
    location = store.create(ID).commit()
    store.delete(location)
    store.delete(location)
    with pytest.raises(NotFound):
        store.open(location)


@pytest.mark.parametrize("location", ["../etc/passwd", "/etc/passwd", "", "a/b", ".."])
def test_a_location_is_never_a_path(store: FilesystemStore, location: str) -> None:
    with pytest.raises(Invalid):
        store.open(location)


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        writer = FileWriter(full, tmp_path / "partial", tmp_path / "final")
        with pytest.raises(StoreFull, match=os.strerror(errno.ENOSPC)):
            writer.write(b"data")


def test_a_directory_that_cannot_be_made_is_told_as_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        FilesystemStore(tmp_path / "file" / "images").create(ID)


def test_data_that_are_coming_are_seen_to_come(store: FilesystemStore) -> None:
    assert store.last_write(ID) is None
    writer = store.create(ID)
    writer.write(b"data")
    assert store.last_write(ID) == math.inf
    writer.commit()
    assert time.time() - (store.last_write(ID) or 0.0) < 60.0


def test_left_overs_of_killed_uploads_are_swept_when_they_are_old(store: FilesystemStore, tmp_path: Path) -> None:
    kept = store.create(new_uuid()).commit()
    left = tmp_path / "deep" / "images" / f"{ID}.1.partial"
    left.write_bytes(b"lost")
    writer = store.create(ID)
    assert store.sweep(older_than=left.stat().st_mtime - 1) == []
    assert store.sweep(older_than=left.stat().st_mtime + 1) == [left.name]
    assert store.sweep(older_than=math.inf) == []
    store.open(kept).close()
    assert writer.commit() == ID
