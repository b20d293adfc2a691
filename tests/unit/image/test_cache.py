"""The cache of base images on a compute host."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from nova_lite.core import concurrency
from nova_lite.core.clock import SystemClock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import NotFound, Unavailable, Unsupported
from nova_lite.image.cache import ImageCache, ImageCorrupt
from nova_lite.image.inspection import FormatRefused
from nova_lite.objects.image import ImageMeta
from tests.builders import disks

CONTEXT = RequestContext(request_id="req-1")
DISK = disks.a_qcow2()
HOUR = 3600.0


class Source:
    """Gives data by id; ``failures`` are raised first, one for each download."""

    def __init__(self, **data: bytes) -> None:
        self.data = data
        self.failures: list[Exception] = []
        self.downloads = 0
        self.gate = concurrency.event()
        self.gate.set()

    def download(self, context: RequestContext, image_id: str) -> Iterator[bytes]:
        self.downloads += 1
        if image_id not in self.data:
            raise NotFound(f"no image {image_id}")
        data = self.data[image_id]
        yield data[:100]
        self.gate.wait(60)
        if self.failures:
            raise self.failures.pop(0)
        yield data[100:]


class ShiftedClock(SystemClock):
    """The machine's clock, some seconds on: files carry the machine's times."""

    def __init__(self) -> None:
        self.shift = 0.0

    def now(self) -> float:
        return super().now() + self.shift


def meta_of(data: bytes, image_id: str = "a", **changes: object) -> ImageMeta:
    meta = ImageMeta(
        id=image_id, size=len(data), hash_algo="sha512", hash_value=hashlib.sha512(data).hexdigest(),
        disk_format="qcow2"
    )
    return replace(meta, **changes)


def left_in(path: Path) -> list[str]:
    return sorted(file.name for file in path.iterdir() if file.suffix != ".lock")


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
def source() -> Source:
    return Source(a=DISK)


@pytest.fixture
def cache(source: Source, tmp_path: Path, clock: ShiftedClock) -> ImageCache:
    return ImageCache(source, tmp_path / "cache", clock, pause=0.0)


def test_an_image_is_downloaded_once_and_named_by_its_hash(cache: ImageCache, source: Source) -> None:
    meta = meta_of(DISK)
    file = cache.fetch(CONTEXT, meta)
    assert file.read_bytes() == DISK
    assert file.name == meta.hash_value
    assert file.stat().st_mode & 0o777 == 0o644
    assert cache.fetch(CONTEXT, meta) == file
    assert source.downloads == 1


def test_equal_images_share_a_file(cache: ImageCache, source: Source) -> None:
    source.data["b"] = DISK
    assert cache.fetch(CONTEXT, meta_of(DISK, "a")) == cache.fetch(CONTEXT, meta_of(DISK, "b"))
    assert source.downloads == 1


def test_an_image_without_a_hash_is_named_by_its_id(cache: ImageCache) -> None:
    assert cache.fetch(CONTEXT, meta_of(DISK, hash_algo="", hash_value="")).name == "id-a"


def test_a_download_that_breaks_is_begun_again(cache: ImageCache, source: Source, tmp_path: Path) -> None:
    source.failures = [Unavailable("broke off"), Unavailable("broke off")]
    assert cache.fetch(CONTEXT, meta_of(DISK)).read_bytes() == DISK
    assert source.downloads == 3


def test_a_download_that_goes_on_breaking_leaves_nothing(cache: ImageCache, source: Source, tmp_path: Path) -> None:
    source.failures = [Unavailable("broke off")] * 3
    with pytest.raises(Unavailable):
        cache.fetch(CONTEXT, meta_of(DISK))
    assert left_in(tmp_path / "cache") == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"hash_value": "00" * 64}, "sha512"),
        ({"size": len(DISK) + 1}, "instead of"),
        ({"size": 150}, "longer than"),
    ],
)
def test_data_that_are_not_those_of_the_record_are_refused(
    cache: ImageCache, tmp_path: Path, changes: dict[str, object], word: str
) -> None:
    with pytest.raises(ImageCorrupt, match=word):
        cache.fetch(CONTEXT, replace(meta_of(DISK), **changes))
    assert left_in(tmp_path / "cache") == []


def test_an_image_that_names_a_backing_file_never_enters(cache: ImageCache, source: Source, tmp_path: Path) -> None:
    source.data["evil"] = evil = disks.a_qcow2(backing="/etc/passwd")
    with pytest.raises(FormatRefused, match="backing file"):
        cache.fetch(CONTEXT, meta_of(evil, "evil"))
    assert source.downloads == 1
    assert left_in(tmp_path / "cache") == []


def test_a_cached_file_is_still_checked_against_what_a_second_image_claims(cache: ImageCache) -> None:
    cache.fetch(CONTEXT, meta_of(DISK))
    with pytest.raises(FormatRefused, match="raw was declared, qcow2 was found"):
        cache.fetch(CONTEXT, meta_of(DISK, disk_format="raw"))


def test_an_image_that_is_not_there_is_not_found(cache: ImageCache) -> None:
    with pytest.raises(NotFound):
        cache.fetch(CONTEXT, meta_of(DISK, "nowhere"))


@pytest.mark.parametrize(
    "changes", [{"hash_algo": "crc32"}, {"hash_value": "../../etc"}, {"hash_value": "", "id": "../x"}]
)
def test_a_record_that_cannot_be_verified_or_named_is_refused(cache: ImageCache, changes: dict[str, object]) -> None:
    with pytest.raises(Unsupported):
        cache.fetch(CONTEXT, replace(meta_of(DISK), **changes))


def test_tasks_that_want_the_same_image_download_it_once(cache: ImageCache, source: Source) -> None:
    source.gate.clear()
    tasks = [concurrency.spawn(cache.fetch, CONTEXT, meta_of(DISK)) for _ in range(8)]
    source.gate.set()
    assert len({task.wait(60) for task in tasks}) == 1
    assert source.downloads == 1


def test_processes_that_share_the_directory_download_it_once(
    cache: ImageCache, source: Source, tmp_path: Path, clock: ShiftedClock
) -> None:
    # A second cache has locks of its own, as another process would; only the file lock stands between them.
    other = ImageCache(source, tmp_path / "cache", clock, pause=0.0)
    source.gate.clear()
    tasks = [concurrency.spawn(each.fetch, CONTEXT, meta_of(DISK)) for each in (cache, other)]
    source.gate.set()
    assert len({task.wait(60) for task in tasks}) == 1
    assert source.downloads == 1


def test_cleaning_removes_what_nobody_used_for_long(cache: ImageCache, source: Source, clock: ShiftedClock) -> None:
    old, used, young = (disks.a_qcow2(size=number << 20) for number in (1, 2, 3))
    source.data.update(old=old, used=used, young=young)
    files = {name: cache.fetch(CONTEXT, meta_of(source.data[name], name)) for name in ("old", "used")}
    clock.shift = 10 * HOUR
    files["young"] = cache.fetch(CONTEXT, meta_of(young, "young"))
    assert cache.clean(in_use=[files["used"]], max_age=5 * HOUR, max_bytes=1 << 40) == [files["old"]]
    assert files["used"].exists() and files["young"].exists() and not files["old"].exists()


def test_cleaning_removes_the_longest_unused_until_the_rest_fits(
    cache: ImageCache, source: Source, clock: ShiftedClock
) -> None:
    files = []
    for number in (1, 2, 3):
        data = source.data[str(number)] = disks.a_qcow2(size=number << 20)
        files.append(cache.fetch(CONTEXT, meta_of(data, str(number))))
        clock.shift += 2 * HOUR
    assert cache.clean(in_use=[], max_age=1000 * HOUR, max_bytes=2 * len(DISK)) == files[:1]


def test_cleaning_spares_what_was_used_a_moment_ago(cache: ImageCache) -> None:
    cache.fetch(CONTEXT, meta_of(DISK))
    assert cache.clean(in_use=[], max_age=0.0, max_bytes=0) == []


def test_a_use_is_remembered_without_touching_the_file(cache: ImageCache, clock: ShiftedClock) -> None:
    """libvirt gives a guest's base file to QEMU's user; compute, which is not root, may only read it from then on."""
    file = cache.fetch(CONTEXT, meta_of(DISK))
    before = file.stat().st_mtime_ns
    clock.shift = 10 * HOUR
    assert cache.fetch(CONTEXT, meta_of(DISK)) == file
    assert file.stat().st_mtime_ns == before
    assert cache.clean(in_use=[], max_age=HOUR, max_bytes=1 << 40) == []


def test_cleaning_sweeps_downloads_of_killed_processes(cache: ImageCache, tmp_path: Path, clock: ShiftedClock) -> None:
    cache.fetch(CONTEXT, meta_of(DISK))
    left = tmp_path / "cache" / "abc.0123.partial"
    left.touch()
    os.utime(left, (clock.now() - 2 * HOUR,) * 2)
    cache.clean(in_use=[], max_age=HOUR, max_bytes=1 << 40)
    assert not left.exists()


def test_cleaning_a_cache_that_was_never_used_does_nothing(cache: ImageCache) -> None:
    assert cache.clean(in_use=[], max_age=0.0, max_bytes=0) == []
