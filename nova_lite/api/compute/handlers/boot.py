"""Finding what a create names: flavor, image, key pair, place."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.api.compute import creation
from nova_lite.api.compute.creation import Ingredients, Placement
from nova_lite.api.compute.handlers.lookup import scope
from nova_lite.api.compute.policies import servers as rules
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Request
from nova_lite.core.errors import Forbidden, Invalid, NotFound
from nova_lite.db.reads import flavors, hosts, key_pairs
from nova_lite.db.session import Tx
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.host import HostState
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.key_pair import KeyPair


def ingredients(request: Request[ComputeServices], body: dict[str, object]) -> Ingredients:
    """Everything that the body names.

    :raises Invalid: something is not there, or does not fit together; the message names it.
    :raises Forbidden: the caller may not choose a host, or use a flavor without a disk.
    """
    image = image_of(request, creation.image_id(body))
    with request.services.database.read() as tx:
        flavor = flavor_of(tx, request, str(body["flavorRef"]))
        key_pair = key_pair_of(tx, request, body)
        placement = _placement(tx, request, body)
    creation.check_image(image, flavor)
    if flavor.root_gb == 0 and not request.allows(rules.ZERO_DISK):
        raise Forbidden("Only volume-backed servers are allowed for flavors with zero disk.", rule=rules.ZERO_DISK)
    return Ingredients(flavor=flavor, image=image, key_pair=key_pair, placement=placement,
                       hints=hints_of(request))


def hints_of(request: Request[ComputeServices]) -> dict[str, object]:
    """The scheduler's hints, by either of their names; they stand beside the server."""
    hints = request.body.get("os:scheduler_hints") or request.body.get("OS-SCH-HNT:scheduler_hints")
    return dict(hints) if isinstance(hints, dict) else {}


def image_of(request: Request[ComputeServices], image_id: str) -> ImageMeta:
    """An image that the caller may use. :raises Invalid: there is none."""
    try:
        return request.services.images.get_meta(request.context, image_id)
    except NotFound:
        raise Invalid(f"Image {image_id} could not be found.", field="imageRef") from None


def flavor_of(tx: Tx, request: Request[ComputeServices], flavorid: str) -> Flavor:
    """A flavor that the caller may use. :raises Invalid: there is none."""
    try:
        return flavors.get(tx, flavorid, scope(request))
    except NotFound as error:
        raise Invalid(error.message, field="flavorRef") from None


def key_pair_of(tx: Tx, request: Request[ComputeServices], body: dict[str, object]) -> KeyPair | None:
    """The key pair that the body names, if it names one. :raises Invalid: there is none."""
    name = body.get("key_name")
    if name is None:
        return None
    try:
        return key_pairs.get(tx, request.context.user_id, str(name))
    except NotFound:
        raise Invalid(f"Invalid key_name provided: there is no key pair {name}.", field="key_name") from None


def _placement(tx: Tx, request: Request[ComputeServices], body: dict[str, object]) -> Placement:
    zone, forced = _zone_and_host(request, body)
    named = body.get("host") or body.get("hypervisor_hostname")
    if named is not None:
        request.authorize(request.own_target(), rules.REQUESTED_DESTINATION)
        if forced:
            raise Invalid("Destination host and zone:host cannot both be named.", field="host")
    known = hosts.every(tx) if zone or named else []
    check_zone(zone, known)
    host = forced or _destination(named, {host.hypervisor_hostname or host.host: host.host for host in known} |
                                  {host.host: host.host for host in known})
    return Placement(availability_zone=zone, host=host)


def check_zone(zone: str | None, known: Sequence[HostState]) -> None:
    """:raises Invalid: no host is in this zone, which is not the one of hosts that are in no other either."""
    if zone and zone not in {host.availability_zone for host in known} | {"nova"}:
        raise Invalid("The requested availability zone is not available", field="availability_zone")


def _zone_and_host(request: Request[ComputeServices], body: dict[str, object]) -> tuple[str | None, str | None]:
    text = str(body.get("availability_zone") or "")
    if ":" not in text:
        return text or None, None
    zone, _, rest = text.partition(":")
    host, _, node = rest.partition(":")
    if ":" in node or not (host or node):
        raise Invalid("Unable to parse availability_zone: it is ZONE, ZONE:HOST or ZONE:HOST:NODE.",
                      field="availability_zone")
    request.authorize(request.own_target(), rules.FORCED_HOST)
    return zone or None, host or node


def _destination(named: object, known: dict[str, str]) -> str | None:
    if named is None:
        return None
    if str(named) not in known:
        raise Invalid(f"Compute host {named} could not be found.", field="host")
    return known[str(named)]
