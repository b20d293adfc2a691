"""Every wrong body, header, id, state and credential gets its 4xx, in the dialect's words; nothing gets a 5xx."""

from __future__ import annotations

import io
import json

import pytest
import webob
from hypothesis import given, settings
from hypothesis import strategies as st

from nova_lite.api.compute.handlers import retired
from nova_lite.api.compute.routes import ROUTES
from nova_lite.api.routing import Route
from tests.functional.api.cloud import IMAGE, LARGE_IMAGE, PROJECT, QUEUED_IMAGE, Answer, ComputeCloud

TOKEN = f"admin@{PROJECT}"
GUARDED = [route for route in ROUTES if not route.public and route.handler is not retired.gone]
# Who takes a floating address need not say of which pool.
WITH_BODY = [route for route in GUARDED if route.body is not None and route.path != "/os-floating-ips"]
NOBODY = "99999999-9999-4999-8999-999999999999"
GOOD = {"name": "vm", "imageRef": IMAGE, "flavorRef": "1", "networks": "auto"}


def _name(route: Route[object]) -> str:
    return f"{route.method} {route.path} {route.action or ''}".strip()


def _path(route: Route[object], fill: str = NOBODY) -> str:
    segments = [fill if segment.startswith("{") else segment for segment in route.path.split("/")]
    return "/compute/v2.1" + "/".join(segments)


def _version(route: Route[object]) -> str:
    return str(route.until or "2.104")


def _request(
    route: Route[object], fill: str = NOBODY, body: bytes | None = None, content_type: str = "application/json",
) -> webob.Request:
    headers = {"X-Auth-Token": TOKEN, "OpenStack-API-Version": f"compute {_version(route)}"}
    request = webob.Request.blank(_path(route, fill), method=route.method, headers=headers)
    if body is not None:
        request.body = body
        request.content_type = content_type
    return request


def _fault(answer: Answer) -> dict[str, object]:
    ((name, fault),) = json.loads(answer.body).items()
    assert name in {
        "badRequest", "itemNotFound", "forbidden", "conflictingRequest", "badMethod", "computeFault", "overLimit",
        "badMediaType", "error",
    }
    assert fault["code"] == answer.status
    assert "Traceback" not in fault["message"]
    return dict(fault)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.handler is retired.gone], ids=_name)
def test_what_nova_has_taken_away_is_gone(refuser: ComputeCloud, route: Route[object]) -> None:
    body = json.dumps({route.action: None}).encode() if route.action else None
    answer = refuser.send(_request(route, body=body))
    assert answer.status == 410
    assert _fault(answer)["message"] == "This API is no longer available."


@pytest.mark.parametrize("token", [None, "", "nonsense", "@", "\u00e4", "x" * 8000])
@pytest.mark.parametrize("route", GUARDED, ids=_name)
def test_without_a_valid_token_nothing_is_answered(
    refuser: ComputeCloud, route: Route[object], token: str | None
) -> None:
    request = _request(route)
    del request.headers["X-Auth-Token"]
    if token is not None:
        request.environ["HTTP_X_AUTH_TOKEN"] = token
    answer = refuser.send(request)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Keystone uri="http://cloud.test/identity"'
    assert answer.at("error", "title") == "Unauthorized"


@pytest.mark.parametrize("route", GUARDED, ids=_name)
@pytest.mark.parametrize(
    "fill", [NOBODY, "nobody", "0", "..%2f..", "%00", "%ff", "%F0%9F%98%80", "a" * 300, "%27--", "-1"]
)
def test_an_id_of_nothing_is_not_found(refuser: ComputeCloud, route: Route[object], fill: str) -> None:
    if "{" not in route.path:
        return
    body = json.dumps({route.action: None} if route.action else {}).encode()
    answer = refuser.send(_request(route, fill=fill, body=body))
    expected = {400, 404}
    if route.path.startswith(("/os-quota-", "/extensions", "/os-simple-tenant-usage")):
        expected = {200, 202, 400, 403, 404}  # any project has a quota; whether it exists is identity's to say
    assert answer.status in expected, (answer.status, answer.body)


