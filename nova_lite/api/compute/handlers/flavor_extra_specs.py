"""Extra specs of a flavor."""

from __future__ import annotations

from nova_lite.api.compute import extra_specs
from nova_lite.api.compute.handlers.flavors import flavor_of
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.microversions import v
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Invalid, NotFound
from nova_lite.db.writes import flavors as writes

LONGEST = 255  # characters of a value


def index(request: Request[ComputeServices]) -> Json:
    return {"extra_specs": dict(flavor_of(request).extra_specs)}


def show(request: Request[ComputeServices]) -> Json:
    flavor, key = flavor_of(request), request.path["key"]
    if key not in flavor.extra_specs:
        raise NotFound(f"Flavor {flavor.flavorid} has no extra specs with key {key}.", key=key)
    return {key: flavor.extra_specs[key]}


def create(request: Request[ComputeServices]) -> Json:
    return {"extra_specs": _set(request, request.member("extra_specs"))}


def update(request: Request[ComputeServices]) -> Json:
    """Set one; the body must say the same key as the path."""
    key = request.path["key"]
    if key not in request.body:
        raise Invalid("Request body and URI mismatch", field=key)
    return _set(request, request.body)


def delete(request: Request[ComputeServices]) -> None:
    flavor = flavor_of(request)
    request.services.database.transact(
        lambda tx: writes.remove_extra_spec(tx, flavor.flavorid, request.path["key"])
    )


def _set(request: Request[ComputeServices], given: Json) -> dict[str, str]:
    specs = {key: str(value) for key, value in given.items()}
    for key, value in specs.items():
        if len(value) > LONGEST:  # the schema has measured texts; numbers become texts here
            raise Invalid(f"The value of extra spec {key} has more than {LONGEST} characters.", field=key)
    if request.version >= v("2.86"):
        extra_specs.check(specs)
    flavor = flavor_of(request)
    request.services.database.transact(lambda tx: writes.set_extra_specs(tx, flavor.flavorid, specs))
    return specs
