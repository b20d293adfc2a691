"""Staging and importing."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from tests.builders import disks
from tests.functional.image.cloud import ImageCloud
from tests.functional.image.conftest import Person

PATIENCE = 60.0
PATHS = {"/disk": b"x" * 100_000, "/evil": disks.a_qcow2(backing="/etc/passwd"), "/short": b"short"}


class Files(http.server.BaseHTTPRequestHandler):
    """Gives files, redirects, and less than it announces."""

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        body = PATHS.get(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"") + (5 if self.path == "/short" else 0)))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    """A web server at the one address outside the internet that may be fetched from."""
    with http.server.ThreadingHTTPServer(("127.0.0.2", 0), Files) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.2:{server.server_port}"
        server.shutdown()
        thread.join()


def settled(owner: Person, image_id: object) -> dict[str, object]:
    """The image when its import has ended."""
    until = time.monotonic() + PATIENCE
    while (image := owner.show(image_id))["status"] == "importing":
        assert time.monotonic() < until, "the import never ended"
    return image


def stage(owner: Person, image_id: object, data: bytes) -> int:
    return owner.ask(
        "PUT", f"/v2/images/{image_id}/stage", data=data, Content_Type="application/octet-stream"
    ).status_code


def begin(owner: Person, image_id: object, name: str, **more: object) -> tuple[int, str]:
    answer = owner.ask("POST", f"/v2/images/{image_id}/import", {"method": {"name": name, **more}})
    return answer.status_code, answer.text


def test_what_is_offered_is_told(owner: Person, admin: Person) -> None:
    methods = owner.ask("GET", "/v2/info/import").json()["import-methods"]["value"]
    assert methods == ["glance-direct", "web-download"]
    assert [store["id"] for store in owner.ask("GET", "/v2/info/stores").json()["stores"]] == ["file"]
    made = owner.ask("POST", "/v2/images", {"name": "x"})
    assert made.headers["OpenStack-image-import-methods"] == "glance-direct,web-download"
    assert admin.ask("GET", "/v2/tasks").json()["tasks"] == []
    assert admin.ask("GET", "/v2/tasks/x").status_code == 404


def test_staged_data_become_an_image(owner: Person, cloud: ImageCloud) -> None:
    image = owner.create()["id"]
    assert stage(owner, image, b"some data") == 204
    shown = owner.show(image)
    assert (shown["status"], shown["size"], shown["checksum"]) == ("uploading", None, None)
    assert owner.ask("GET", f"/v2/images/{image}/file").status_code == 204
    assert stage(owner, image, b"again") == 409
    assert owner.upload(image, b"other").status_code == 409
    assert begin(owner, image, "glance-direct")[0] == 202
    shown = settled(owner, image)
    assert (shown["status"], shown["size"], shown["stores"]) == ("active", 9, "file")
    assert owner.ask("GET", f"/v2/images/{image}/file").content == b"some data"
    assert not (cloud.store_path.parent / "staging" / str(image)).exists()


def test_a_lie_that_was_staged_is_found_out(owner: Person, cloud: ImageCloud) -> None:
    image = owner.create(disk_format="qcow2")["id"]
    assert stage(owner, image, disks.a_qcow2(backing="/etc/passwd")) == 204
    assert begin(owner, image, "glance-direct")[0] == 202
    shown = settled(owner, image)
    assert (shown["status"], shown["os_glance_failed_import"]) == ("queued", "file")
    assert "backing file" in str(shown["os_glance_import_error"])
    assert not (cloud.store_path.parent / "staging" / str(image)).exists()
    good = disks.a_qcow2()
    assert owner.upload(image, good).status_code == 204
    assert "os_glance_failed_import" not in owner.show(image)


@pytest.mark.parametrize(("data", "status"), [
    (disks.a_qcow2(), "active"), (disks.a_qcow2(backing="/etc/passwd"), "queued"),
])
def test_what_was_staged_is_gone_when_its_image_may_be_staged_again(
    owner: Person, cloud: ImageCloud, data: bytes, status: str
) -> None:
    image = owner.create(disk_format="qcow2")["id"]
    assert stage(owner, image, data) == 204
    staged = cloud.store_path.parent / "staging" / str(image)
    there: list[bool] = []

    def note(connection: object) -> None:
        there.append(staged.exists())

    event.listen(Engine, "commit", note)
    try:
        assert begin(owner, image, "glance-direct")[0] == 202
        assert settled(owner, image)["status"] == status
    finally:
        event.remove(Engine, "commit", note)
    assert there == [True, False], "with the last commit its state is told"


def test_an_import_needs_its_state(owner: Person) -> None:
    image = owner.create()["id"]
    assert begin(owner, image, "glance-direct")[0] == 409
    assert begin(owner, image, "copy-image")[0] == 403
    assert owner.ask("POST", f"/v2/images/{image}/import", {"method": {}}).status_code == 400
    body = {"method": {"name": "glance-direct"}, "stores": ["elsewhere"]}
    assert owner.ask("POST", f"/v2/images/{image}/import", body).status_code == 400
    unformed = owner.ask("POST", "/v2/images", {"name": "x"}).json()["id"]
    assert begin(owner, unformed, "web-download", uri="http://example.org/")[0] == 400


def test_nobody_else_stages_or_imports(owner: Person, reader: Person, stranger: Person) -> None:
    image = owner.create(visibility="community")["id"]
    assert stage(stranger, image, b"x") == 403
    assert begin(stranger, image, "web-download", uri="http://example.org/")[0] == 403
    assert stage(reader, image, b"x") == 403


def test_too_much_is_not_staged(owner: Person) -> None:
    image = owner.create()["id"]
    assert stage(owner, image, bytes((8 << 20) + 1)) == 413
    assert owner.show(image)["status"] == "queued"


def test_staged_data_go_with_their_image(owner: Person, cloud: ImageCloud) -> None:
    image = owner.create()["id"]
    stage(owner, image, b"some data")
    staged = cloud.store_path.parent / "staging" / str(image)
    assert staged.exists()
    assert owner.ask("DELETE", f"/v2/images/{image}").status_code == 204
    assert not Path(staged).exists()


@pytest.mark.parametrize("path", ["/disk", "/to//disk", "/to//to//disk"])
def test_a_file_is_fetched_from_the_web(owner: Person, web: str, path: str) -> None:
    image = owner.create()["id"]
    assert begin(owner, image, "web-download", uri=web + path)[0] == 202
    shown = settled(owner, image)
    assert (shown["status"], shown["size"]) == ("active", 100_000), shown


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/nothing", "404"), ("/evil", "backing file"), ("/short", "ended"),
        ("/to/http://127.0.0.1:22/", "public internet"), ("/to/file:///etc/passwd", "no URL"),
        ("/to//to//to//to//to//to//disk", "redirections"),
    ],
)
def test_what_cannot_be_fetched_is_told(owner: Person, web: str, path: str, why: str) -> None:
    image = owner.create()["id"]
    assert begin(owner, image, "web-download", uri=web + path)[0] == 202
    shown = settled(owner, image)
    assert (shown["status"], shown["os_glance_failed_import"]) == ("queued", "file")
    assert why in str(shown["os_glance_import_error"])


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1/", "http://127.0.0.1:8774/", "http://localhost/", "http://[::1]/", "http://0.0.0.0/",
        "http://169.254.169.254/latest/meta-data", "http://10.1.2.3/", "http://192.168.0.1/", "http://100.64.0.1/",
        "http://[::ffff:127.0.0.1]/", "http://[::127.0.0.1]/", "http://[fec0::1]/", "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/", "http://[fe80::1]/",
        "http://2130706433/", "http://0x7f.1/", "http://224.0.0.1/", "http://8.8.8.8:22/", "ftp://8.8.8.8/",
        "file:///etc/passwd", "gopher://x/", "/etc/passwd", "http://", "http://x:y/", "http://does-not-exist.invalid/",
        "http://127.0.0.1@127.0.0.3/", "http://8.8.8.8/ HTTP/1.1", "http://127.0.0.3\\@8.8.8.8/",
    ],
)
def test_inner_addresses_are_refused_before_anything_happens(owner: Person, uri: str) -> None:
    image = owner.create()["id"]
    status, text = begin(owner, image, "web-download", uri=uri)
    assert (status, "does not pass filtering" in text) == (400, True), text
    assert owner.show(image)["status"] == "queued"
