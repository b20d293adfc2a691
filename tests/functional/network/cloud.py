"""A network service of its own: the dialect over a real database and HTTP server, with tokens that name roles."""

from __future__ import annotations

import socket
from pathlib import Path
from types import TracebackType
from typing import Any

import requests
from oslo_config import cfg
from oslo_policy import policy as oslo_policy

from nova_lite.api.dialect import Dialect, Frame
from nova_lite.api.faults import RENDERERS
from nova_lite.api.middleware.authtoken import AuthToken
from nova_lite.api.middleware.faults import Faults
from nova_lite.api.middleware.request_id import RequestId
from nova_lite.api.network.app import ROUTES, RULES
from nova_lite.api.network.services import NetworkServices
from nova_lite.api.policy import Policy
from nova_lite.api.urlmap import UrlMap
from nova_lite.core import concurrency
from nova_lite.core.clock import SystemClock
from nova_lite.db import migration
from nova_lite.db.network import DatabaseNetworkStore
from nova_lite.db.session import Database
from nova_lite.network.service import Networking
from nova_lite.objects.network import NetworkQuota
from tests.functional.image.cloud import NamingTokens

Json = dict[str, Any]  # as the wire has it


class NetworkCloud:
    """The service on a free port, its database under ``path``; a context manager."""

    def __init__(self, path: Path, limits: NetworkQuota | None = None) -> None:
        clock, limits = SystemClock(), limits or NetworkQuota()
        self._url = f"sqlite:///{path / 'network.sqlite'}"
        self.database = Database(self._url)
        networking = Networking(DatabaseNetworkStore(self.database, limits, clock), clock, limits)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        configuration = cfg.ConfigOpts()
        configuration([])
        policy = Policy(oslo_policy.Enforcer(configuration), RULES)
        frame = Frame(public_url=self.url, max_request_body=100_000, policy=policy)
        dialect = Dialect(ROUTES, NetworkServices(networking=networking), frame, belongs=True)
        guarded = Faults(AuthToken(dialect, NamingTokens(), "network"), RENDERERS["network"], f"{self.url}/identity")
        application = UrlMap({"/network": RequestId(guarded, "", clock)})
        self._server = concurrency.wsgi_server(self._socket, application, 8)

    def __enter__(self) -> NetworkCloud:
        migration.upgrade(self._url)
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop(grace=30.0)
        self.database.close()

    def person(self, token: str) -> Person:
        """Somebody with ``role@project``."""
        return Person(f"{self.url}/network/v2.0", token)


class Person:
    """Somebody with a token, speaking HTTP."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token

    def ask(self, method: str, path: str, body: object = None) -> requests.Response:
        return requests.request(
            method, f"{self._url}{path}", json=body, headers={"X-Auth-Token": self._token},  # type: ignore[arg-type]
            timeout=60,
        )

    def make(self, noun: str, **fields: object) -> Json:
        """A new record of a noun; asserts that it was made."""
        answer = self.ask("POST", f"/{noun.replace('_', '-')}s", {noun: fields})
        assert answer.status_code == 201, answer.text
        return dict(answer.json()[noun])

    def get(self, path: str) -> Json:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def put(self, path: str, **body: object) -> Json:
        answer = self.ask("PUT", path, body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def refused(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """The status and the message of a request that is refused, in Neutron's form."""
        answer = self.ask(method, path, body)
        assert set(answer.json()["NeutronError"]) == {"type", "message", "detail"}
        return answer.status_code, answer.json()["NeutronError"]["message"]

    def fault(self, method: str, path: str, body: object = None) -> str:
        """What Neutron calls the error of a request that is refused."""
        return str(self.ask(method, path, body).json()["NeutronError"]["type"])

    def names(self, path: str) -> list[str]:
        """Names in a list, in its order."""
        (items,) = [value for key, value in self.get(path).items() if not key.endswith("_links")]
        assert isinstance(items, list)
        return [item["name"] for item in items]

    def network(self, cidr: str = "10.0.0.0/24", **fields: object) -> tuple[Json, Json]:
        """A network with a subnet."""
        network = self.make("network", name="net", **fields)
        return network, self.make("subnet", network_id=network["id"], cidr=cidr, ip_version=4)
