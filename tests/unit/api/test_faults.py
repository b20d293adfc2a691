"""Errors in each dialect's words."""

from __future__ import annotations

import json

import pytest

from nova_lite.api.errors import MethodNotAllowed, NotAcceptable, UnsupportedMediaType
from nova_lite.api.faults import RENDERERS, status_of
from nova_lite.core import errors
from nova_lite.objects.errors import NoCapacity


@pytest.mark.parametrize(("error", "status"), [
    (errors.Invalid("x"), 400), (errors.Unauthenticated("x"), 401), (errors.Forbidden("x"), 403),
    (errors.QuotaExceeded("x"), 403), (errors.NotFound("x"), 404), (MethodNotAllowed("x"), 405),
    (NotAcceptable("x"), 406), (errors.Conflict("x"), 409), (NoCapacity("x"), 409), (errors.TooLarge("x"), 413),
    (UnsupportedMediaType("x"), 415), (errors.NovaLiteError("x"), 500), (errors.Unsupported("x"), 501),
    (errors.Unavailable("x"), 503), (errors.DeadlineExceeded("x"), 504),
])
def test_every_kind_has_its_status(error: errors.NovaLiteError, status: int) -> None:
    assert status_of(error) == status


def test_every_error_of_a_kind_has_the_status_of_the_kind() -> None:
    kinds = tuple(kind for kind in errors.NovaLiteError.__subclasses__() if kind.__module__ == errors.__name__)
    assert [
        kind for kind in errors.declared().values() if issubclass(kind, kinds) and status_of(kind("x")) == 500
    ] == []


@pytest.mark.parametrize(("status", "name"), [
    (400, "badRequest"), (403, "forbidden"), (404, "itemNotFound"), (405, "badMethod"), (406, "computeFault"),
    (409, "conflictingRequest"), (413, "overLimit"), (415, "badMediaType"), (500, "computeFault"),
    (501, "notImplemented"), (503, "serviceUnavailable"),
])
def test_compute_names_its_faults(status: int, name: str) -> None:
    fault = RENDERERS["compute"](status, "why", "", "")
    assert json.loads(fault.body) == {name: {"code": status, "message": "why"}}


@pytest.mark.parametrize("dialect", ["identity", "compute"])
def test_a_missing_token_is_told_in_identitys_words(dialect: str) -> None:
    fault = RENDERERS[dialect](401, "who", "", "")
    assert json.loads(fault.body) == {"error": {"code": 401, "message": "who", "title": "Unauthorized"}}


def test_image_answers_a_page_that_cannot_be_scripted() -> None:
    fault = RENDERERS["image"](404, "no <script>", "*/*", "")
    assert fault.content_type.startswith("text/html")
    assert b"<script>" not in fault.body
    assert b"404 Not Found" in fault.body


def test_image_answers_json_to_who_asks_for_it() -> None:
    fault = RENDERERS["image"](404, "no", "application/json", "")
    assert json.loads(fault.body) == {"message": "no", "code": "404 Not Found", "title": "Not Found"}


def test_network_answers_as_neutron() -> None:
    fault = RENDERERS["network"](409, "in use", "", "NetworkInUse")
    assert json.loads(fault.body) == {"NeutronError": {"type": "NetworkInUse", "message": "in use", "detail": ""}}


@pytest.mark.parametrize(("status", "message", "kind"), [
    (400, "Invalid input for cidr. Reason: it is none.", "InvalidInput"), (400, "Bad router request: no", "BadRequest"),
    (400, "Malformed", "HTTPBadRequest"), (403, "no", "PolicyNotAuthorized"), (404, "no", "HTTPNotFound"),
    (405, "no", "HTTPMethodNotAllowed"),
])
def test_the_network_service_names_errors_of_which_only_the_status_is_known(
    status: int, message: str, kind: str
) -> None:
    assert json.loads(RENDERERS["network"](status, message, "", "").body)["NeutronError"]["type"] == kind
