from pathlib import Path

import pytest

from guest.errors import GuestBuildError
from guest.packages import Package, fetch, kernel_of

DESCRIPTION = """Package: linux-image-cloud-amd64
Version: 6.1.192-2
Depends: linux-image-6.1.0-56-cloud-amd64 (= 6.1.192-2)
Description: Linux for x86-64 cloud (meta-package)
"""


def test_the_kernel_is_what_the_meta_package_depends_on() -> None:
    assert kernel_of(DESCRIPTION) == Package("linux-image-6.1.0-56-cloud-amd64", "6.1.192-2")


def test_no_dependency_asks_for_an_update_of_the_lists() -> None:
    with pytest.raises(GuestBuildError, match="apt-get update"):
        kernel_of("")


def test_an_epoch_is_escaped_in_the_file_name() -> None:
    assert Package("busybox-static", "1:1.35").file_name == "busybox-static_1%3a1.35_amd64.deb"


def test_a_package_in_the_cache_is_not_fetched_again(tmp_path: Path) -> None:
    package = Package("no-such-package", "1")
    deb = tmp_path / package.file_name
    deb.write_bytes(b"deb")
    assert fetch(package, tmp_path) == deb
