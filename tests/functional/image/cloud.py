"""An image service of its own: the dialect over a real database, store and HTTP server, with tokens that name roles."""

from __future__ import annotations

import socket
from pathlib import Path
from types import TracebackType

from oslo_config import cfg
from oslo_policy import policy as oslo_policy

from nova_lite.api.dialect import Frame
from nova_lite.api.faults import RENDERERS
from nova_lite.api.image.app import RULES, ImageApplication
from nova_lite.api.image.services import ImageServices
from nova_lite.api.middleware.authtoken import AuthToken
from nova_lite.api.middleware.faults import Faults
from nova_lite.api.middleware.request_id import RequestId
from nova_lite.api.policy import Policy
from nova_lite.api.urlmap import UrlMap
from nova_lite.core import concurrency
from nova_lite.core.clock import SystemClock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Unauthenticated
from nova_lite.db import migration
from nova_lite.db.images import ImageStore
from nova_lite.db.session import Database
from nova_lite.identity.access_rules import Asked
from nova_lite.image.catalog import ImageCatalog
from nova_lite.image.data import ImageData
from nova_lite.image.imports import ImageImports
from nova_lite.image.members import ImageMembers
from nova_lite.image.store.filesystem import FilesystemStore
from nova_lite.image.web import WebDownloads

IMPLIED = {"admin": ("admin", "member", "reader"), "member": ("member", "reader")}


class NamingTokens:
    """A token is ``role@project`` and says who it is."""

    def validate(self, token: str, request_id: str, asked: Asked) -> RequestContext:
        role, at, project = token.partition("@")
        if not at:
            raise Unauthenticated("no such token")
        return RequestContext(
            request_id=request_id, user_id=f"user-of-{project}", project_id=project, roles=IMPLIED.get(role, (role,))
        )


class ImageCloud:
    """The service on a free port, its files under ``path``; a context manager."""

    def __init__(self, path: Path, max_size: int = 0, require_match: bool = True) -> None:
        clock = SystemClock()
        self.store_path = path / "images"
        self._database_url = f"sqlite:///{path / 'images.sqlite'}"
        self.database = Database(self._database_url)
        self.records = ImageStore(self.database)
        store = FilesystemStore(self.store_path)
        data = ImageData(self.records, store, clock, max_size, require_match)
        self.staging = FilesystemStore(path / "staging")
        services = ImageServices(
            catalog=ImageCatalog(self.records, store, clock), data=data, clock=clock,
            members=ImageMembers(self.records, clock),
            imports=ImageImports(self.records, data, self.staging, WebDownloads(("127.0.0.2/32",)), clock),
        )
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        policy = Policy(oslo_policy.Enforcer(_configuration()), RULES)
        frame = Frame(public_url=self.url, max_request_body=100_000, policy=policy)
        guarded = Faults(
            AuthToken(ImageApplication(services, frame), NamingTokens(), "image"), RENDERERS["image"],
            f"{self.url}/identity"
        )
        self.application = UrlMap({"/image": RequestId(guarded, "", clock)})
        self._server = concurrency.wsgi_server(self._socket, self.application, 8)

    def __enter__(self) -> ImageCloud:
        migration.upgrade(self._database_url)
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop(grace=30.0)
        self.database.close()

    def stored(self) -> list[str]:
        """Names of everything in the store's directory."""
        return sorted(file.name for file in self.store_path.glob("*"))


def _configuration() -> cfg.ConfigOpts:
    configuration = cfg.ConfigOpts()
    configuration([])
    return configuration
