"""What the bytes of an image give away."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_lite.image.inspection import (
    DISK_FORMATS,
    HEAD_SIZE,
    FormatRefused,
    Sample,
    Sampler,
    inspect,
    require,
    require_safe,
    sample_file,
)
from tests.builders import disks

KERNEL = disks.an_mbr(boot_flag=0x13)  # a kernel's boot sector has the signature and no table


@pytest.mark.parametrize(
    ("data", "found", "size"),
    [
        (disks.a_qcow2(size=5 << 30), "qcow2", 5 << 30),
        (disks.a_qcow2(size=1 << 30, version=2), "qcow2", 1 << 30),
        (disks.a_vmdk(), "vmdk", 2048 * 512),
        (disks.a_vmdk("streamOptimized"), "vmdk", 2048 * 512),
        (disks.a_vdi(size=77), "vdi", 77),
        (disks.a_vhd_footer(size=99) + b"data", "vhd", 99),
        (b"data" * 1000 + disks.a_vhd_footer(size=4000, disk_type=2), "vhd", 4000),
        (b"vhdxfile".ljust(4096, b"\0"), "vhdx", None),
        (disks.an_iso(blocks=10), "iso", 20480),
        (disks.an_iso(hybrid=True), "iso", 204800),
        (disks.an_mbr() + bytes(512), "gpt", 1024),
        (KERNEL, "raw", 512),
        (b"LUKS\xba\xbe\0\1", "luks", None),
        (b"", "raw", 0),
        (b"text that is no disk at all", "raw", 27),
    ],
)
def test_honest_images_are_recognised_and_measured(data: bytes, found: str, size: int | None) -> None:
    finding = inspect(Sample.of(data))
    assert (finding.format, finding.virtual_size, finding.faults) == (found, size, ())


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (disks.a_qcow2(backing="/etc/passwd"), "backing file"),
        (disks.a_qcow2(version=2, backing="/etc/passwd"), "backing file"),
        (disks.a_qcow2(incompatible=1 << 2), "data file"),
        (disks.a_qcow2(data_file="/etc/shadow"), "data file"),
        (disks.a_qcow2(version=2, data_file="/etc/shadow"), "data file"),
        (disks.a_qcow2(incompatible=1 << 1), "corrupt"),
        (disks.a_qcow2(incompatible=1 << 9), "not known"),
        (disks.a_qcow2(cluster_bits=40), "cluster size"),
        (disks.a_qcow2(version=3)[:90], "within its header"),
        (b"QFI\xfb\0\0\0\x07" + bytes(200), "version 7"),
        (b"QED\0" + bytes(100), "not supported"),
        (disks.a_vmdk("monolithicFlat", 'RW 2048 FLAT "/etc/passwd" 0'), "createType"),
        (disks.a_vmdk(extent='RW 2048 FLAT "disk-flat.vmdk" 0'), "another file"),
        (disks.a_vmdk(extent='RW 2048 SPARSE "/etc/passwd"'), "another file"),
        (disks.a_vmdk(extent='RW 1 SPARSE "a"\nRW 1 SPARSE "b"'), "2 extents"),
        (disks.a_vmdk(more='parentFileNameHint="/etc/passwd"'), "parent"),
        (disks.a_vmdk(sectors=0), "descriptor"),
        (disks.a_vmdk(descriptor_sector=3), "descriptor"),
        (b"# Disk DescriptorFile\nversion=1\n", "descriptor"),
        (b"COWD" + bytes(600), "descriptor"),
        (disks.a_vdi(differencing=True), "parent"),
        (disks.a_vhd_footer(disk_type=4), "parent"),
    ],
)
def test_images_that_would_open_other_files_are_refused_with_the_reason(data: bytes, word: str) -> None:
    with pytest.raises(FormatRefused, match=word):
        require_safe(inspect(Sample.of(data)))


@pytest.mark.parametrize(
    ("claimed", "data"),
    [
        ("raw", disks.a_qcow2()), ("raw", disks.an_iso()), ("raw", disks.a_vmdk()), ("iso", disks.a_qcow2()),
        ("qcow2", b"no disk"), ("qcow2", disks.an_mbr()), ("vmdk", disks.a_qcow2()), ("aki", disks.a_qcow2()),
        ("unheard-of", b"no disk"), ("", b"no disk"), ("raw", b"LUKS\xba\xbe\0\1"),
    ],
)
def test_a_lie_about_the_format_is_refused_by_both_names(claimed: str, data: bytes) -> None:
    found = inspect(Sample.of(data))
    with pytest.raises(FormatRefused, match=f"{claimed} was declared, {found.format} was found") as refused:
        require(found, claimed)
    assert refused.value.details == {"claimed": claimed, "detected": found.format}


@pytest.mark.parametrize(
    ("claimed", "data"),
    [("qcow2", disks.a_qcow2()), ("raw", b"bytes"), ("raw", disks.an_mbr()), ("aki", KERNEL), ("ari", b"\x1f\x8b")],
)
def test_what_is_as_declared_passes(claimed: str, data: bytes) -> None:
    require(inspect(Sample.of(data)), claimed)


@given(data=st.binary(max_size=2000), cuts=st.lists(st.integers(0, 2000), max_size=8))
def test_a_stream_gives_the_same_sample_however_it_is_cut(data: bytes, cuts: list[int]) -> None:
    sampler = Sampler()
    edges = [0, *sorted(cuts), len(data)]
    for start, end in itertools.pairwise(edges):
        sampler.update(data[start:end])
    assert sampler.sample() == Sample.of(data)


def test_a_long_stream_keeps_only_its_head_and_tail() -> None:
    sampler = Sampler()
    for number in range(10):
        sampler.update(bytes([number]) * HEAD_SIZE)
    sample = sampler.sample()
    assert (len(sample.head), len(sample.tail), sample.size) == (HEAD_SIZE, 512, 10 * HEAD_SIZE)
    assert sample.tail == b"\x09" * 512


def test_a_file_gives_the_same_sample_as_its_bytes(tmp_path: Path) -> None:
    data = disks.a_qcow2() + b"x" * HEAD_SIZE * 2
    (tmp_path / "disk").write_bytes(data)
    assert sample_file(tmp_path / "disk") == Sample.of(data)


@given(data=st.binary(max_size=600), prefix=st.sampled_from([b"QFI\xfb\0\0\0\3", b"KDMV", b"QED\0", b"conectix", b""]))
def test_no_bytes_break_the_inspection(data: bytes, prefix: bytes) -> None:
    found = inspect(Sample.of(prefix + data))
    assert found.format in {*DISK_FORMATS, "qed", "luks"}
