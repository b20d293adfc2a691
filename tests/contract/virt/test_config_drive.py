"""Config drives, read by a program of others: isoinfo."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from nova_lite.objects.instance import InjectedFile
from nova_lite.virt import configdrive, iso9660
from tests.builders.guests import an_instance

CREATED = 1_700_000_000.0


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
    assert set(isoinfo(drive, "-J", "-f").decode().split()) == folders | {
        f"/{path};1" for path in configdrive.documents(instance, b"")
    }
    assert isoinfo(drive, "-J", "-x", "/openstack/latest/user_data;1") == script
    assert isoinfo(drive, "-x", "/OPENSTACK/LATEST/USER_DATA.;1") == script
    assert isoinfo(drive, "-J", "-x", "/openstack/content/0000;1") == b"hello"


@pytest.mark.parametrize("count", [0, 1, 44, 200])
def test_a_directory_may_be_longer_than_a_sector(tmp_path: Path, count: int) -> None:
    files = {f"openstack/content/{number:04}": b"%d" % number * number for number in range(count)}
    drive = tmp_path / "drive"
    drive.write_bytes(iso9660.volume("config-2", files, CREATED))
    listed = isoinfo(drive, "-J", "-f").decode().split()
    assert [path for path in listed if path.endswith(";1")] == [f"/{path};1" for path in files]
    plain = isoinfo(drive, "-f").decode().split()
    assert [path for path in plain if path.endswith(";1")] == [f"/{path.upper()}.;1" for path in files]
    for path in list(files)[-2:]:
        assert isoinfo(drive, "-J", "-x", f"/{path};1") == files[path]


def test_a_volume_says_its_size_and_its_time(tmp_path: Path) -> None:
    volume = iso9660.volume("config-2", {"a/b.c": b"x" * 3000}, CREATED)
    drive = tmp_path / "drive"
    drive.write_bytes(volume)
    assert f"Volume size is: {len(volume) // iso9660.SECTOR}\n".encode() in isoinfo(drive, "-d")
    assert b"Nov 14 2023" in isoinfo(drive, "-l")
    assert volume == iso9660.volume("config-2", {"a/b.c": b"x" * 3000}, CREATED)
