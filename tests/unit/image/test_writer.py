"""Images filled over HTTP: queued ones once, whatever breaks; old backups deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from nova_lite.core.clock import SystemClock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Conflict, NotFound, Unavailable
from nova_lite.image.session import Credentials
from nova_lite.image.writer import ATTEMPTS, ImageWriter
from tests.builders.image_server import ImageServer

CONTEXT = RequestContext(request_id="req-1", user_id="u", project_id="p")
DATA = b"disk" * 50_000


def writer(server: ImageServer) -> ImageWriter:
    credentials = Credentials(auth_url=server.url, username="nova", password="p", project_name="service")
    return ImageWriter(server.url, credentials, SystemClock(), pause=0.001)


def an_image(status: str = "queued", **more: object) -> dict[str, object]:
    return {"status": status, "created_at": "2026-01-01", **more}


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    path = tmp_path / "snapshot"
    path.write_bytes(DATA)
    return path


@pytest.mark.parametrize("failure", ["", "unavailable", "saving", "expire_tokens"])
def test_a_queued_image_gets_its_data(snapshot: Path, failure: str) -> None:
    with ImageServer({"i": an_image()}) as server:
        if failure:
            setattr(server, failure, 1)
        writer(server).upload(CONTEXT, "i", snapshot)
        assert (server.data["i"], server.images["i"]["status"]) == (DATA, "active")
        assert server.global_ids == {"req-1"}


def test_an_image_that_has_its_data_is_left_alone(snapshot: Path) -> None:
    with ImageServer({"i": an_image("active")}, {"i": b"there"}) as server:
        writer(server).upload(CONTEXT, "i", snapshot)
        assert server.data == {"i": b"there"}


def test_an_image_that_does_not_take_data_is_given_up(snapshot: Path) -> None:
    with ImageServer({"i": an_image()}) as server:
        server.saving = ATTEMPTS
        with pytest.raises(Conflict, match="image i does not take its data"):
            writer(server).upload(CONTEXT, "i", snapshot)


def test_a_service_that_stays_away_is_told_of(snapshot: Path) -> None:
    with ImageServer({"i": an_image()}) as server:
        server.unavailable = 3 * ATTEMPTS
        with pytest.raises(Unavailable):
            writer(server).upload(CONTEXT, "i", snapshot)


def test_an_image_that_is_gone_is_not_filled(snapshot: Path) -> None:
    with ImageServer() as server, pytest.raises(NotFound):
        writer(server).upload(CONTEXT, "i", snapshot)


def test_only_what_has_no_data_is_discarded() -> None:
    with ImageServer({"queued": an_image(), "full": an_image("active")}) as server:
        for image_id in ("queued", "full", "absent"):
            writer(server).discard(CONTEXT, image_id)
        assert list(server.images) == ["full"]
        writer(server).remove(CONTEXT, "full")
        writer(server).remove(CONTEXT, "full")
        assert server.images == {}


def test_only_the_newest_backups_of_a_server_and_type_stay() -> None:
    def backup(number: int, instance: str = "s", kind: str = "daily") -> dict[str, object]:
        return an_image("active", id=f"{instance}-{kind}-{number}", instance_uuid=instance, backup_type=kind,
                        image_type="backup") | {"created_at": f"2026-01-0{number}"}

    made = [backup(1), backup(3), backup(2), backup(1, "other"), backup(1, kind="weekly")]
    with ImageServer({str(image["id"]): image for image in made}) as server:
        writer(server).rotate(CONTEXT, "s", "daily", 2)
        assert sorted(server.images) == ["other-daily-1", "s-daily-2", "s-daily-3", "s-weekly-1"]
        writer(server).rotate(CONTEXT, "s", "daily", 0)
        assert sorted(server.images) == ["other-daily-1", "s-weekly-1"]
