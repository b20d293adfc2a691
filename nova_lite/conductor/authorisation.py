"""Who may ask the conductor for what: each kind of service its own methods, each host only about itself.

A compromised compute host can sign as itself and as nobody else; what it asks must name it.
"""

from __future__ import annotations

import msgspec

from nova_lite.core.errors import Forbidden
from nova_lite.objects.host import HostReport
from nova_lite.objects.operation import OperationResult
from nova_lite.objects.service import ServiceRecord
from nova_lite.rpc import Delivery
from nova_lite.rpc.interface import interface_of
from nova_lite.rpc.ping import Ping

# Service (the part of an identity before the @) -> the methods it may call.
METHODS: dict[str, frozenset[str]] = {
    "nova-scheduler": frozenset({"claim", "no_valid_host", "host_states", "service_seen", "service_versions"}),
    "nova-compute": frozenset({
        "operation_begin", "operation_finish", "renew_leases", "unfinished_operations", "host_instances",
        "disowned_guests", "power_state_changed", "register_host", "report_host", "service_seen",
        "service_versions",
    }),
    "nova-conductor": frozenset({"service_seen", "service_versions"}),
    "nova-api": frozenset({"service_seen", "service_versions"}),
}

OF_NOBODY = frozenset({"service_versions"})  # methods that speak of no host, and that every host may call


def authorise(delivery: Delivery) -> None:
    """Raises Forbidden, naming the offender, when the sender may not ask this."""
    if delivery.interface == interface_of(Ping).name:
        return
    reason = refusal(delivery.identity, delivery.method, delivery.arguments)
    if reason:
        raise Forbidden(f"{delivery.identity or 'an unnamed sender'} may not call {delivery.method}: {reason}",
                        identity=delivery.identity, method=delivery.method)


def refusal(identity: str, method: str, arguments: msgspec.Struct) -> str:
    """Why an identity (``service@host``) may not call a method with these arguments; empty when it may. Pure."""
    service, _, host = identity.partition("@")
    if method not in METHODS.get(service, frozenset()):
        return f"that is not for {service or 'nobody'}"
    named = hosts_named(arguments)
    if service == "nova-compute" and method not in OF_NOBODY and named != {host}:
        return f"it speaks of {', '.join(sorted(named)) or 'no host'}, not of {host}"
    return ""


def hosts_named(arguments: msgspec.Struct) -> set[str]:
    """The hosts that a request's arguments speak of."""
    named: set[str] = set()
    for field in arguments.__struct_fields__:
        value = getattr(arguments, field)
        if field == "host":
            named.add(value)
        elif isinstance(value, HostReport | OperationResult | ServiceRecord):
            named.add(value.host)
    return named
