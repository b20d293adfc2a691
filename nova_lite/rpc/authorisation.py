"""Authorisers that many services need."""

from __future__ import annotations

from nova_lite.core.errors import Forbidden
from nova_lite.rpc.delivery import Authoriser, Delivery
from nova_lite.rpc.interface import interface_of
from nova_lite.rpc.ping import Ping


def only(*services: str) -> Authoriser:
    """Serve these services, identities of the form ``service@host``, and answer everybody's ping."""
    ping = interface_of(Ping).name

    def authorise(delivery: Delivery) -> None:
        service = delivery.identity.partition("@")[0]
        if service not in services and delivery.interface != ping:
            raise Forbidden(
                f"{delivery.identity or 'an unnamed sender'} may not call {delivery.interface}.{delivery.method}",
                identity=delivery.identity, method=delivery.method,
            )

    return authorise
