"""Four schedulers, four conductors and four API workers, all real, race for what there is too little of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
import requests

from tests.clients.cloud import Client
from tests.integration.crash.scene import Scene, scene, servers

pytestmark = pytest.mark.promise(3, 4)

T = TypeVar("T")
STACKS = ("zmq-sqlite", "zmq-postgresql", "zmq-mariadb")
RIVALS = 4
HOSTS = ("h1", "h2")
BIG = {"id": "big", "name": "big", "vcpus": 1, "ram": 300_000, "disk": 1}
ROOM = 6  # servers of that flavor: 300,000 of 1,024,000 MiB, on two hosts
PATIENCE = 240.0


class Arena:
    """A cloud and so many clients that begin at the same moment."""

    def __init__(self, cloud: Scene) -> None:
        self.scene, self.client = cloud, cloud.cloud.client
        self.image = cloud.upload()
        self.client.ask("POST", "/flavors", {"flavor": BIG})
        self.quota(instances=-1, cores=-1, ram=-1)

    def quota(self, **limits: int) -> None:
        self.client.ask("PUT", f"/os-quota-sets/{self.client.project_id}", {"quota_set": limits})

    def at_once(self, *deeds: Callable[[Client], T]) -> list[T]:
        """What each returned, in their order."""
        line, results = threading.Barrier(len(deeds)), dict[int, T]()

        def run(number: int, deed: Callable[[Client], T]) -> None:
            client = self.scene.cloud.another_client(PATIENCE)
            try:
                client.login()
                line.wait(PATIENCE)
                results[number] = deed(client)
            finally:
                client.close()

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [results[number] for number in range(len(deeds))]

    def boot(self, flavor: str = "42", **more: object) -> Callable[[Client], requests.Response]:
        server = {"name": "race", "imageRef": self.image, "flavorRef": flavor, "networks": "auto"}
        return lambda client: client.request("POST", "/servers", {"server": server, **more})

    def ended(self, answers: list[requests.Response]) -> tuple[list[dict[str, object]], list[str]]:
        """The servers that have become ACTIVE, and the faults of the others, once none is building."""
        ids = [str(answer.json()["server"]["id"]) for answer in answers]
        for server in ids:
            self.client.wait(
                lambda: self.client.show(server)["status"] != "BUILD", f"{server} ends", PATIENCE  # noqa: B023
            )
        shown = [self.client.show(server) for server in ids]
        return (
            [server for server in shown if server["status"] == "ACTIVE"],
            [server["fault"]["message"] for server in shown if server["status"] == "ERROR"],
        )

    def clear(self) -> None:
        """No server is left, and every record agrees."""
        found = self.client.ask("GET", "/servers")["servers"]
        for server in found:
            self.client.ask("DELETE", f"/servers/{server['id']}")
        for server in found:
            self.client.wait_gone(server["id"])
        assert self.scene.findings() == []


@pytest.fixture(scope="module", params=STACKS)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    directory = tmp_path_factory.mktemp("races")
    with servers(request.param, directory) as real, scene(real, directory / "cloud", HOSTS, copies=RIVALS) as cloud:
        yield Arena(cloud)


@pytest.fixture
def arena(running: Arena) -> Iterator[Arena]:
    yield running
    running.clear()


def test_the_last_slots_go_to_as_many_as_there_are(arena: Arena) -> None:
    active, faults = arena.ended(arena.at_once(*[arena.boot("big")] * (2 * ROOM)))
    assert len(active) == ROOM
    assert len(faults) == ROOM
    assert all(fault.startswith("No valid host was found.") for fault in faults), faults
    assert arena.scene.findings() == []


def test_the_last_units_of_quota_go_to_as_many_as_there_are(arena: Arena) -> None:
    arena.quota(instances=3)
    try:
        answers = arena.at_once(*[arena.boot()] * 12)
    finally:
        arena.quota(instances=-1)
    assert sorted(answer.status_code for answer in answers) == [202] * 3 + [403] * 9
    refused = [answer.json()["forbidden"]["message"] for answer in answers if answer.status_code == 403]
    assert all("Quota exceeded for instances" in message for message in refused), refused
    active, _ = arena.ended([answer for answer in answers if answer.status_code == 202])
    assert len(active) == 3


def test_an_anti_affinity_group_has_one_server_a_host(arena: Arena) -> None:
    body = {"server_group": {"name": "apart", "policy": "anti-affinity"}}
    group = arena.client.ask("POST", "/os-server-groups", body)["server_group"]["id"]
    boot = arena.boot("42", **{"os:scheduler_hints": {"group": group}})
    active, faults = arena.ended(arena.at_once(*[boot] * 8))
    assert sorted(str(server["OS-EXT-SRV-ATTR:host"]) for server in active) == list(HOSTS)
    assert all(fault.startswith("No valid host was found.") for fault in faults), faults
    assert len(faults) == 6


def test_of_conflicting_actions_one_is_accepted_and_the_others_are_refused(arena: Arena) -> None:
    active, _ = arena.ended(arena.at_once(*[arena.boot()] * 3))
    ends = {"pause": "PAUSED", "os-stop": "SHUTOFF", "suspend": "SUSPENDED"}
    for server in (str(shown["id"]) for shown in active):
        actions = [name for name in ends for _ in range(RIVALS)]
        answers = arena.at_once(*(_act(server, action) for action in actions))
        won = [action for action, answer in zip(actions, answers, strict=True) if answer.status_code == 202]
        lost = [answer for answer in answers if answer.status_code != 202]
        assert len(won) == 1
        assert {answer.status_code for answer in lost} == {409}
        told = [answer.json()["conflictingRequest"]["message"] for answer in lost]
        assert all(f"instance {server} while it is in" in message for message in told), told
        arena.client.wait_status(server, ends[won[0]])


def test_a_delete_wins_against_all_others(arena: Arena) -> None:
    ((server,), _) = arena.ended(arena.at_once(arena.boot()))
    uuid = str(server["id"])
    rivals = [_act(uuid, name) for name in ("pause", "os-stop", "suspend")]
    answers = arena.at_once(lambda client: client.request("DELETE", f"/servers/{uuid}"), *rivals)
    assert answers[0].status_code == 204
    assert {answer.status_code for answer in answers[1:]} <= {202, 404, 409}
    arena.client.wait_gone(uuid)


def _act(server: str, action: str) -> Callable[[Client], requests.Response]:
    return lambda client: client.act(server, action)
