"""A customer of a cloud in trouble: does one thing after the other, and holds the cloud to what it has promised."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import functools
import random
import time
from collections.abc import Callable
from typing import Any

import requests

from nova_lite.conf.control import ConductorSettings
from nova_lite.core.ids import new_uuid
from nova_lite.objects.states import QUIET, Action
from tests.clients.cloud import Client
from tests.integration.crash.crowd import DEEDS, SHOWN, Deed
from tests.integration.crash.operator import Operator

PATIENCE = 120.0  # seconds in which somebody must answer; an accepted request that takes longer is slow
PROMISED = ConductorSettings()  # of it the deadlines of requests
SLACK = 150.0  # seconds that the end of one whose time is up may take: a move that turns back has 120
PLACED = (Action.CREATE, Action.UNSHELVE, Action.RESIZE, Action.MIGRATE, Action.EVACUATE)  # a host is chosen for them
POLL = 0.1
OWN = 4  # servers that a customer has at most, and interfaces that one of them has
SELDOM = 0.25  # an evacuation, which costs a host, against any other deed
Sizes = dict[str, str]
SMALL: Sizes = {"m1.nano": "84", "m1.micro": "42"}  # by the name of the flavor that a server has, the id of the other
BIG: Sizes = {"half": "more", "more": "half"}  # no host has room for both: such a server is resized elsewhere
BIG_MB = {"half": 600_000, "more": 610_000}
MOVES = {
    Action.MIGRATE: Deed("ACTIVE", {"migrate": None}, "VERIFY_RESIZE"),
    Action.EVACUATE: Deed("ACTIVE", {"evacuate": {}}, "ACTIVE"),
}
# What is answered when it has ended needs no patience, and is refused when its host does not live to that.
ANSWERED = (Action.CHANGE_PASSWORD,)
WORKS = {
    work: deed for work, deed in (DEEDS | MOVES).items() if isinstance(work, Action) and work not in ANSWERED
}


@dataclasses.dataclass
class Tally:
    """What happened, of all clients together; ``complaints`` say which promise was not kept for which server.

    ``servers``: those that clients know to be there. ``told``: the operations of which notifications have told.
    ``hear`` is told each fault and complaint at once.
    """

    done: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    faults: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    complaints: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    servers: set[str] = dataclasses.field(default_factory=set)
    told: int = 0
    hear: Callable[[str], None] = lambda _: None

    @property
    def operations(self) -> int:
        return sum(self.done.values())

    def struck(self, fault: str) -> None:
        self.faults[fault] += 1
        self.hear(f"({fault})")

    def complain(self, kind: str, text: str) -> None:
        self.complaints.append((kind, text))
        self.hear(f"{kind}: {text}")


@dataclasses.dataclass
class Own:
    """A server as its customer knows it; ``flavor``: its name."""

    status: str
    flavor: str = ""


class Customer:
    """One client with servers of its own; it waits for the end of each thing, but now and then deletes meanwhile.

    ``sizes``: of its servers. Whoever wants ``BIG`` ones has one at a time, or there would be no other place for it.
    """

    def __init__(
        self, client: Client, image: str, dice: random.Random, tally: Tally, operator: Operator, sizes: Sizes
    ) -> None:
        self._client, self._image, self._dice, self._tally = client, image, dice, tally
        self._operator, self._sizes = operator, sizes
        self._most = 1 if sizes is BIG else OWN
        self._servers: dict[str, Own] = {}

    def run(self, until: Callable[[], bool]) -> None:
        """Do things until it is told to end; then look whether every server is as it was left."""
        while not until():
            self._one_thing()
        for server, own in self._servers.items():
            shown = self._shown(server)
            if shown is None:
                self._complain("lost", server, f"it was {own.status}, and is not there")
            elif shown["status"] != own.status:
                self._complain("untrue", server, f"it was {own.status}, and is {shown['status']}")
            else:
                self._tally.servers.add(server)

    def _one_thing(self) -> None:
        if not self._servers or (len(self._servers) < self._most and self._dice.random() < 0.3):
            self._boot()
            return
        server = self._dice.choice(sorted(self._servers))
        status = self._servers[server].status
        deeds = [work for work, deed in WORKS.items() if deed.before == status]
        if not deeds or self._dice.random() < 0.15:
            self._delete(server)
        else:
            weights = [SELDOM if work is Action.EVACUATE else 1.0 for work in deeds]
            self._act(server, self._dice.choices(deeds, weights)[0])

    def _boot(self) -> None:
        token, name = new_uuid(), f"chaos-{new_uuid()[:8]}"
        flavor = self._dice.choice(sorted(self._sizes.values()))
        body = {"server": {"name": name, "imageRef": self._image, "flavorRef": flavor, "networks": "auto"}}
        answer, _ = self._insist("POST", "/servers", body, headers={"Idempotency-Key": token})
        if answer.status_code != 202:
            self._complain("refused", name, f"boot: {answer.status_code} {answer.text}")
            return
        server = str(answer.json()["server"]["id"])
        self._servers[server] = Own("BUILD")
        if self._loses_patience():
            self._delete(server)
            return
        self._settle(server, "create", "ACTIVE")
        twins = self._insist("GET", f"/servers?name={name}")[0].json()["servers"]
        if len(twins) != 1:
            self._complain("doubled", server, f"{len(twins)} servers came of one request")

    def _act(self, server: str, action: Action) -> None:
        if action is Action.DELETE:
            self._delete(server)
        elif action in QUIET:
            self._rewire(server, action)
        elif action is Action.EVACUATE:
            self._evacuate(server)
        else:
            self._change(server, action)

    def _evacuate(self, server: str) -> None:
        """Lose the server's host and have it elsewhere, unless another host is lost already."""
        host = self._host(server)
        with self._operator.dead(host, functools.partial(self._force_down, host)) as lost:
            if lost:
                self._tally.struck(f"lose {host}")
                self._change(server, Action.EVACUATE)
                own = self._servers.get(server)
                if own is not None and own.status == "ACTIVE" and self._host(server) == host:
                    self._complain("untrue", server, f"it was evacuated, and is on {host}")

    def _host(self, server: str) -> str:
        shown = self._shown(server)
        return str(shown["OS-EXT-SRV-ATTR:host"]) if shown is not None else ""

    def _force_down(self, host: str, down: bool) -> None:
        path = f"/os-services?binary=nova-compute&host={host}"
        (service,) = self._insist("GET", path)[0].json()["services"]
        self._insist("PUT", f"/os-services/{service['id']}", {"forced_down": down})

    def _change(self, server: str, action: Action) -> None:
        deed = WORKS[action]
        answer, tries = self._insist("POST", f"/servers/{server}/action", self._body(server, action))
        # 409 after a broken connection: an earlier try was accepted. 400: and the server has that size by now.
        if not answer.ok and not (tries > 1 and answer.status_code in (400, 409)):
            self._complain("refused", server, f"{action}: {answer.status_code} {answer.text}")
        # An earlier try that nobody answered may be accepted yet, when the server is in another state: only a delete
        # ends that. Actions have no Idempotency-Key.
        if tries > 1 or self._loses_patience():
            self._delete(server)
            return
        self._settle(server, action, SHOWN.get(deed.after, deed.after))

    def _body(self, server: str, action: Action) -> dict[str, object]:
        if action is Action.REBUILD:
            return {"rebuild": {"imageRef": self._image}}
        if action is Action.UNSHELVE:
            return {"unshelve": None}  # wherever there is room
        if action is Action.RESIZE:
            return {"resize": {"flavorRef": self._sizes[self._servers[server].flavor]}}
        return WORKS[action].body

    def _rewire(self, server: str, action: Action) -> None:
        """Give a server one more interface, or take one from it; no state of the server tells of that."""
        path = f"/servers/{server}/os-interface"
        ports = self._ports(server)
        if action is Action.ATTACH_INTERFACE:
            if len(ports) >= OWN:
                return
            answer, tries = self._insist("POST", path, {"interfaceAttachment": {}})
            port = str(answer.json()["interfaceAttachment"]["port_id"]) if answer.ok else ""
        else:
            if not ports:
                return
            port = self._dice.choice(sorted(ports))
            answer, tries = self._insist("DELETE", f"{path}/{port}")
        if not answer.ok and not (tries > 1 and answer.status_code in (400, 404, 409)):
            self._complain("refused", server, f"{action}: {answer.status_code} {answer.text}")
            return
        if tries > 1:  # as in _change; and nobody has said which port an earlier try attaches
            self._delete(server)
            return
        attached = action is Action.ATTACH_INTERFACE
        begun, deadline = time.monotonic(), _deadline(action)
        while self._ports(server).get(port) != ("ACTIVE" if attached else None):
            if failure := self._failure(server):
                self._complain("failed", server, f"{action}: {failure}")
                break
            if time.monotonic() > deadline:
                self._complain("stuck", server, f"{action} does not end: port {port}")
                break
            time.sleep(POLL)
        self._ended(action, server, begun)

    def _ports(self, server: str) -> dict[str, str]:
        """The states of its ports, by id."""
        found = self._insist("GET", f"/servers/{server}/os-interface")[0].json()["interfaceAttachments"]
        return {str(port["port_id"]): str(port["port_state"]) for port in found}

    def _loses_patience(self) -> bool:
        return self._dice.random() < 0.08

    def _delete(self, server: str) -> None:
        self._insist("DELETE", f"/servers/{server}")
        del self._servers[server]
        begun, deadline = time.monotonic(), _deadline("delete")
        while (shown := self._shown(server)) is not None:
            if time.monotonic() > deadline:
                self._complain("stuck", server, f"its deletion does not end: {shown['status']}")
                return
            time.sleep(POLL)
        self._ended("delete", server, begun)

    def _settle(self, server: str, action: str, wanted: str) -> None:
        """Wait for the end of an action; a complaint when it is not what was promised."""
        begun, deadline = time.monotonic(), _deadline(action)
        while True:
            shown = self._shown(server)
            if shown is None:
                self._complain("lost", server, f"it vanished during {action}")
                del self._servers[server]
                return
            if shown["OS-EXT-STS:task_state"] is None and shown["status"] != "BUILD":
                break
            if time.monotonic() > deadline:
                self._complain("stuck", server, f"{action} does not end: {shown['OS-EXT-STS:task_state']}")
                self._delete(server)
                return
            time.sleep(POLL)
        status = str(shown["status"])
        self._servers[server] = Own(status, str(shown["flavor"]["original_name"]))
        if status != wanted:
            reason = shown.get("fault", {}).get("message", "") or self._failure(server)
            self._complain("failed" if reason else "unexplained", server, f"{action} ended in {status}: {reason}")
        self._ended(action, server, begun)

    def _ended(self, action: str, server: str, begun: float) -> None:
        self._tally.done[action] += 1
        if (took := time.monotonic() - begun) > PATIENCE:
            self._complain("slow", server, f"{action} took {took:.0f} s")

    def _failure(self, server: str) -> str:
        """What the newest of the server's actions says of its failure; empty when it did not fail."""
        path = f"/servers/{server}/os-instance-actions"
        newest = self._insist("GET", path)[0].json()["instanceActions"][0]
        if newest["message"] is None:
            return ""
        shown = self._insist("GET", f"{path}/{newest['request_id']}")[0].json()["instanceAction"]
        told = [str(event["details"]) for event in shown["events"] if event["result"] == "Error"]
        return " ".join([newest["message"], *told])

    def _shown(self, server: str) -> dict[str, Any] | None:
        answer, _ = self._insist("GET", f"/servers/{server}")
        return None if answer.status_code == 404 else dict(answer.json()["server"])

    def _insist(
        self, method: str, path: str, body: object = None, **more: object
    ) -> tuple[requests.Response, int]:
        """Ask until somebody answers: the answer, and the number of tries. A server error other than 503 is ours."""
        deadline, tries = time.monotonic() + PATIENCE, 0
        while True:
            tries += 1
            with contextlib.suppress(requests.RequestException):
                answer = self._client.request(method, path, body, **more)
                if answer.status_code < 500:
                    return answer, tries
                if answer.status_code != 503:
                    self._complain("error", path, f"{answer.status_code} {answer.text}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{method} {path}: nobody answers")
            time.sleep(POLL)

    def _complain(self, kind: str, about: str, text: str) -> None:
        self._tally.complain(kind, f"{about}: {text}")


def _deadline(action: str) -> float:
    """Until when a request that is accepted now must have ended."""
    promised = PROMISED.create_deadline if action in PLACED else PROMISED.action_deadline
    return time.monotonic() + promised + SLACK
