"""A client of an identity service, ours or a real Keystone, with a bootstrapped administrator."""

from __future__ import annotations

import dataclasses
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import Any

DEFAULT = {"id": "default"}
PATIENCE = 120.0  # seconds that an answer may take, on a machine that is busy with other tests


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    headers: Message[str, str]
    json: Any


class IdentityClient:
    """``url`` ends in ``/v3``; the user and the project admin are there."""

    def __init__(self, url: str, admin_password: str) -> None:
        self.url = url
        self.admin_password = admin_password

    def call(
        self, method: str, path: str, body: object = None, token: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request; ``path`` begins after ``/v3``."""
        request = urllib.request.Request(f"{self.url}{path}", method=method, headers=dict(headers or {}))
        if token:
            request.add_header("X-Auth-Token", token)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return _answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error.headers, error.read())

    def login(
        self, user: str = "admin", password: str = "", project: str | None = "admin", **scope: object
    ) -> str:
        """A token, scoped to a project of the default domain unless ``project`` is None."""
        answer = self.authenticate(by_password(user, password or self.admin_password), project, **scope)
        assert answer.status == 201, answer
        return answer.headers["X-Subject-Token"]

    def authenticate(self, identity: Mapping[str, object], project: str | None = None, **scope: object) -> Answer:
        auth: dict[str, object] = {"identity": identity}
        if project is not None:
            scope["project"] = {"name": project, "domain": DEFAULT}
        if scope:
            auth["scope"] = scope
        return self.call("POST", "/auth/tokens", {"auth": auth})

    def create(self, noun: str, token: str, **fields: object) -> dict[str, Any]:
        """A new record, as the service shows it."""
        answer = self.call("POST", f"/{noun}s", {noun: fields}, token)
        assert answer.status == 201, answer
        record: dict[str, Any] = answer.json[noun]
        return record

    def role_id(self, name: str, token: str) -> str:
        answer = self.call("GET", f"/roles?name={name}", token=token)
        return str(answer.json["roles"][0]["id"])


def by_password(user: str, password: str) -> dict[str, object]:
    return {"methods": ["password"], "password": {"user": {"name": user, "domain": DEFAULT, "password": password}}}


def by_token(token: str) -> dict[str, object]:
    return {"methods": ["token"], "token": {"id": token}}


def _answer(status: int, headers: Message[str, str], body: bytes) -> Answer:
    return Answer(status, headers, json.loads(body) if body else None)
