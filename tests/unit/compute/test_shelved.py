"""The end of an unshelve: the image is the guest's only other copy until the guest runs, and garbage from then on."""

from __future__ import annotations

from pathlib import Path

from nova_lite.compute.operations.snapshot import Imaging
from nova_lite.compute.steps.create_disks import CreateDisks
from nova_lite.compute.steps.fetch_image import FetchImage
from nova_lite.compute.steps.wrapped import Afterwards
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Unavailable
from nova_lite.network.host.networks import NoNetworks
from nova_lite.objects.image import ImageMeta
from nova_lite.virt.fake import FakeDriver, FakeSettings

IMAGE = "70a599e0-31e7-49b7-b260-868f441e862b"


class DeafImages:
    """An image service that does not answer."""

    def fetch(self, context: RequestContext, meta: ImageMeta) -> Path:
        raise Unavailable("it does not answer")

    def upload(self, context: RequestContext, image_id: str, path: Path) -> None:
        raise Unavailable("it does not answer")

    def discard(self, context: RequestContext, image_id: str) -> None:
        raise Unavailable("it does not answer")

    def remove(self, context: RequestContext, image_id: str) -> None:
        raise Unavailable("it does not answer")

    def rotate(self, context: RequestContext, instance_uuid: str, backup_type: str, keep: int) -> None:
        raise Unavailable("it does not answer")


def test_an_unshelve_is_not_begun_again_once_its_image_may_be_gone() -> None:
    driver, images = FakeDriver(FakeSettings()), DeafImages()
    imaging = Imaging(driver, images, Path(), NoNetworks())
    steps = imaging.unshelve(FetchImage(images), CreateDisks(driver, lambda *_, **how: Path(), True)).steps()
    assert isinstance(steps[-1], Afterwards) and steps[-1].name == "discard_shelved"
