"""The crowd: servers in every state, so that every action is under way, each at its step, when the fault strikes."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import threading
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import requests

from nova_lite.objects.states import Action, Leg
from tests.clients.cloud import Client
from tests.integration.crash.steps import AWAY, BARRED, HOME, Row, batches

PATIENCE = 240.0  # seconds in which everything must have ended after a fault: ten times what it takes on a busy machine
GLANCE = 0.1  # seconds between two looks at all servers

IMAGE = "the image"  # stands for the crowd's own


@dataclasses.dataclass(frozen=True)
class Deed:
    """How an action is asked for: of a server with status ``before``, by ``body``, and the status it ends in."""

    before: str
    body: dict[str, object]
    after: str


MOVED = "moved"  # VERIFY_RESIZE, with a guest on either host
SPENT = "spent"  # ACTIVE, and of no more use here: it has another size, or lives elsewhere
PLUGGED = "plugged"  # ACTIVE, with every interface that it was asked to have
UNPLUGGED = "unplugged"  # ACTIVE, and of no more use here either: it has no interfaces
GONE = "gone"
SHOWN = {MOVED: "VERIFY_RESIZE", SPENT: "ACTIVE", PLUGGED: "ACTIVE", UNPLUGGED: "ACTIVE"}
_MIGRATE = Deed("ACTIVE", {"migrate": {"host": AWAY}}, MOVED)
_REVERT = Deed(MOVED, {"revertResize": None}, "ACTIVE")

DEEDS: dict[Action | Leg, Deed] = {
    Leg.DEPART: _MIGRATE,
    Leg.ARRIVE: _MIGRATE,
    Leg.FALL_BACK: Deed("ACTIVE", {"migrate": {"host": BARRED}}, "ACTIVE"),
    Leg.DISMISS: Deed(MOVED, {"confirmResize": None}, SPENT),
    Leg.LEAVE: _REVERT,
    Leg.RETURN: _REVERT,
    Action.PAUSE: Deed("ACTIVE", {"pause": None}, "PAUSED"),
    Action.UNPAUSE: Deed("PAUSED", {"unpause": None}, "ACTIVE"),
    Action.STOP: Deed("ACTIVE", {"os-stop": None}, "SHUTOFF"),
    Action.START: Deed("SHUTOFF", {"os-start": None}, "ACTIVE"),
    Action.REBOOT: Deed("ACTIVE", {"reboot": {"type": "HARD"}}, "ACTIVE"),
    Action.SUSPEND: Deed("ACTIVE", {"suspend": None}, "SUSPENDED"),
    Action.RESUME: Deed("SUSPENDED", {"resume": None}, "ACTIVE"),
    Action.CRASH_DUMP: Deed("ACTIVE", {"trigger_crash_dump": None}, "ACTIVE"),
    Action.RESCUE: Deed("ACTIVE", {"rescue": {}}, "RESCUE"),
    Action.UNRESCUE: Deed("RESCUE", {"unrescue": None}, "ACTIVE"),
    Action.RESIZE: Deed("ACTIVE", {"resize": {"flavorRef": "84"}}, "VERIFY_RESIZE"),
    Action.CONFIRM_RESIZE: Deed("VERIFY_RESIZE", {"confirmResize": None}, SPENT),
    Action.REVERT_RESIZE: Deed("VERIFY_RESIZE", {"revertResize": None}, "ACTIVE"),
    Action.CREATE_IMAGE: Deed("ACTIVE", {"createImage": {"name": "crash"}}, "ACTIVE"),
    Action.CREATE_BACKUP: Deed(
        "ACTIVE", {"createBackup": {"name": "crash", "backup_type": "daily", "rotation": 1}}, "ACTIVE"
    ),
    Action.CHANGE_PASSWORD: Deed("ACTIVE", {"changePassword": {"adminPass": "k3pt"}}, "ACTIVE"),
    Action.REBUILD: Deed("ACTIVE", {"rebuild": {"imageRef": IMAGE}}, "ACTIVE"),
    Action.SHELVE: Deed("ACTIVE", {"shelve": None}, "SHELVED_OFFLOADED"),
    Action.UNSHELVE: Deed("SHELVED_OFFLOADED", {"unshelve": {"host": HOME}}, "ACTIVE"),
    Action.ATTACH_INTERFACE: Deed("ACTIVE", {"interfaceAttachment": {}}, PLUGGED),
    Action.DETACH_INTERFACE: Deed("ACTIVE", {}, UNPLUGGED),
    Action.DELETE: Deed("ACTIVE", {}, GONE),
}
# What has no place in the matrix: none of its steps has a gate to be held at; or it begins on a host that is down, and
# has a matrix of its own (test_evacuation.py).
APART: frozenset[Action | Leg] = frozenset({Action.REFRESH_INTERFACE, Action.EVACUATE})


class Crowd:
    """``gates``: the directories of the hosts' gates."""

    def __init__(self, client: Client, image: str, gates: Mapping[str, Path]) -> None:
        self._client, self._image, self._gates = client, image, gates
        self._idle: dict[str, list[str]] = collections.defaultdict(list)
        self._asked: dict[str, str] = {}  # the status that each server is to end in
        self._asking: list[threading.Thread] = []  # those that wait for an answer

    @property
    def busy(self) -> set[str]:
        """The servers that something was asked of in this round."""
        return set(self._asked)

    def prepare(self, rows: Collection[Row]) -> None:
        """Have a server for every row, in the status that its action begins in."""
        wanted = collections.Counter(DEEDS[row.work].before for row in rows if row.work in DEEDS)
        missing = {status: max(0, count - len(self._idle[status])) for status, count in wanted.items()}
        made = [self._boot() for _ in range(sum(missing.values()))]
        self._await(dict.fromkeys(made, "ACTIVE"))
        brought = {made.pop(): status for status, count in missing.items() for _ in range(count)}
        for server, status in brought.items():
            if status != "ACTIVE":
                self._post(server, next(
                    deed.body for deed in DEEDS.values() if (deed.before, deed.after) == ("ACTIVE", status)
                ))
        self._await(brought)
        for server, status in brought.items():
            self._idle[status].append(server)

    def _boot(self) -> str:
        return self._client.boot(self._image, availability_zone=f"nova:{HOME}")

    def ask(self, work: Action | Leg) -> str:
        """Ask for an action of a server that is ready for it; the server."""
        if work is Action.CREATE:
            server = self._boot()
            self._asked[server] = "ACTIVE"
            return server
        deed = DEEDS[work]
        server = self._idle[deed.before].pop()
        if work is Action.DELETE:
            self._client.ask("DELETE", f"/servers/{server}")
        elif work is Action.ATTACH_INTERFACE:
            self._client.ask("POST", f"/servers/{server}/os-interface", deed.body)
        elif work is Action.DETACH_INTERFACE:
            for port in self._interfaces(server):
                self._client.ask("DELETE", f"/servers/{server}/os-interface/{port['port_id']}")
        elif work is Action.CHANGE_PASSWORD:
            # It is answered when it has ended, and refused if its host does not live to that.
            self._asking.append(threading.Thread(target=self._try, args=(server, deed.body)))
            self._asking[-1].start()
        else:
            self._post(server, deed.body)
        self._asked[server] = deed.after
        return server

    def _post(self, server: str, body: dict[str, object]) -> None:
        if "rebuild" in body:
            body = {"rebuild": {"imageRef": self._image}}
        headers = {"OpenStack-API-Version": "compute 2.91"}  # the first in which unshelving names a host
        answer = self._client.request("POST", f"/servers/{server}/action", body, headers=headers)
        assert answer.ok, f"{body}: {answer.status_code} {answer.text}"

    def _try(self, server: str, body: dict[str, object]) -> None:
        with contextlib.suppress(requests.RequestException):
            self._client.request("POST", f"/servers/{server}/action", body)

    def delete(self, server: str) -> None:
        """Delete a server, whatever is being done to it."""
        self._client.ask("DELETE", f"/servers/{server}")
        self._asked[server] = GONE

    @contextlib.contextmanager
    def held(self, rows: Collection[Row], phase: str) -> Iterator[None]:
        """Every row's action asked for, and standing before or after (``phase``) its step."""
        for batch in batches(rows):
            gates = {row: self._gates[row.host] / f"{row.step}.{phase}" for row in batch}
            for gate in gates.values():
                gate.touch()
            servers = {row: self.ask(row.work) for row in batch}
            for row, gate in gates.items():
                waiting = gate.with_name(f"{gate.name}.{servers[row]}")
                self._client.wait(waiting.exists, f"{row.work} of {servers[row]} is {phase} {row.step}", PATIENCE)
        yield

    def release(self) -> None:
        """Open every gate."""
        for directory in self._gates.values():
            for gate in directory.iterdir():
                gate.unlink(missing_ok=True)

    def settle(self, patience: float = PATIENCE) -> None:
        """Wait until everything that was asked for has ended as promised."""
        while self._asking:
            self._asking.pop().join()
        self._await(self._asked, patience)
        for server, status in self._asked.items():
            # An interface comes and goes without a state of the server that would tell of it.
            if status == PLUGGED:
                self._client.wait(lambda: self._plugged(server), f"interfaces of {server}", PATIENCE)  # noqa: B023
            elif status == UNPLUGGED:
                self._client.wait(lambda: not self._interfaces(server), f"{server} unplugged", PATIENCE)  # noqa: B023
        spent = [server for server, status in self._asked.items() if status in (SPENT, UNPLUGGED)]
        for server in spent:
            self._client.ask("DELETE", f"/servers/{server}")
        self._await(dict.fromkeys(spent, GONE))
        for server, status in self._asked.items():
            if status not in (SPENT, UNPLUGGED, GONE):
                self._idle["ACTIVE" if status == PLUGGED else status].append(server)
        self._asked.clear()

    def _await(self, wanted: Mapping[str, str], patience: float = PATIENCE) -> None:
        """Wait until each of these servers is in its status, with nothing being done to it; all are seen at once."""
        left = dict(wanted)

        def all_there() -> bool:
            shown = {server["id"]: server for server in self._client.ask("GET", "/servers/detail")["servers"]}
            for server, status in list(left.items()):
                if _is(shown.get(server), status):
                    del left[server]
            return not left

        self._client.wait(all_there, lambda: f"these servers are {left}", patience, GLANCE)

    def _interfaces(self, server: str) -> list[dict[str, object]]:
        path = f"/servers/{server}/os-interface"
        found: list[dict[str, object]] = self._client.ask("GET", path)["interfaceAttachments"]
        return found

    def _plugged(self, server: str) -> bool:
        """Whether its interfaces are as they were asked for."""
        return {port["port_state"] for port in self._interfaces(server)} <= {"ACTIVE"}


def _is(shown: dict[str, object] | None, status: str) -> bool:
    """Whether a server that is shown like this, or not at all, is in a status with nothing being done to it."""
    if shown is None or status == GONE:
        return shown is None and status == GONE
    assert shown["status"] != "ERROR", f"server {shown['id']} is in ERROR: {shown.get('fault')}"
    return shown["status"] == SHOWN.get(status, status) and shown["OS-EXT-STS:task_state"] is None
