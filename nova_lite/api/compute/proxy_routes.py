"""The part of the map that old clients know: proxies of other services, and what is gone."""

from __future__ import annotations

from nova_lite.api.compute.handlers import images, retired
from nova_lite.api.compute.policies import images as image_rules
from nova_lite.api.compute.schemas import images as image_schemas
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.microversions import v
from nova_lite.api.routing import Handler, Route
from nova_lite.api.validation import Schema

R = Route[ComputeServices]
H = Handler[ComputeServices]

_LAST_IMAGES, _LAST_METADATA = v("2.35"), v("2.38")
_IMAGE = "/images/{image_id}"
_METADATA = _IMAGE + "/metadata"


def _image(path: str, handler: H, query: Schema | None = None) -> R:
    return Route(method="GET", path=path, handler=handler, query=query, until=_LAST_IMAGES)


def _metadata(method: str, path: str, handler: H, body: Schema | None = None, success: int = 200) -> R:
    rule = None if method == "GET" else image_rules.MODIFY
    return Route(method=method, path=path, handler=handler, rule=rule, late=rule is not None, body=body,
                 success=success, until=_LAST_METADATA)


IMAGES: tuple[R, ...] = (
    _image("/images", images.index, image_schemas.LIST_QUERY),
    _image("/images/detail", images.detail, image_schemas.LIST_QUERY),
    _image(_IMAGE, images.show),
    Route(method="DELETE", path=_IMAGE, handler=images.delete, rule=image_rules.DELETE, late=True, success=204,
          until=_LAST_IMAGES),
    _metadata("GET", _METADATA, images.metadata),
    _metadata("POST", _METADATA, images.merge_metadata, image_schemas.METADATA_BODY),
    _metadata("PUT", _METADATA, images.replace_metadata, image_schemas.METADATA_BODY),
    _metadata("GET", _METADATA + "/{key}", images.show_item),
    _metadata("PUT", _METADATA + "/{key}", images.put_item, image_schemas.META_BODY),
    _metadata("DELETE", _METADATA + "/{key}", images.delete_item, success=204),
)

_GONE = (
    ("/os-agents", "GET POST"), ("/os-agents/{id}", "PUT DELETE"),
    ("/os-cells", "GET POST"), ("/os-cells/capacities", "GET"), ("/os-cells/detail", "GET"), ("/os-cells/info", "GET"),
    ("/os-cells/sync_instances", "POST"), ("/os-cells/{id}", "GET PUT DELETE"), ("/os-cells/{id}/capacities", "GET"),
    ("/os-certificates", "POST"), ("/os-certificates/{id}", "GET"),
    ("/os-cloudpipe", "GET POST"), ("/os-cloudpipe/{id}", "PUT"),
    ("/os-fixed-ips/{id}", "GET"), ("/os-fixed-ips/{id}/action", "POST"),
    ("/os-floating-ip-dns", "GET"), ("/os-floating-ip-dns/{id}", "PUT DELETE"),
    ("/os-floating-ip-dns/{domain_id}/entries/{id}", "GET PUT DELETE"),
    ("/os-floating-ips-bulk", "GET POST"), ("/os-floating-ips-bulk/{id}", "GET PUT"),
    ("/os-fping", "GET"), ("/os-fping/{id}", "GET"),
    ("/os-networks", "POST"), ("/os-networks/add", "POST"), ("/os-networks/{id}", "DELETE"),
    ("/os-networks/{id}/action", "POST"),
    ("/os-security-group-default-rules", "GET POST"), ("/os-security-group-default-rules/{id}", "GET DELETE"),
    ("/os-tenant-networks", "POST"), ("/os-tenant-networks/{id}", "DELETE"),
    ("/servers/{server_id}/consoles", "GET POST"), ("/servers/{server_id}/consoles/{id}", "GET DELETE"),
    ("/servers/{server_id}/os-virtual-interfaces", "GET"),
)

RETIRED: tuple[R, ...] = tuple(
    Route(method=method, path=path, handler=retired.gone) for path, methods in _GONE for method in methods.split()
)

ROUTES: tuple[R, ...] = (*IMAGES, *RETIRED)
