from pathlib import Path

import msgspec
import pytest

from nova_lite.virt import images
from nova_lite.virt.driver import ImageUnacceptable, VirtError
from nova_lite.virt.images import ImageFacts
from nova_lite.virt.libvirt.disks import InstanceDirectories, verify
from tests.builders.guests import a_flavor, a_spec, an_image, an_instance


def a_raw_image(directory: Path, size: int = 1 << 20) -> Path:
    path = directory / "base"
    path.write_bytes(bytes(size))
    return path


def test_the_root_disk_is_an_overlay_of_the_flavors_size(tmp_path: Path) -> None:
    base = a_raw_image(tmp_path)
    spec = a_spec(an_instance(image=an_image("raw"), flavor=a_flavor(root_gb=2)), base)
    files = InstanceDirectories(tmp_path / "instances")
    files.setup()
    files.create(spec)
    made = files.files(spec)
    assert made.root_disk is not None
    assert images.inspect(made.root_disk) == ImageFacts("qcow2", 2 << 30, "a backing file")
    assert made.console_log.read_bytes() == b""
    assert (tmp_path / "instances" / spec.instance.uuid).stat().st_mode & 0o777 == 0o711


def test_a_flavor_without_a_root_size_takes_the_images(tmp_path: Path) -> None:
    spec = a_spec(an_instance(image=an_image("raw"), flavor=a_flavor(root_gb=0)), a_raw_image(tmp_path, 3 << 20))
    files = InstanceDirectories(tmp_path)
    files.create(spec)
    assert images.inspect(tmp_path / spec.instance.uuid / "disk").size == 3 << 20


def test_a_disk_that_is_there_is_kept(tmp_path: Path) -> None:
    spec = a_spec(an_instance(image=an_image("raw")), a_raw_image(tmp_path))
    files = InstanceDirectories(tmp_path)
    files.create(spec)
    disk = tmp_path / spec.instance.uuid / "disk"
    number = disk.stat().st_ino
    files.create(spec)
    assert disk.stat().st_ino == number


def test_the_config_drive_is_copied(tmp_path: Path) -> None:
    drive = tmp_path / "drive.iso"
    drive.write_bytes(b"iso")
    spec = msgspec.structs.replace(a_spec(), config_drive=drive)
    files = InstanceDirectories(tmp_path)
    files.create(spec)
    config_drive = files.files(spec).config_drive
    assert config_drive is not None
    assert config_drive.read_bytes() == b"iso"


def test_removing_may_be_repeated(tmp_path: Path) -> None:
    files, spec = InstanceDirectories(tmp_path), a_spec()
    files.create(spec)
    for _ in range(2):
        files.remove(spec.instance.uuid)
    assert list(tmp_path.iterdir()) == []


def test_only_uuids_name_directories(tmp_path: Path) -> None:
    with pytest.raises(VirtError, match="no uuid"):
        InstanceDirectories(tmp_path / "instances").remove("../..")


def test_a_path_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(VirtError, match="cannot be made"):
        InstanceDirectories(tmp_path / "file" / "instances").setup()


def test_qemu_must_be_able_to_read_the_image(tmp_path: Path) -> None:
    with pytest.raises(ImageUnacceptable, match="cannot be read as qcow2") as caught:
        verify(an_instance(), a_raw_image(tmp_path), "qcow2")
    assert str(tmp_path) not in caught.value.message