@pytest.mark.parametrize("route", WITH_BODY, ids=_name)
@pytest.mark.parametrize("body", [
    b"", b"{", b"nonsense", b"[]", b"null", b"5", b'"text"', b"true", b"{}", b'{"a": NaN}', b"\xff\xfe",
    b'{"a":"\xff"}',
    b'{"a": "\\ud800"}', b'{"server": "\\u0000"}', b"[" * 50_000, b'{"server": {}, "server": []}', b"1" * 5000,
    b'{"colour": "red"}', b'{"a": 1e999}',
], ids=range(19))
def test_a_body_that_cannot_be_read_or_is_no_request_is_refused(
    refuser: ComputeCloud, route: Route[object], body: bytes,
) -> None:
    answer = refuser.send(_request(route, body=body))
    if (body, route.path) == (b"{}", "/servers/{server_id}/os-interface"):
        assert answer.status == 404, "it asks for an interface on the usual network"
    else:
        assert answer.status == 400, (answer.status, answer.body)
    assert _fault(answer)["message"]


@pytest.mark.parametrize("route", WITH_BODY, ids=_name)
def test_a_body_in_another_language_is_refused(refuser: ComputeCloud, route: Route[object]) -> None:
    answer = refuser.send(_request(route, body=b"<server/>", content_type="application/xml"))
    assert answer.status == 415
    assert "badMediaType" in answer.json


