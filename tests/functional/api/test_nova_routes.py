"""No route of Nova 34.0.0 is missing, or there at another microversion; what Nova has taken away is gone here too.

What a good request of each gets is in ``tests/functional/whole/test_shapes.py``.
"""

from __future__ import annotations

import json
import re

import pytest
import webob

from nova_lite.api.compute.versions import VERSIONS
from tests.functional.api.cloud import PROJECT, ComputeCloud
from tests.functional.nova_routes import CURRENT, ROWS, Row

NOBODY = "99999999-9999-4999-8999-999999999999"
NO_ROUTE = "The resource could not be found."


def _ask(cloud: ComputeCloud, row: Row, version: str) -> tuple[int, str]:
    """The status and the words of the answer."""
    path = re.sub(r"\{[^}]*\}", NOBODY, row.path)
    headers = {"X-Auth-Token": f"admin@{PROJECT}", "OpenStack-API-Version": f"compute {version}"}
    request = webob.Request.blank(f"/compute/v2.1{path}", method=row.method, headers=headers)
    if row.method in ("POST", "PUT"):
        request.body = json.dumps({row.action: None} if row.action else {}).encode()
        request.content_type = "application/json"
    answer = cloud.send(request)
    return answer.status, "" if answer.status in (204, 300) or answer.status < 300 else answer.message


def _shifted(version: str, by: int) -> str:
    major, _, minor = version.partition(".")
    return f"{major}.{int(minor) + by}"


@pytest.mark.parametrize("row", CURRENT, ids=str)
def test_a_route_of_nova_is_there_for_its_microversions(refuser: ComputeCloud, row: Row) -> None:
    for version in {row.since, row.until or str(VERSIONS.maximum)}:
        status, message = _ask(refuser, row, version)
        assert message != NO_ROUTE, f"{row} is not there at {version}"
        assert status not in (405, 500, 502, 503), (version, message)


@pytest.mark.parametrize("row", [row for row in ROWS if row.gone], ids=str)
def test_what_nova_has_taken_away_is_gone(refuser: ComputeCloud, row: Row) -> None:
    for version in {row.since, row.until or str(VERSIONS.maximum)}:
        assert _ask(refuser, row, version)[0] == 410, version


@pytest.mark.parametrize("row", [row for row in ROWS if row.until or row.since != "2.1"], ids=str)
def test_a_route_of_nova_is_not_there_before_and_after(refuser: ComputeCloud, row: Row) -> None:
    outside = [_shifted(row.since, -1)] if row.since != "2.1" else []
    outside += [_shifted(row.until, 1)] if row.until and row.until != str(VERSIONS.maximum) else []
    for version in outside:
        status, message = _ask(refuser, row, version)
        expected = 400 if "400 (not a uuid)" in row.state else 404
        assert status == expected, (version, status, message)


def test_the_versions_are_told_without_a_token(refuser: ComputeCloud) -> None:
    for path, status in (("/compute", 200), ("/compute/", 200), ("/compute/v9", 300), ("/compute/v2.1", 200),
                         ("/compute/v2.1/", 200)):
        assert refuser.send(webob.Request.blank(path)).status == status, path
