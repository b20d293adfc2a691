from pathlib import Path

import pytest

from nova_lite.virt import images
from nova_lite.virt.driver import ImageUnacceptable
from nova_lite.virt.images import ImageFacts
from tests.builders.guests import a_flavor, an_image, an_instance, qcow2_header


@pytest.mark.parametrize("version", [2, 3])
def test_a_qcow2_image_tells_its_disk_size(version: int) -> None:
    assert images.recognise(qcow2_header(size=5 << 20, version=version), 200_000) == ImageFacts("qcow2", 5 << 20)


def test_a_version_2_header_has_no_features_to_misread() -> None:
    header = qcow2_header(version=2, incompatible=0xFFFF)
    assert images.recognise(header, 200_000).references == ""


def test_anything_else_is_raw() -> None:
    assert images.recognise(b"\xeb\x63\x90" + bytes(600), 1024) == ImageFacts("raw", 1024)


@pytest.mark.parametrize(("change", "reason"), [({"version": 4}, "version 4"), ({"cluster_bits": 40}, "40 cluster")])
def test_a_damaged_header_is_refused(change: dict[str, int], reason: str) -> None:
    with pytest.raises(ImageUnacceptable, match=reason):
        images.recognise(qcow2_header(**change), 200_000)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageUnacceptable, match="cannot be read"):
        images.inspect(tmp_path / "absent")


def test_a_flavor_without_a_root_size_takes_any_image() -> None:
    images.check(an_instance(flavor=a_flavor(root_gb=0)), ImageFacts("qcow2", 90 << 30))


def test_the_refusal_names_image_and_instance() -> None:
    instance = an_instance(image=an_image("raw"))
    with pytest.raises(ImageUnacceptable, match=an_image().id) as caught:
        images.check(instance, ImageFacts("qcow2", 512))
    assert caught.value.details == {"instance": instance.uuid}
