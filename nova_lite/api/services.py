"""The collaborators of the whole application, built by ``cmd`` and carried to the factories by ``app.load``."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from nova_lite.conf.api import KeystoneSettings
from nova_lite.core.context import RequestContext
from nova_lite.identity.access_rules import Asked

if TYPE_CHECKING:
    from nova_lite.api.compute.services import ComputeServices
    from nova_lite.api.dialect import Frame
    from nova_lite.api.enrolment import Registrar
    from nova_lite.api.identity.services import IdentityServices
    from nova_lite.api.image.services import ImageServices
    from nova_lite.api.network.services import NetworkServices

SERVICES = "nova_lite.services"

# Names what is wrong, by part; empty when all is well.
HealthCheck = Callable[[], Mapping[str, str]]


class TokenValidator(Protocol):
    """Who stands behind a token."""

    def validate(self, token: str, request_id: str, asked: Asked) -> RequestContext:
        """The context of a request that came with this token; roles include the implied ones.

        :raises Unauthenticated: the token is malformed, expired, revoked, its user or project is disabled, or it is of
            a credential whose access rules do not name the request.
        """
        ...


@dataclasses.dataclass(frozen=True, kw_only=True)
class ApiServices:
    """``frame`` serves every dialect, the others one each; ``registrar`` new machines.

    ``identity`` and ``image`` are an address where somebody else serves that dialect; ``tokens`` is then the Keystone
    that validates them.
    """

    frame: Frame
    tokens: TokenValidator | KeystoneSettings
    health: HealthCheck
    compute: ComputeServices
    identity: IdentityServices | str
    image: ImageServices | str
    network: NetworkServices
    registrar: Registrar


def services_of(global_conf: Mapping[str, object]) -> ApiServices:
    """The collaborators that ``app.load`` put into paste's global configuration."""
    found = global_conf.get(SERVICES)
    if not isinstance(found, ApiServices):
        raise TypeError("this factory works only in an application loaded by nova_lite.api.app.load")
    return found
