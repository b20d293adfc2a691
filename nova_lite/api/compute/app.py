"""The compute dialect's application: its routes, and what of them changes in the legacy version."""

from __future__ import annotations

from nova_lite.api.announcement import words
from nova_lite.api.compute import versions
from nova_lite.api.compute.policies import RULES
from nova_lite.api.compute.routes import ROUTES
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.dialect import Dialect, Frame
from nova_lite.api.microversions import VersionRange
from nova_lite.api.openapi.service import documented
from nova_lite.api.routing import Route
from nova_lite.api.services import services_of
from nova_lite.objects.states import Action

__all__ = ["ROUTES", "RULES", "app_factory", "application", "legacy_app_factory"]

# v2.0 is the first microversion under another prefix: its clients send no version, and are told none.
LEGACY = VersionRange("compute", "X-OpenStack-Nova-API-Version", versions.VERSIONS.minimum, versions.VERSIONS.minimum)

# What is done to guests is told of by the operations that do it (``instance.…``); reading a console changes nothing,
# and who holds its address may enter.
_OPERATIONS = ("force_delete", *(words(action) for action in Action))
_READS = (
    "get_console_output", "get_vncconsole", "get_spiceconsole", "get_rdpconsole", "get_serial_console",
    "remote_console.create",
)
ELSEWHERE = frozenset(f"server.{name}" for name in (*_OPERATIONS, *_READS))


def application(services: ComputeServices, frame: Frame) -> Dialect[ComputeServices]:
    """The application at ``/compute/v2.1``."""
    routes = documented(ROUTES, "compute", "/compute/v2.1", versions.VERSIONS)
    return Dialect(routes, services, frame, versions=versions.VERSIONS, by_project=True, elsewhere=ELSEWHERE)


def app_factory(global_conf: dict[str, object], **_: str) -> Dialect[ComputeServices]:
    """Paste application."""
    services = services_of(global_conf)
    return application(services.compute, services.frame)


def legacy_app_factory(global_conf: dict[str, object], **_: str) -> Dialect[ComputeServices]:
    """Paste application at ``/compute/v2``."""
    services = services_of(global_conf)
    routes = (Route(method="GET", path="/", handler=versions.show_legacy, public=True), *ROUTES[1:])
    return Dialect(routes, services.compute, services.frame, versions=LEGACY, by_project=True, elsewhere=ELSEWHERE)
