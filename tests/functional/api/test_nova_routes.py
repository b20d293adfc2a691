"""Every route that Nova 34.0.0 has answers here too, at its microversions and at no others.

``nova_routes.tsv`` are facts about Nova: a line per method, path and action, with its microversions and statuses.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import re
from pathlib import Path

import pytest
import webob

from nova_lite.api.compute.versions import VERSIONS
from tests.functional.api.cloud import PROJECT, ComputeCloud

NOBODY = "99999999-9999-4999-8999-999999999999"
NO_ROUTE = "The resource could not be found."


@dataclasses.dataclass(frozen=True)
class Row:
    method: str
    path: str
    action: str
    since: str
    until: str
    state: str
    success: str
    errors: str

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.action}".strip()

    @property
    def gone(self) -> bool:
        return self.state.startswith("gone: HTTP 410")


def _rows() -> list[Row]:
    with (Path(__file__).parent / "nova_routes.tsv").open() as lines:
        return [Row(**line) for line in csv.DictReader(lines, delimiter="\t")]


# What this cloud has not, in the words of docs/api/not-offered.md.
NOT_OFFERED = frozenset({"GET /os-console-auth-tokens/{id}"})
ROWS = [row for row in _rows() if not row.path.startswith("(root)") and str(row) not in NOT_OFFERED]


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


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_route_of_nova_answers(refuser: ComputeCloud, row: Row) -> None:
    for version in {row.since, row.until or str(VERSIONS.maximum)}:
        status, message = _ask(refuser, row, version)
        assert message != NO_ROUTE, f"{row} is not there at {version}"
        assert status not in (405, 500, 502, 503), (version, message)
        if row.gone:
            assert status == 410, (version, message)
        elif status != 501:
            told = {int(code) for code in re.findall(r"\b[2-5]\d\d\b", f"{row.success} {row.errors}")}
            # The cloud of these tests has no network and no image service, and says 404 of all they have.
            assert status in told | {400, 404}, (version, status, message)


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
