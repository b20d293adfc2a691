"""Config drives, read by a program of others: isoinfo."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from nova_lite.objects.instance import InjectedFile
from nova_lite.virt import configdrive, iso9660
from tests.builders.guests import an_instance

READERS: tuple[list[str], ...] = ([], ["-J"], ["-R"])  # of the format itself, of Joliet, and of Rock Ridge


def isoinfo(drive: Path, *options: str) -> bytes:
    return subprocess.run(["isoinfo", "-i", str(drive), *options], capture_output=True, check=True, timeout=60).stdout


def test_a_config_drive_has_its_label_and_documents(tmp_path: Path) -> None:
    script = b"#!/bin/sh\n" + b"true\n" * 1000
    files = (InjectedFile(path="/etc/motd", contents=base64.b64encode(b"hello").decode()),)
    instance = an_instance(user_data=base64.b64encode(script).decode(), files=files)
    drive = tmp_path / "disk.config"
    configdrive.build(instance, drive)
    assert b"Volume id: config-2\n" in isoinfo(drive, "-d")
    folders = {"/openstack", "/openstack/content", "/openstack/latest"}
    paths = {f"/{path}" for path in configdrive.documents(instance, b"")}
    for names in READERS:
        assert set(isoinfo(drive, *names, "-f").decode().split()) == folders | paths
        assert isoinfo(drive, *names, "-x", "/openstack/latest/user_data") == script
        assert isoinfo(drive, *names, "-x", "/openstack/content/0000") == b"hello"


@pytest.mark.parametrize("count", [0, 1, 44, 200])
def test_a_directory_may_be_longer_than_a_sector(tmp_path: Path, count: int) -> None:
    files = {f"openstack/content/{number:04}": b"%d" % number * number for number in range(count)}
    drive = tmp_path / "drive"
    drive.write_bytes(iso9660.volume("config-2", files))
    for names in READERS:
        listed = isoinfo(drive, *names, "-f").decode().split()
        assert [path for path in listed if path.count("/") == 3] == [f"/{path}" for path in files]
        for path in list(files)[-2:]:
            assert isoinfo(drive, *names, "-x", f"/{path}") == files[path]
