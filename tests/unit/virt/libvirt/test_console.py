from pathlib import Path

import pytest

from nova_lite.virt.libvirt import console


@pytest.mark.parametrize(
    ("max_bytes", "expected"), [(0, b""), (3, b"new"), (6, b"ldernew"[-6:]), (100, b"older" + b"new")]
)
def test_the_end_is_taken_from_both_files(tmp_path: Path, max_bytes: int, expected: bytes) -> None:
    (tmp_path / "console.log").write_bytes(b"new")
    (tmp_path / "console.log.0").write_bytes(b"older")
    assert console.own_tail(tmp_path / "console.log", max_bytes) == expected


def test_no_log_is_an_empty_one(tmp_path: Path) -> None:
    assert console.own_tail(tmp_path / "console.log", 100) == b""
