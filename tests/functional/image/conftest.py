"""One image service per test, and people who talk to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pytest
import requests

from nova_lite.core.ids import new_hex
from tests.functional.image.cloud import ImageCloud

PATCH = "application/openstack-images-v2.1-json-patch"


class Person:
    """Somebody with a token, speaking HTTP."""

    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url}/image"
        self._token = token

    def ask(
        self, method: str, path: str, json_body: object = None, data: object = None, **headers: str
    ) -> requests.Response:
        sent = {"X-Auth-Token": self._token, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return requests.request(
            method, self._url + path, json=json_body, data=data, headers=sent, timeout=60,  # type: ignore[arg-type]
            allow_redirects=False,
        )

    def create(self, **fields: object) -> dict[str, object]:
        """A new image, raw and bare unless told otherwise; asserts that it was created."""
        answer = self.ask("POST", "/v2/images", {"disk_format": "raw", "container_format": "bare", **fields})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def upload(self, image_id: object, data: object) -> requests.Response:
        return self.ask("PUT", f"/v2/images/{image_id}/file", data=data, Content_Type="application/octet-stream")

    def uploaded(self, data: bytes = b"some data", **fields: object) -> dict[str, object]:
        """A new image with data."""
        image = self.create(**fields)
        answer = self.upload(image["id"], data)
        assert answer.status_code == 204, answer.text
        return self.show(image["id"])

    def show(self, image_id: object) -> dict[str, object]:
        answer = self.ask("GET", f"/v2/images/{image_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def patch(self, image_id: object, *operations: Mapping[str, object], kind: str = PATCH) -> requests.Response:
        return self.ask("PATCH", f"/v2/images/{image_id}", data=json.dumps(operations), Content_Type=kind)

    def names(self, query: str = "") -> list[str]:
        """Names in a list, in its order."""
        answer = self.ask("GET", f"/v2/images{query}")
        assert answer.status_code == 200, answer.text
        return [image["name"] for image in answer.json()["images"]]


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageCloud]:
    with ImageCloud(tmp_path_factory.mktemp("image"), max_size=8 << 20) as running:
        yield running


@pytest.fixture
def cloud_url(cloud: ImageCloud) -> str:
    return cloud.url


@pytest.fixture
def project() -> str:
    """A project of the test's own: what other tests leave behind is not in its way."""
    return new_hex()


@pytest.fixture
def owner(cloud: ImageCloud, project: str) -> Person:
    return Person(cloud.url, f"member@{project}")


@pytest.fixture
def reader(cloud: ImageCloud, project: str) -> Person:
    return Person(cloud.url, f"reader@{project}")


@pytest.fixture
def other() -> str:
    """Another project."""
    return new_hex()


@pytest.fixture
def stranger(cloud: ImageCloud, other: str) -> Person:
    return Person(cloud.url, f"member@{other}")


@pytest.fixture
def admin(cloud: ImageCloud) -> Person:
    return Person(cloud.url, f"admin@{new_hex()}")
