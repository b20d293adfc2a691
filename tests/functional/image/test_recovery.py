"""Images whose upload was killed."""

from __future__ import annotations

import os

from msgspec.structs import replace

from nova_lite.core.clock import ManualClock, SystemClock
from nova_lite.image.recovery import UploadRecovery
from nova_lite.image.store.filesystem import FilesystemStore
from nova_lite.objects.image import ImageStatus
from tests.functional.image.cloud import ImageCloud
from tests.functional.image.conftest import Person


def test_an_upload_that_nobody_makes_any_more_is_given_up(cloud: ImageCloud, owner: Person) -> None:
    store = FilesystemStore(cloud.store_path)
    clock = ManualClock(SystemClock().now())
    recovery = UploadRecovery(cloud.records, (store,), clock, idle=300.0)
    dead, alive = (str(owner.create()["id"]) for _ in range(2))
    writers = {image_id: store.create(image_id) for image_id in (dead, alive)}
    for image_id in (dead, alive):
        assert cloud.records.replace(replace(cloud.records.get(image_id), status=ImageStatus.SAVING))
    assert recovery.run() == []
    clock.advance(301.0)
    (file,) = cloud.store_path.glob(f"{alive}*")
    os.utime(file, (clock.now(), clock.now()))
    assert recovery.run() == [dead]
    assert owner.show(dead)["status"] == "queued"
    assert owner.show(alive)["status"] == "saving"
    assert not [name for name in cloud.stored() if name.startswith(dead)]
    assert owner.upload(dead, b"again").status_code == 204
    for writer in writers.values():
        writer.abort()
    assert owner.ask("DELETE", f"/v2/images/{alive}").status_code == 204
