"""An identity service of its own: the dialect over a real database and HTTP server, bootstrapped."""

from __future__ import annotations

import dataclasses
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from pathlib import Path
from types import TracebackType
from typing import Any

from oslo_config import cfg
from oslo_policy import policy as oslo_policy
from sqlalchemy import create_engine

from nova_lite.api.dialect import Frame
from nova_lite.api.faults import RENDERERS
from nova_lite.api.identity.app import RULES, application
from nova_lite.api.identity.services import IdentityServices
from nova_lite.api.middleware.authtoken import AuthToken
from nova_lite.api.middleware.faults import Faults
from nova_lite.api.middleware.request_id import RequestId
from nova_lite.api.policy import Policy
from nova_lite.api.urlmap import UrlMap
from nova_lite.core import concurrency
from nova_lite.core.clock import SystemClock
from nova_lite.db.identity import DatabaseIdentityStore
from nova_lite.db.models import whole_metadata
from nova_lite.db.session import Database
from nova_lite.identity import Identity, KeyRing, PasswordHasher, Plan, bootstrap, ensure_key

ADMIN_PASSWORD = "correct horse"
SERVICE_PASSWORD = "battery staple"
DEFAULT = {"id": "default"}


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    headers: Message[str, str]
    json: Any


class IdentityCloud:
    """The service on a free port, its files under ``path``; a context manager. Passwords are hashed cheaply."""

    def __init__(self, path: Path) -> None:
        clock = SystemClock()
        ensure_key(path / "keys")
        self._database_url = f"sqlite:///{path / 'identity.sqlite'}"
        self._database = Database(self._database_url)
        self.identity = Identity(
            store=DatabaseIdentityStore(self._database), clock=clock, keys=KeyRing(path / "keys", clock),
            hasher=PasswordHasher(memory_kib=64, passes=1), token_ttl=600.0,
        )
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.root = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"{self.root}/identity/v3"
        policy = Policy(oslo_policy.Enforcer(_configuration()), RULES)
        frame = Frame(public_url=self.root, max_request_body=100_000, policy=policy)
        dialect = application(IdentityServices(identity=self.identity), frame)
        guarded = Faults(AuthToken(dialect, self.identity), RENDERERS["identity"], f"{self.root}/identity")
        self._server = concurrency.wsgi_server(self._socket, UrlMap({"/identity": RequestId(guarded, "", clock)}), 8)

    def __enter__(self) -> IdentityCloud:
        engine = create_engine(self._database_url)
        whole_metadata().create_all(engine)
        engine.dispose()
        bootstrap(self.identity, self.plan())
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop(grace=1.0)
        self._database.close()

    def plan(self, admin_password: str = ADMIN_PASSWORD) -> Plan:
        return Plan(admin_password=admin_password, service_password=SERVICE_PASSWORD, public_url=self.root)

    def call(
        self, method: str, path: str, body: object = None, token: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request; ``path`` begins after ``/identity/v3``."""
        request = urllib.request.Request(f"{self.url}{path}", method=method, headers=dict(headers or {}))
        if token:
            request.add_header("X-Auth-Token", token)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return _answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error.headers, error.read())

    def login(
        self, user: str = "admin", password: str = ADMIN_PASSWORD, project: str | None = "admin", **scope: object
    ) -> str:
        """A token, scoped to a project of the default domain unless ``project`` is None."""
        answer = self.authenticate(by_password(user, password), project, **scope)
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


def _configuration() -> cfg.ConfigOpts:
    configuration = cfg.ConfigOpts()
    configuration([])
    return configuration
