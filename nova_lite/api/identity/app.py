"""The identity dialect's application."""

from __future__ import annotations

from nova_lite.api.dialect import Dialect, Frame
from nova_lite.api.elsewhere import Elsewhere
from nova_lite.api.identity.policies import RULES
from nova_lite.api.identity.routes import ROUTES
from nova_lite.api.identity.services import IdentityServices
from nova_lite.api.openapi.service import documented
from nova_lite.api.services import services_of

__all__ = ["ROUTES", "RULES", "app_factory", "application"]

LOGINS = frozenset({"auth.token.create"})  # change nothing


def application(services: IdentityServices, frame: Frame) -> Dialect[IdentityServices]:
    """The application at ``/identity``."""
    return Dialect(
        documented(ROUTES, "identity", "/identity"), services, frame, elsewhere=LOGINS, varies="X-Auth-Token"
    )


def app_factory(global_conf: dict[str, object], **_: str) -> Dialect[IdentityServices] | Elsewhere:
    """Paste application."""
    services = services_of(global_conf)
    if isinstance(services.identity, str):
        return Elsewhere("identity", services.identity)
    return application(services.identity, services.frame)
