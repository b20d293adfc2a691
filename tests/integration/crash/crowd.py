"""The crowd: servers in every state, so that every action is under way, each at its step, when the fault strikes."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

from nova_lite.objects.states import Action
from tests.clients.cloud import Client
from tests.integration.crash.steps import Row

PATIENCE = 45.0  # seconds in which everything must have ended after a fault


@dataclasses.dataclass(frozen=True)
class Deed:
    """How an action is asked for: of a server with status ``before``, by ``body``, and the status it ends in."""

    before: str
    body: dict[str, object]
    after: str


DEEDS = {
    Action.PAUSE: Deed("ACTIVE", {"pause": None}, "PAUSED"),
    Action.UNPAUSE: Deed("PAUSED", {"unpause": None}, "ACTIVE"),
    Action.STOP: Deed("ACTIVE", {"os-stop": None}, "SHUTOFF"),
    Action.START: Deed("SHUTOFF", {"os-start": None}, "ACTIVE"),
    Action.REBOOT: Deed("ACTIVE", {"reboot": {"type": "HARD"}}, "ACTIVE"),
    Action.DELETE: Deed("ACTIVE", {}, "gone"),
}


class Crowd:
    """``gates``: directory of the host's gates."""

    def __init__(self, client: Client, image: str, gates: Path) -> None:
        self._client, self._image, self._gates = client, image, gates
        self._idle: dict[str, list[str]] = {"ACTIVE": [], "PAUSED": [], "SHUTOFF": [], "gone": []}
        self._asked: dict[str, str] = {}  # the status that each server is to end in

    @property
    def busy(self) -> set[str]:
        """The servers that something was asked of in this round."""
        return set(self._asked)

    def prepare(self) -> None:
        """Have a server for every deed."""
        actives = sum(deed.before == "ACTIVE" for deed in DEEDS.values())
        missing = {"ACTIVE": actives, "PAUSED": 1, "SHUTOFF": 1}
        for status, count in missing.items():
            missing[status] = max(0, count - len(self._idle[status]))
        made = [self._client.boot(self._image) for _ in range(sum(missing.values()))]
        for server in made:
            self._client.wait_status(server, "ACTIVE")
        for status, body in (("PAUSED", "pause"), ("SHUTOFF", "os-stop")):
            for _ in range(missing[status]):
                server = made.pop()
                self._client.act(server, body)
                self._client.wait_status(server, status)
                self._idle[status].append(server)
        self._idle["ACTIVE"] += made

    def ask(self, action: Action) -> str:
        """Ask for an action of a server that is ready for it; the server."""
        if action is Action.CREATE:
            server = self._client.boot(self._image)
            self._asked[server] = "ACTIVE"
            return server
        deed = DEEDS[action]
        server = self._idle[deed.before].pop()
        if action is Action.DELETE:
            self._client.ask("DELETE", f"/servers/{server}")
        else:
            answer = self._client.request("POST", f"/servers/{server}/action", deed.body)
            assert answer.status_code == 202, answer.text
        self._asked[server] = deed.after
        return server

    def delete(self, server: str) -> None:
        """Delete a server, whatever is being done to it."""
        self._client.ask("DELETE", f"/servers/{server}")
        self._asked[server] = "gone"

    @contextlib.contextmanager
    def held(self, rows: list[Row], phase: str) -> Iterator[None]:
        """Every row's action asked for, and standing before or after (``phase``) its step."""
        # The last step of an action first: whoever stands there must not be held at an earlier one.
        for row in reversed(rows):
            gate = f"{row.step}.{phase}"
            (self._gates / gate).touch()
            server = self.ask(row.action)
            waiting = self._gates / f"{gate}.{server}"
            self._client.wait(waiting.exists, f"{row.action} of {server} is {phase} {row.step}")
        yield

    def release(self) -> None:
        """Open every gate."""
        for gate in self._gates.iterdir():
            gate.unlink(missing_ok=True)

    def settle(self) -> None:
        """Wait until everything that was asked for has ended as promised."""
        for server, status in self._asked.items():
            if status == "gone":
                self._client.wait(lambda: self._gone(server), f"server {server} gone", PATIENCE)  # noqa: B023
            else:
                self._client.wait_status(server, status, PATIENCE)
            self._idle[status].append(server)
        self._asked.clear()

    def _gone(self, server: str) -> bool:
        return self._client.request("GET", f"/servers/{server}").status_code == 404
