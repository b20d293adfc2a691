"""Chaos: clients that boot, act and delete, and a seeded monkey that kills, freezes and restarts what serves them."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import random
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import requests

from nova_lite.core.ids import new_uuid
from stack.servers import PostgreSQL, RabbitMQ
from tests.clients.cloud import Client
from tests.integration.processes import Processes

PATIENCE = 120.0  # seconds in which an accepted request must end, whatever happens meanwhile
POLL = 0.1
# Action -> the status it is asked in, its body, the status that it ends in.
ACTIONS = {
    "pause": ("ACTIVE", {"pause": None}, "PAUSED"),
    "unpause": ("PAUSED", {"unpause": None}, "ACTIVE"),
    "stop": ("ACTIVE", {"os-stop": None}, "SHUTOFF"),
    "start": ("SHUTOFF", {"os-start": None}, "ACTIVE"),
    "reboot": ("ACTIVE", {"reboot": {"type": "HARD"}}, "ACTIVE"),
}


@dataclasses.dataclass
class Tally:
    """What happened, of all clients together; ``complaints`` say which promise was not kept for which server."""

    done: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    faults: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    complaints: list[tuple[str, str]] = dataclasses.field(default_factory=list)

    @property
    def operations(self) -> int:
        return sum(self.done.values())


class Customer:
    """One client with servers of its own: it does one thing after the other, and waits for the end of each."""

    def __init__(self, client: Client, image: str, dice: random.Random, tally: Tally) -> None:
        self._client, self._image, self._dice, self._tally = client, image, dice, tally
        self._servers: dict[str, str] = {}  # status by server

    def run(self, until: Callable[[], bool]) -> None:
        """Do things until it is told to end; then look whether every server is as it was left."""
        while not until():
            self._one_thing()
        for server, status in self._servers.items():
            shown = self._shown(server)
            if shown is None:
                self._complain("lost", server, f"it was {status}, and is not there")
            elif shown["status"] != status:
                self._complain("untrue", server, f"it was {status}, and is {shown['status']}")

    def _one_thing(self) -> None:
        if not self._servers or (len(self._servers) < 4 and self._dice.random() < 0.4):
            self._boot()
            return
        server = self._dice.choice(sorted(self._servers))
        possible = [name for name, (status, _, _) in ACTIONS.items() if status == self._servers[server]]
        choice = self._dice.choice([*possible, "delete"])
        if choice == "delete":
            self._delete(server)
        else:
            self._act(server, choice)

    def _boot(self) -> None:
        token, name = new_uuid(), f"chaos-{new_uuid()[:8]}"
        body = {"server": {"name": name, "imageRef": self._image, "flavorRef": "42", "networks": "auto"}}
        answer = self._insist("POST", "/servers", body, headers={"Idempotency-Key": token})
        if answer.status_code != 202:
            self._complain("refused", name, f"boot: {answer.status_code} {answer.text}")
            return
        server = str(answer.json()["server"]["id"])
        self._servers[server] = self._settled(server, "boot", "ACTIVE")
        twins = self._insist("GET", f"/servers?name={name}").json()["servers"]
        if len(twins) != 1:
            self._complain("doubled", server, f"{len(twins)} servers came of one request")

    def _act(self, server: str, action: str) -> None:
        _, body, wanted = ACTIONS[action]
        answer = self._insist("POST", f"/servers/{server}/action", body)
        # 409: the connection broke after an earlier try had been accepted.
        if answer.status_code not in (202, 409):
            self._complain("refused", server, f"{action}: {answer.status_code} {answer.text}")
        self._servers[server] = self._settled(server, action, wanted)

    def _delete(self, server: str) -> None:
        self._insist("DELETE", f"/servers/{server}")
        del self._servers[server]
        deadline = time.monotonic() + PATIENCE
        while self._shown(server) is not None:
            if time.monotonic() > deadline:
                self._complain("stuck", server, "its deletion does not end")
                return
            time.sleep(POLL)
        self._tally.done["delete"] += 1

    def _settled(self, server: str, action: str, wanted: str) -> str:
        """The status in which an action ended; a complaint when it was not what was promised."""
        deadline = time.monotonic() + PATIENCE
        while True:
            shown = self._shown(server)
            if shown is None:
                self._complain("lost", server, f"it vanished during {action}")
                return wanted
            if shown["OS-EXT-STS:task_state"] is None and shown["status"] != "BUILD":
                break
            if time.monotonic() > deadline:
                self._complain("stuck", server, f"{action} does not end: {shown['OS-EXT-STS:task_state']}")
                return wanted
            time.sleep(POLL)
        status = str(shown["status"])
        if status != wanted:
            reason = shown.get("fault", {}).get("message", "")
            self._complain("failed" if reason else "unexplained", server, f"{action} ended in {status}: {reason}")
        self._tally.done[action] += 1
        return status

    def _shown(self, server: str) -> dict[str, Any] | None:
        answer = self._insist("GET", f"/servers/{server}")
        return None if answer.status_code == 404 else dict(answer.json()["server"])

    def _insist(self, method: str, path: str, body: object = None, **more: object) -> requests.Response:
        """Ask until somebody answers; a server error other than 503 is one of ours."""
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(requests.ConnectionError, requests.Timeout, requests.HTTPError):
                answer = self._client.request(method, path, body, **more)
                if answer.status_code < 500:
                    return answer
                if answer.status_code != 503:
                    self._complain("error", path, f"{answer.status_code} {answer.text}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{method} {path}: nobody answers")
            time.sleep(POLL)

    def _complain(self, kind: str, about: str, text: str) -> None:
        self._tally.complaints.append((kind, f"{about}: {text}"))


class Monkey:
    """Strikes one victim at a time. The same seed, the same strikes in the same order."""

    def __init__(
        self, cloud: Processes, servers: dict[str, RabbitMQ | PostgreSQL], dice: random.Random, tally: Tally
    ) -> None:
        self._cloud, self._servers, self._dice, self._tally = cloud, servers, dice, tally

    def strike(self, pause: Callable[[float], object]) -> None:
        """One fault, whole: when this returns its victim runs again. ``pause`` waits so many seconds."""
        victim = self._dice.choice([*self._cloud.names, *self._servers])
        wait = self._dice.uniform(0.0, 3.0)
        if victim in self._servers:
            self._servers[victim].kill()
            pause(wait)
            self._servers[victim].start()
            self._tally.faults[f"kill {victim}"] += 1
            return
        deed = self._dice.choice(["kill", "kill", "freeze", "stop"])
        if deed == "freeze":
            with self._cloud.frozen(victim):
                pause(wait * 2)
        else:
            if deed == "kill":
                self._cloud.kill(victim)
            elif self._cloud.stop(victim) == -signal.SIGKILL:  # -SIGTERM is one that had hardly been started
                self._tally.complaints.append(("deaf", f"{victim} did not end when it was asked to"))
            pause(wait)
            self._cloud.start(victim)
        self._tally.faults[f"{deed} {victim}"] += 1


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much chaos: it ends after ``seconds``, and not before ``operations`` and ``faults`` are reached, if given."""

    seed: int
    seconds: float
    customers: int = 6
    pause: float = 1.0
    operations: int = 0
    faults: int = 0


def run(cloud: Processes, servers: dict[str, RabbitMQ | PostgreSQL], image: str, plan: Plan) -> Tally:
    """Let it happen; returns when the monkey has gone and every customer's last wish is fulfilled."""
    tally, ended, started = Tally(), threading.Event(), time.monotonic()
    failures: list[BaseException] = []

    def serve(number: int) -> None:
        client = cloud.another_client()
        try:
            Customer(client, image, random.Random(f"{plan.seed}/{number}"), tally).run(ended.is_set)
        except BaseException as error:  # noqa: BLE001 - reported below, in the main thread
            failures.append(error)
        finally:
            client.close()

    threads = [threading.Thread(target=serve, args=(number,)) for number in range(plan.customers)]
    for thread in threads:
        thread.start()
    monkey = Monkey(cloud, servers, random.Random(plan.seed), tally)
    while not failures and (
        time.monotonic() - started < plan.seconds or tally.operations < plan.operations
        or sum(tally.faults.values()) < plan.faults
    ):
        monkey.strike(ended.wait)
        ended.wait(plan.pause)
    ended.set()
    for thread in threads:
        thread.join()
    tally.complaints += [("stuck", repr(failure)) for failure in failures]
    return tally
