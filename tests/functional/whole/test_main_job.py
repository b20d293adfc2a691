"""The main job: boot, pause, unpause, stop, start, reboot, delete, seen through the API alone."""

from __future__ import annotations

import pytest

from tests.functional.whole.cloud import Cloud


def test_a_server_lives_through_every_action(cloud: Cloud, image: str) -> None:
    client = cloud.client
    server = client.boot(image)
    active = client.wait_status(server, "ACTIVE")
    assert active["OS-EXT-SRV-ATTR:host"] == "h1" and active["OS-EXT-STS:power_state"] == 1
    for action, arguments, status, power in (
        ("pause", None, "PAUSED", 3), ("unpause", None, "ACTIVE", 1), ("os-stop", None, "SHUTOFF", 4),
        ("os-start", None, "ACTIVE", 1), ("reboot", {"type": "SOFT"}, "ACTIVE", 1),
        ("reboot", {"type": "HARD"}, "ACTIVE", 1),
    ):
        assert client.act(server, action, arguments).status_code == 202
        assert client.wait_status(server, status)["OS-EXT-STS:power_state"] == power
    assert "login:" in client.act(server, "os-getConsoleOutput", {}).json()["output"]
    assert client.request("DELETE", f"/servers/{server}").status_code == 204
    client.wait_gone(server)


def test_every_action_is_in_the_servers_history(cloud: Cloud, image: str) -> None:
    client = cloud.client
    server = client.boot_up(image)
    client.act(server, "pause")
    client.wait_status(server, "PAUSED")
    actions = client.ask("GET", f"/servers/{server}/os-instance-actions")["instanceActions"]
    assert [action["action"] for action in actions] == ["pause", "create"]
    shown = client.ask("GET", f"/servers/{server}/os-instance-actions/{actions[1]['request_id']}")["instanceAction"]
    assert [(event["event"], event["result"]) for event in shown["events"]] == [
        ("compute__do_build_and_run_instance", "Success")
    ]
    client.ask("DELETE", f"/servers/{server}")


def test_several_servers_come_from_one_request(cloud: Cloud, image: str) -> None:
    client = cloud.client
    client.boot(image, name="several", min_count=3, max_count=3)

    def servers() -> list[dict[str, object]]:
        listed: list[dict[str, object]] = client.ask("GET", "/servers/detail?name=several")["servers"]
        return listed
    client.wait(lambda: [s["status"] for s in servers()] == ["ACTIVE"] * 3, "three servers ACTIVE")
    assert sorted(str(s["name"]) for s in servers()) == ["several-1", "several-2", "several-3"]
    for each in servers():
        client.ask("DELETE", f"/servers/{each['id']}")
    client.wait(lambda: servers() == [], "all gone")


@pytest.mark.promise(4)
def test_quota_is_all_or_nothing(cloud: Cloud, image: str) -> None:
    client = cloud.client
    body = {"server": {"name": "many", "imageRef": image, "flavorRef": "42", "networks": "auto",
                       "min_count": 1000, "max_count": 1000}}
    answer = client.request("POST", "/servers", body)
    assert answer.status_code == 403 and "Quota exceeded" in answer.text
    assert client.ask("GET", "/servers?name=many")["servers"] == []


@pytest.mark.parametrize(("action", "arguments"), [("unpause", None), ("os-start", None)])
def test_an_action_in_the_wrong_state_is_refused_with_the_state(
    cloud: Cloud, image: str, action: str, arguments: object
) -> None:
    client = cloud.client
    server = client.boot_up(image)
    answer = client.act(server, action, arguments)
    assert answer.status_code == 409 and "vm_state active" in answer.text
    client.ask("DELETE", f"/servers/{server}")