@pytest.mark.parametrize("route", GUARDED, ids=_name)
def test_a_huge_body_is_refused_before_it_is_read(refuser: ComputeCloud, route: Route[object]) -> None:
    class Untouchable(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("the body was read")

    request = _request(route)
    request.environ["CONTENT_LENGTH"] = str(1 << 40)
    request.environ["wsgi.input"] = Untouchable()
    assert refuser.send(request).status == 413


@pytest.mark.parametrize("length", ["-5", "many", "1e3", "5, 5"])
def test_a_length_that_is_no_number_is_refused(refuser: ComputeCloud, length: str) -> None:
    request = webob.Request.blank("/compute/v2.1/servers", method="POST", headers={"X-Auth-Token": TOKEN})
    request.environ["CONTENT_LENGTH"] = length
    assert refuser.send(request).status == 400


@pytest.mark.parametrize(("version", "status"), [
    ("2.105", 406), ("3.0", 406), ("2.0", 406), ("nonsense", 400), ("2", 400), ("2.1.1", 400), ("-2.1", 400),
    ("2.x", 400),
])
@pytest.mark.parametrize("header", ["OpenStack-API-Version", "X-OpenStack-Nova-API-Version"])
def test_a_version_that_is_not_served_is_refused(refuser: ComputeCloud, header: str, version: str, status: int) -> None:
    value = f"compute {version}" if header.startswith("Open") else version
    request = webob.Request.blank("/compute/v2.1/servers", headers={"X-Auth-Token": TOKEN, header: value})
    answer = refuser.send(request)
    assert answer.status == status
    assert version in str(_fault(answer)["message"])
    assert answer.headers.get("X-OpenStack-Nova-API-Version") == (
        version if status == 406 else None
    ), "as Nova tells it"


@pytest.mark.parametrize(("method", "path", "allowed"), [
    ("PATCH", "/servers", "GET, POST"), ("DELETE", "/servers", "GET, POST"), ("POST", "/servers/detail", "GET"),
    ("PUT", "/limits", "GET"), ("POST", "/flavors/1", "DELETE, GET, PUT"), ("HEAD", "/servers", "GET, POST"),
])
def test_a_method_that_is_not_allowed_is_told_those_that_are(
    refuser: ComputeCloud, method: str, path: str, allowed: str,
) -> None:
    answer = refuser.ask(method, path, token=TOKEN)
    assert answer.status == 405
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize(
    "path", ["/nonsense", "/servers/a/b/c", "/server", "/servers//metadata", "/os-nothing", "/%2e%2e/x"]
)
def test_a_path_of_nothing_is_not_found(refuser: ComputeCloud, path: str) -> None:
    assert refuser.ask("GET", path, token=TOKEN).status == 404


@pytest.mark.parametrize(("change", "field"), [
    ({"name": ""}, "name"), ({"name": None}, "name"), ({"name": 5}, "name"), ({"name": "a" * 256}, "name"),
    ({"name": " a"}, "name"), ({"name": "a\n"}, "name"), ({"name": "a\u0007"}, "name"),
    ({"imageRef": "nonsense"}, "imageRef"), ({"imageRef": NOBODY}, NOBODY), ({"imageRef": 5}, "imageRef"),
    ({"imageRef": ""}, "imageRef"), ({"imageRef": QUEUED_IMAGE}, "not active"),
    ({"imageRef": LARGE_IMAGE}, "too small"),
    ({"flavorRef": "none"}, "none"), ({"flavorRef": ""}, "flavorRef"), ({"flavorRef": None}, "flavorRef"),
    ({"flavorRef": "3"}, "Flavor 3"), ({"flavorRef": "x" * 300}, "Flavor"), ({"networks": "some"}, "networks"),
    ({"networks": [{"uuid": "net"}]}, "uuid"), ({"networks": [{"uuid": NOBODY}]}, NOBODY),
    ({"networks": 5}, "networks"),
    ({"networks": [{"port": NOBODY}]}, NOBODY), ({"networks": [{"fixed_ip": "1.2.3"}]}, "fixed_ip"),
    ({"key_name": "none"}, "key_name"), ({"key_name": ""}, "key_name"), ({"key_name": 5}, "key_name"),
    ({"min_count": 0}, "min_count"), ({"min_count": -1}, "min_count"), ({"max_count": "x"}, "max_count"),
    ({"min_count": 3, "max_count": 2}, "min_count"), ({"max_count": 1.5}, "max_count"),
    ({"min_count": 1 << 70}, "min_count"),
    ({"metadata": {"a": 5}}, "a"), ({"metadata": {"": "b"}}, "metadata"), ({"metadata": []}, "metadata"),
    ({"metadata": {"a": "b" * 256}}, "a"), ({"metadata": {"k" * 256: "b"}}, "metadata"),
    ({"user_data": "%%%"}, "user_data"), ({"user_data": "QQ==" * 20_000}, "user_data"), ({"user_data": 5}, "user_data"),
    ({"config_drive": "perhaps"}, "config_drive"), ({"tags": ["a,b"]}, "tags.0"), ({"tags": ["a" * 61]}, "tags"),
    ({"tags": "a"}, "tags"), ({"tags": [str(n) for n in range(51)]}, "tags"), ({"hostname": "-a-"}, "hostname"),
    ({"description": "a" * 256}, "description"), ({"availability_zone": "mars"}, "availability zone"),
    ({"availability_zone": "a:b:c:d"}, "availability_zone"), ({"availability_zone": ""}, "availability_zone"),
    ({"host": "nowhere"}, "nowhere"), ({"host": "h", "availability_zone": "nova:h"}, "Destination"),
    ({"security_groups": [{"name": "web"}]}, "web"), ({"security_groups": "default"}, "security_groups"),
    ({"accessIPv4": "1.2.3"}, "accessIPv4"), ({"accessIPv6": "1.2.3.4"}, "accessIPv6"), ({"colour": "red"}, "colour"),
    ({"personality": []}, "personality"), ({"OS-DCF:diskConfig": "SOMETIMES"}, "diskConfig"),
    ({"block_device_mapping_v2": [{"source_type": "volume", "uuid": NOBODY, "boot_index": 0}]}, "volumes"),
    ({"block_device_mapping_v2": [{"source_type": "magic"}]}, "source_type"),
    ({"block_device_mapping": [{"volume_id": NOBODY}]}, "block_device_mapping"),
], ids=str)
def test_a_create_that_cannot_be_is_refused_and_named(
    refuser: ComputeCloud, change: dict[str, object], field: str
) -> None:
    token = TOKEN if {"host", "availability_zone"} & set(change) else f"member@{PROJECT}"
    answer = refuser.ask("POST", "/servers", {"server": {**GOOD, **change}}, token=token)
    assert answer.status == 400, (answer.status, answer.body)
    assert field in answer.message
    assert refuser.ask("GET", "/servers").at("servers") == []


@pytest.mark.parametrize("missing", ["name", "flavorRef", "networks"])
def test_a_create_without_what_is_needed_is_refused(refuser: ComputeCloud, missing: str) -> None:
    body = {key: value for key, value in GOOD.items() if key != missing}
    answer = refuser.ask("POST", "/servers", {"server": body})
    assert answer.status == 400
    assert f"'{missing}' is a required property" in answer.message


@pytest.mark.parametrize(("field", "value", "since"), [
    ("description", "d", "2.19"), ("tags", [], "2.52"), ("hostname", "hh", "2.90"),
    ("trusted_image_certificates", None, "2.63"),
    ("networks", "auto", "2.37"),
])
def test_a_field_is_refused_before_its_version(cloud: ComputeCloud, field: str, value: object, since: str) -> None:
    before = f"2.{int(since.split('.')[1]) - 1}"
    body = {"server": {**{k: x for k, x in GOOD.items() if k != "networks"}, field: value}}
    assert cloud.ask("POST", "/servers", body, version=before).status == 400
    if int(since.split(".")[1]) >= 37:
        body["server"]["networks"] = "auto"
    assert cloud.ask("POST", "/servers", body, version=since).status == 202


@pytest.mark.parametrize("body", [
    {}, {"pause": None, "unpause": None}, {"explode": None}, {"reboot": None}, {"reboot": {}},
    {"reboot": {"type": "WARM"}},
    {"reboot": {"type": "SOFT", "colour": 1}}, {"os-getConsoleOutput": {"length": "many"}},
    {"os-getConsoleOutput": {"length": -5}}, {"os-getConsoleOutput": {"length": 1.5}}, {"os-getConsoleOutput": []},
    {"os-getConsoleOutput": {"length": "9" * 5000}},
    {"createBackup": {"name": "b", "backup_type": "daily", "rotation": "9" * 5000}}, {"lock": {"locked_reason": 5}},
    {"lock": {"colour": 5}}, {"": None}, [], None, "pause",
], ids=str)
def test_an_action_that_cannot_be_is_refused(cloud: ComputeCloud, body: object) -> None:
    server = cloud.active()
    answer = cloud.ask("POST", f"/servers/{server}/action", body)
    assert answer.status == 400, (answer.status, answer.body)
    assert cloud.status(server) == "ACTIVE"


@pytest.mark.parametrize(("state", "refused"), [
    ("build", ["pause", "unpause", "os-stop", "os-start"]), ("active", ["unpause", "os-start"]),
    ("paused", ["pause", "os-stop", "os-start"]), ("stopped", ["pause", "unpause", "os-stop"]),
    ("error", ["pause", "unpause", "os-start"]),
])
def test_a_state_forbids_what_it_forbids(cloud: ComputeCloud, state: str, refused: list[str]) -> None:
    server = cloud.boot()
    if state == "error":
        cloud.fail(server, "no")
    elif state != "build":
        cloud.complete(server)
    if state in ("paused", "stopped"):
        cloud.act(server, "pause" if state == "paused" else "os-stop")
        cloud.complete(server)
    for action in refused:
        answer = cloud.act(server, action)
        assert answer.status == 409, (action, answer.body)
        assert "conflictingRequest" in answer.json
    if state in ("paused", "stopped", "build"):
        assert cloud.act(server, "reboot", {"type": "SOFT"}).status == 409


@pytest.mark.parametrize("change", [
    {"name": ""}, {"name": 5}, {"colour": 1}, {"accessIPv4": "x"}, {"description": 5}, {"hostname": "-"}, [], None, "x",
], ids=str)
def test_a_change_that_cannot_be_is_refused(cloud: ComputeCloud, change: object) -> None:
    server = cloud.active()
    assert cloud.ask("PUT", f"/servers/{server}", {"server": change}).status == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8,
)
FIELDS = st.sampled_from([
    "name", "imageRef", "flavorRef", "networks", "metadata", "key_name", "user_data", "config_drive", "tags",
    "min_count",
    "max_count", "availability_zone", "block_device_mapping_v2", "security_groups", "hostname", "description", "host",
    "accessIPv4", "personality", "return_reservation_id", "adminPass",
])


