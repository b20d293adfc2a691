"""An identity service of its own: the dialect over a real database and HTTP server, bootstrapped."""

from __future__ import annotations

import socket
from pathlib import Path
from types import TracebackType

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
from tests.clients.identity import IdentityClient

ADMIN_PASSWORD = "correct horse"
SERVICE_PASSWORD = "battery staple"


class IdentityCloud(IdentityClient):
    """The service on a free port, its files under ``path``; a context manager. Passwords are hashed cheaply."""

    def __init__(self, path: Path) -> None:
        clock = SystemClock()
        ensure_key(path / "keys")
        self._database_url = f"sqlite:///{path / 'identity.sqlite'}"
        self._database = Database(self._database_url)
        self.identity = Identity(
            store=DatabaseIdentityStore(self._database), clock=clock, keys=KeyRing(path / "keys", clock),
            hasher=PasswordHasher(memory_kib=64, passes=1), token_ttl=86400.0,
        )
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.root = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        super().__init__(f"{self.root}/identity/v3", ADMIN_PASSWORD)
        policy = Policy(oslo_policy.Enforcer(_configuration()), RULES)
        frame = Frame(public_url=self.root, max_request_body=100_000, policy=policy)
        dialect = application(IdentityServices(identity=self.identity), frame)
        guarded = Faults(AuthToken(dialect, self.identity, "identity"), RENDERERS["identity"], f"{self.root}/identity")
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
        self._server.stop(grace=30.0)
        self._database.close()

    def plan(self, admin_password: str = ADMIN_PASSWORD) -> Plan:
        return Plan(admin_password=admin_password, service_password=SERVICE_PASSWORD, public_url=self.root)


def _configuration() -> cfg.ConfigOpts:
    configuration = cfg.ConfigOpts()
    configuration([])
    return configuration
