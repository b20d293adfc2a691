"""A request as data, an endpoint that it can be sent to, and the names by which requests speak of things."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import requests

NOTHING: Any = object()  # no body at all
_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_WAY = re.compile(r"\{([a-z_.]+)\}")
_PATIENCE = 120.0  # seconds that a state may take to come, on a busy machine


@dataclasses.dataclass(frozen=True)
class Ask:
    """One request. Names in braces, in the request and in the body, are the world's.

    ``who``: one of the world's people. ``text``: the body as it is sent, where that is no JSON of ours. ``keep``: names
    that are given to parts of a good answer, by their paths (``server=server.id``). ``undo``: what takes a good
    request back; in braces, paths into its answer. ``more``: other headers.
    """

    request: str
    body: Any = NOTHING
    at: str = "2.1"
    who: str = "member"
    keep: str = ""
    undo: str = ""
    text: str | None = None
    more: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def key(self) -> str:
        """What this request is known by in the records."""
        body = "" if self.body is NOTHING and self.text is None else self.text
        if self.body is not NOTHING:
            body = json.dumps(self.body, sort_keys=True)
        more = "".join(f" [{name}: {value}]" for name, value in sorted(self.more.items()))
        return f"{self.who} {self.at}{more} {self.request} {body}".strip()

    def sampled(self, one_of: int) -> bool:
        """Whether it is among so many one that is chosen: the same ones every time."""
        return zlib.crc32(self.key.encode()) % one_of == 0

    @property
    def name(self) -> str:
        """The key in short: what an answer is recorded under."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:12]


@dataclasses.dataclass(frozen=True)
class Until:
    """Wait until a server has a status and nothing is being done to it; ``GONE``: until it is not found."""

    server: str
    status: str = "ACTIVE"


Step = Ask | Until


@dataclasses.dataclass(frozen=True)
class Person:
    """Somebody who asks."""

    user_id: str
    project_id: str
    roles: tuple[str, ...]
    token: str


class Endpoint:
    """A compute endpoint: ``url`` ends in the version. ``trusting``: it believes the headers that Keystone sets."""

    def __init__(self, url: str, people: Mapping[str, Person], *, trusting: bool = False) -> None:
        self.url, self._people, self._trusting = url, people, trusting
        self.names: dict[str, str] = {}
        self._session = requests.Session()

    def close(self) -> None:
        self._session.close()

    def send(self, ask: Ask) -> requests.Response:
        """Ask, with names filled in; keep what the answer names."""
        text = ask.text if ask.body is NOTHING else json.dumps(ask.body)
        method, _, path = self.filled(ask.request).partition(" ")
        headers = {**self._headers(ask), **ask.more}
        data = None if text is None else self.filled(text).encode("utf-8", "surrogatepass")
        root = self.url.rpartition("/")[0] if path.startswith("/..") else self.url
        answer = self._session.request(
            method, root + path.removeprefix("/.."), data=data, headers=headers, timeout=_PATIENCE,
            allow_redirects=False
        )
        if answer.ok:
            self._follow(ask, answer)
        return answer

    def _follow(self, ask: Ask, answer: requests.Response) -> None:
        for name, way in (pair.split("=") for pair in ask.keep.split()):
            self.names[name] = str(_at(answer, way))
        if ask.undo:
            line = _WAY.sub(lambda way: quote(str(_at(answer, way[1])), safe=""), ask.undo)
            undone = self.send(Ask(line, who=ask.who, at="2.10"))
            assert undone.ok, (ask.key, line, undone.text)

    def filled(self, text: str) -> str:
        """The text with the names' values."""
        return _NAME.sub(lambda found: self.names.get(found[1], found[0]), text)

    def _headers(self, ask: Ask) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if ask.at:
            headers["OpenStack-API-Version"] = f"compute {ask.at}"
            headers["X-OpenStack-Nova-API-Version"] = ask.at
        person = self._people.get(ask.who)
        if person is not None:
            headers["X-Auth-Token"] = person.token
            if self._trusting:
                headers |= {"X-User-Id": person.user_id, "X-Project-Id": person.project_id,
                            "X-Roles": ",".join(person.roles)}
        return headers

    def wait(self, until: Until) -> None:
        """:raises AssertionError: the state did not come."""
        deadline, seen = time.monotonic() + _PATIENCE, ""
        while time.monotonic() < deadline:
            answer = self.send(Ask(f"GET /servers/{until.server}", who="admin"))
            if answer.status_code == 404 and until.status == "GONE":
                return
            if answer.ok:
                server = answer.json()["server"]
                seen = f"{server['status']} {server['OS-EXT-STS:task_state']} {server.get('fault')}"
                if server["status"] == until.status and server["OS-EXT-STS:task_state"] is None:
                    return
            time.sleep(0.05)
        raise AssertionError(f"{until} never came: {seen}")


def _at(answer: requests.Response, way: str) -> Any:
    if way.startswith("header:"):
        return answer.headers[way.removeprefix("header:")]
    found = answer.json()
    for step in way.split("."):
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found


def play(endpoint: Endpoint, steps: Sequence[Step]) -> Iterator[tuple[Ask, requests.Response]]:
    """Take the steps in order; what was asked and answered."""
    for step in steps:
        if isinstance(step, Until):
            endpoint.wait(step)
        else:
            yield step, endpoint.send(step)
