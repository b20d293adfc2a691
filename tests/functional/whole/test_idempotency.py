"""A create that is sent twice makes its server once."""

from __future__ import annotations

import threading

import pytest
import requests

from nova_lite.core.ids import new_uuid
from tests.functional.whole.cloud import Cloud

pytestmark = pytest.mark.promise(2)


def ask(cloud: Cloud, image: str, token: str, name: str, **fields: object) -> requests.Response:
    server = {"name": name, "imageRef": image, "flavorRef": "42", "networks": "auto", **fields}
    return cloud.client.request("POST", "/servers", {"server": server}, headers={"Idempotency-Key": token})


def named(cloud: Cloud, name: str) -> list[str]:
    return [server["id"] for server in cloud.client.ask("GET", f"/servers?name={name}")["servers"]]


def test_the_same_request_gives_the_same_server(cloud: Cloud, image: str) -> None:
    token = new_uuid()
    first, again = ask(cloud, image, token, "once"), ask(cloud, image, token, "once")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["server"]["id"] == again.json()["server"]["id"]
    assert named(cloud, "once") == [first.json()["server"]["id"]]
    cloud.client.wait_status(first.json()["server"]["id"], "ACTIVE")
    cloud.client.ask("DELETE", f"/servers/{first.json()['server']['id']}")


def test_it_does_so_after_the_server_is_gone(cloud: Cloud, image: str) -> None:
    token = new_uuid()
    server = ask(cloud, image, token, "gone").json()["server"]["id"]
    cloud.client.wait_status(server, "ACTIVE")
    cloud.client.ask("DELETE", f"/servers/{server}")
    cloud.client.wait_gone(server)
    assert ask(cloud, image, token, "gone").json()["server"]["id"] == server
    assert named(cloud, "gone") == []


def test_another_body_with_the_same_token_is_a_conflict(cloud: Cloud, image: str) -> None:
    token = new_uuid()
    server = ask(cloud, image, token, "mine").json()["server"]["id"]
    refused = ask(cloud, image, token, "other")
    assert refused.status_code == 409 and "used for another request" in refused.text
    assert named(cloud, "other") == []
    cloud.client.ask("DELETE", f"/servers/{server}")


def test_a_request_that_was_refused_may_be_repeated(cloud: Cloud, image: str) -> None:
    token = new_uuid()
    assert ask(cloud, image, token, "late", flavorRef="nothing").status_code == 400
    server = ask(cloud, image, token, "late").json()["server"]["id"]
    cloud.client.ask("DELETE", f"/servers/{server}")


@pytest.mark.parametrize("token", ["", "two words", "x" * 256])
def test_a_token_is_a_word(cloud: Cloud, image: str, token: str) -> None:
    refused = ask(cloud, image, token, "bad")
    assert refused.status_code == 400 and "Idempotency-Key" in refused.text


def test_twins_at_the_same_time_make_one_server(cloud: Cloud, image: str) -> None:
    token, answers = new_uuid(), []
    threads = [
        threading.Thread(target=lambda: answers.append(ask(cloud, image, token, "twin", min_count=2, max_count=2)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [202] * 4
    assert len({answer.json()["server"]["id"] for answer in answers}) == 1
    assert len(named(cloud, "twin")) == 2
    for server in named(cloud, "twin"):
        cloud.client.wait_status(server, "ACTIVE")
        cloud.client.ask("DELETE", f"/servers/{server}")
