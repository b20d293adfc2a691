import gzip
import stat
from collections.abc import Iterator
from pathlib import Path

from guest import cpio

HEADER = 6 + 13 * 8


def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "bin").mkdir(parents=True, mode=0o755)
    (root / "bin/busybox").write_bytes(b"\x7fELF!")
    (root / "bin/busybox").chmod(0o755)
    (root / "bin/sh").symlink_to("busybox")
    return root


def members(archive: bytes) -> Iterator[tuple[str, str, list[int], bytes]]:
    """Name, mode as ls shows it, [inode, user, group] and data of each member, as the kernel unpacks them."""
    offset = 0
    while offset < len(archive):
        fields = [int(archive[at : at + 8], 16) for at in range(offset + 6, offset + HEADER, 8)]
        size, name_size = fields[6], fields[11]
        data_at = -(-(offset + HEADER + name_size) // 4) * 4
        name = archive[offset + HEADER : offset + HEADER + name_size - 1].decode()
        yield name, stat.filemode(fields[1]), [fields[0], fields[2], fields[3]], archive[data_at : data_at + size]
        offset = -(-(data_at + size) // 4) * 4


def test_a_record_is_padded_to_four_bytes() -> None:
    record = cpio.record("init", 0o100755, b"abcde", number=7)
    assert record.startswith(b"07070100000007000081ED")
    assert len(record) % 4 == 0
    assert record[110:115] == b"init\0"
    assert record.endswith(b"abcde\0\0\0")


def test_an_archive_unpacks_to_the_tree_and_all_is_roots(tmp_path: Path) -> None:
    found = list(members(gzip.decompress(cpio.archive(tree(tmp_path)))))
    assert found == [
        ("bin", "drwxr-xr-x", [1, 0, 0], b""),
        ("bin/busybox", "-rwxr-xr-x", [2, 0, 0], b"\x7fELF!"),
        ("bin/sh", "lrwxrwxrwx", [3, 0, 0], b"busybox"),
        ("TRAILER!!!", "?---------", [0, 0, 0], b""),
    ]


def test_the_same_tree_gives_the_same_bytes(tmp_path: Path) -> None:
    root = tree(tmp_path)
    assert cpio.archive(root) == cpio.archive(root)