@settings(max_examples=150)
@given(
    changes=st.dictionaries(FIELDS, JSON, max_size=3), version=st.sampled_from(["2.1", "2.37", "2.57", "2.74", "2.104"])
)
def test_no_create_whatever_it_says_is_a_server_error(
    cloud: ComputeCloud, changes: dict[str, object], version: str,
) -> None:
    answer = cloud.ask("POST", "/servers", {"server": {**GOOD, **changes}}, version=version)
    assert answer.status < 500, (answer.status, answer.body)


@settings(max_examples=150)
@given(query=st.text(max_size=30), path=st.sampled_from(
    ["/servers", "/servers/detail", "/flavors", "/os-keypairs", "/limits"]
))
def test_no_query_whatever_it_says_is_a_server_error(refuser: ComputeCloud, query: str, path: str) -> None:
    request = webob.Request.blank(f"/compute/v2.1{path}", headers={"X-Auth-Token": TOKEN})
    request.environ["QUERY_STRING"] = query.encode("utf-8", "surrogatepass").decode("latin-1")
    assert refuser.send(request).status < 500


@pytest.mark.parametrize("tag", ["%0D%0AX-Evil%3A%201", "%F0%9F%98%80", "%C2%85", "a%20b"])
def test_where_a_tag_is_told_in_one_header_whatever_it_is_called(cloud: ComputeCloud, tag: str) -> None:
    answer = cloud.ask("PUT", f"/servers/{cloud.active()}/tags/{tag}")
    assert answer.status == 201, answer.body
    assert answer.headers["Location"].endswith(f"/tags/{tag}")
    assert "X-Evil" not in answer.headers


