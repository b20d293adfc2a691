"""The documents are OpenAPI 3.1, and hold everything that can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from nova_lite.api.compute.routes import ROUTES as COMPUTE
from nova_lite.api.compute.versions import VERSIONS
from nova_lite.api.identity.routes import ROUTES as IDENTITY
from nova_lite.api.image.app import ROUTES as IMAGE
from nova_lite.api.microversions import VersionRange, v
from nova_lite.api.network.app import ROUTES as NETWORK
from nova_lite.api.openapi.document import Description, document
from nova_lite.api.routing import Route

Document = dict[str, Any]


def _document(dialect: str, routes: Sequence[Route[Any]], versions: VersionRange | None = None) -> Document:
    made = document(Description(dialect=dialect, mount=f"/{dialect}", versions=versions), routes)
    read: Document = msgspec.json.decode(msgspec.json.encode(made))
    return read


@pytest.fixture(scope="module")
def compute() -> Document:
    return _document("compute", COMPUTE, VERSIONS)


@pytest.mark.parametrize(("dialect", "routes", "versions"), [
    ("compute", COMPUTE, VERSIONS), ("identity", IDENTITY, None), ("image", IMAGE, None), ("network", NETWORK, None),
], ids=["compute", "identity", "image", "network"])
def test_it_is_valid_and_has_every_route(
    dialect: str, routes: Sequence[Route[Any]], versions: VersionRange | None,
) -> None:
    made = _document(dialect, routes, versions)
    OpenAPIV31SpecValidator(made).validate()
    for route in routes:
        operation = made["paths"][route.path][route.method.lower()]
        assert any(marks.get("action") == route.action for marks in operation["x-openstack"]["operations"])
        assert (operation.get("security") == []) == route.public, route.path
    shown = [(method, path) for path, methods in made["paths"].items() for method in methods if method != "parameters"]
    assert len(shown) == len({(route.method, route.path) for route in routes})


def test_a_method_of_some_microversions_says_which(compute: Document) -> None:
    put = compute["paths"]["/flavors/{flavor_id}"]["put"]
    assert put["x-openstack"]["operations"][0]["min-ver"] == "2.55"
    search = compute["paths"]["/os-hypervisors/{hypervisor_id}/search"]["get"]
    assert search["x-openstack"]["operations"][0]["max-ver"] == "2.52"


def test_a_body_has_the_schema_of_each_microversion(compute: Document) -> None:
    body = compute["paths"]["/servers"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["x-openstack"] == {"discriminator": "microversion"}
    spans = [schema["x-openstack"] for schema in body["anyOf"]]
    assert (spans[0]["min-ver"], spans[0]["max-ver"]) == ("2.1", "2.18")
    assert "max-ver" not in spans[-1]
    assert "description" not in body["anyOf"][0]["properties"]["server"]["properties"]
    assert "tags" in body["anyOf"][-1]["properties"]["server"]["properties"]


def test_actions_are_alternatives_by_name(compute: Document) -> None:
    content = compute["paths"]["/servers/{server_id}/action"]["post"]["requestBody"]["content"]
    body = content["application/json"]["schema"]
    named = {schema["x-openstack"]["action"]: schema for schema in body["anyOf"]}
    assert body["x-openstack"] == {"discriminator": "action"}
    assert {"pause", "os-stop", "reboot", "os-getConsoleOutput"} <= set(named)
    assert named["reboot"]["properties"]["reboot"]["required"] == ["type"]


def test_a_parameter_says_since_when_it_is_known(compute: Document) -> None:
    known = {parameter["name"]: parameter for parameter in compute["paths"]["/servers/detail"]["get"]["parameters"]}
    assert known["locked"]["x-openstack"] == {"min-ver": "2.73"}
    assert known["limit"]["schema"]["type"] == "array"


def test_a_refusal_has_the_form_of_the_dialect(compute: Document) -> None:
    refused = compute["paths"]["/servers"]["post"]["responses"]
    assert {"202", "400", "401", "403", "404", "406", "409", "413", "415"} <= set(refused)
    conflict = compute["components"]["responses"]["409"]["content"]["application/json"]
    assert conflict["schema"]["required"] == ["conflictingRequest"]
    assert "NeutronError" in _document("network", NETWORK)["components"]["responses"]["404"]["content"][
        "application/json"]["schema"]["properties"]


def test_a_status_that_changed_is_there_twice(compute: Document) -> None:
    responses = compute["paths"]["/os-keypairs"]["post"]["responses"]
    assert responses["200"]["x-openstack"] == {"min-ver": "2.1"}
    assert responses["201"]["x-openstack"] == {"min-ver": "2.2"}


def test_a_schema_that_a_route_never_meets_is_left_out() -> None:
    span = [r for r in COMPUTE if r.since is not None and r.method == "PUT" and r.path == "/flavors/{flavor_id}"]
    body = _document("compute", span, VERSIONS)["paths"]["/flavors/{flavor_id}"]["put"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["x-openstack"]["min-ver"] == str(v("2.55"))