@pytest.mark.parametrize("count", [2.0, 1e300, 1e-300, -1.0, "9999999999", 2**31, "2147483648", "1e3"])
def test_what_fits_into_no_column_is_no_count(cloud: ComputeCloud, count: object) -> None:
    flavor = {"name": "f", "ram": 1, "vcpus": 1, "disk": 0}
    assert cloud.admin("POST", "/flavors", {"flavor": {**flavor, "vcpus": count}}).status == 400
    assert cloud.admin("PUT", f"/os-quota-sets/{PROJECT}", {"quota_set": {"cores": count}}).status == 400


def test_a_name_of_a_thousand_parentheses_is_no_expression(refuser: ComputeCloud) -> None:
    assert refuser.ask("GET", f"/servers?name={'(' * 1000}").status == 400


@pytest.mark.parametrize("groups", [[{}], [{"name": "default"}, {}], [], [{"colour": "red"}]], ids=str)
def test_a_security_group_without_a_name_is_no_failure_of_ours(cloud: ComputeCloud, groups: object) -> None:
    assert cloud.ask("POST", "/servers", {"server": {**GOOD, "security_groups": groups}}).status in (202, 400)


@pytest.mark.parametrize("counts", [{"max_count": 2147483647}, {"min_count": 1000, "max_count": 2147483647}])
def test_a_number_that_no_project_could_have_is_weighed_before_it_is_made(
    cloud: ComputeCloud, counts: dict[str, int]
) -> None:
    answer = cloud.ask("POST", "/servers", {"server": {**GOOD, **counts}})
    least = counts.get("min_count", 1)
    assert answer.status == (202 if least == 1 else 403)
    made = cloud.ask("GET", "/servers").at("servers")
    assert isinstance(made, list)
    assert len(made) == (5 if least == 1 else 0)  # the project's quota


def test_more_than_a_transaction_holds_is_refused(cloud: ComputeCloud) -> None:
    answer = cloud.ask("POST", "/servers", {"server": {**GOOD, "min_count": 1001}})
    assert (answer.status, "min_count" in answer.message) == (400, True)


@pytest.mark.parametrize(("path", "status"), [
    ("/os-instance_usage_audit_log/0001-01-01 00:00:00", 400),
    ("/os-instance_usage_audit_log/9999-12-31 23:59:59", 200), ("/os-instance_usage_audit_log/2026-12-31", 400),
    ("/os-simple-tenant-usage?start=0001-01-01T00:00:00&end=9999-12-31T23:59:59-14:00", 200),
    ("/os-simple-tenant-usage?start=0001-01-01T00:00:00%2B14:00", 200),
    ("/servers?changes-since=0001-01-01T00:00:00%2B14:00", 200),
])
def test_the_ends_of_time_are_times(refuser: ComputeCloud, path: str, status: int) -> None:
    assert refuser.admin("GET", path).status == status


@pytest.mark.parametrize("change", [
    {"metadata": {"a\n": "b"}}, {"hostname": "web\n"}, {"tags": ["a/b"]}, {"accessIPv6": "fe80::1%\nx"},
    {"networks": [{"uuid": NOBODY, "fixed_ip": "fe80::1%x"}]},
])
def test_a_line_does_not_end_a_text(refuser: ComputeCloud, change: dict[str, object]) -> None:
    assert refuser.ask("POST", "/servers", {"server": {**GOOD, **change}}).status == 400


def test_a_key_pair_has_a_name_of_one_line(refuser: ComputeCloud) -> None:
    assert refuser.ask("POST", "/os-keypairs", {"keypair": {"name": "key\n"}}, version="2.2").status == 400


def test_a_user_is_somebody_who_can_be(refuser: ComputeCloud) -> None:
    answer = refuser.admin("POST", "/os-keypairs", {"keypair": {"name": "key", "user_id": "u" * 65, "public_key": "x"}})
    assert (answer.status, "user_id" in answer.message) == (400, True)


def test_a_factor_is_a_number_that_there_is(refuser: ComputeCloud) -> None:
    flavor = {"name": "quick", "ram": 1, "vcpus": 1, "disk": 1, "rxtx_factor": "9" * 400}
    assert refuser.admin("POST", "/flavors", {"flavor": flavor}, version="2.1").status == 400
