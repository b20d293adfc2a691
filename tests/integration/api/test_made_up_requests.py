"""Requests that schemathesis makes up from the OpenAPI documents, right and wrong ones: no 5xx, nothing told of inside.

The same requests at every run. A stack of its own, so that a dropped connection and the daemon's log are seen too.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from tests.clients.cloud import PATIENCE
from tests.clients.stack import Stack
from tests.integration.api import victims

EXAMPLES = 3  # requests of each mode per operation
PATCHES = tuple(f"application/openstack-images-v2.{minor}-json-patch" for minor in (0, 1))
BETRAYING = ("Traceback", "sqlalchemy", ".py\"", "nova_lite.")


@schemathesis.serializer(*PATCHES)
def _patch(context: object, value: object) -> bytes:
    return json.dumps(value, default=str).encode()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack"), "--hypervisor", "fake", "--no-demo") as running:
        yield running


class Asker:
    """Sends what is made up, most of it at records that are there; collects what must not be answered."""

    def __init__(self, session: requests.Session, root: str, ids: dict[str, list[str]]) -> None:
        self._token = str(session.headers["X-Auth-Token"])
        self._session, self._root = session, root
        self._ids = {name: itertools.cycle([*found, *found, None]) for name, found in ids.items()}
        self._versions = itertools.cycle(["compute 2.1", "compute latest", "compute 2.60", None])
        self.bad: list[str] = []
        self.asked = 0

    def send(self, case: Any) -> None:
        self._aim(case)
        headers = {"X-Auth-Token": self._token}
        version = next(self._versions)
        if version:
            headers["OpenStack-API-Version"] = version
        answer = case.call(base_url=self._root, session=self._session, headers=headers, timeout=PATIENCE)
        self.asked += 1
        failed = answer.status_code >= 500 and answer.status_code != HTTPStatus.NOT_IMPLEMENTED  # said of Nova's verbs
        if failed or (answer.status_code >= 400 and any(word in answer.text for word in BETRAYING)):
            self.bad.append(
                f"{answer.status_code} to {case.formatted_path} {case.query} {case.body!r:.500}: {answer.text:.300}"
            )

    def _aim(self, case: Any) -> None:
        noun = case.path.split("/")[2] if case.path.count("/") > 1 else ""
        for name in case.path_parameters:
            ids = self._ids.get(noun if name == "id" else name)
            found = next(ids) if ids else None
            if found is not None:
                case.path_parameters[name] = found


def _run(operation: Any, mode: GenerationMode, send: Callable[[Any], None]) -> None:
    @settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        send(case)

    with contextlib.suppress(Unsatisfiable):  # nothing about this operation can be wrong
        ask()


def _modes(operation: Any) -> tuple[GenerationMode, ...]:
    wrong = operation.body or operation.query
    return (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if wrong else (GenerationMode.POSITIVE,)


@pytest.mark.parametrize(("root", "victim"), [
    ("/compute/v2.1", victims.compute), ("/identity", victims.identity), ("/image", victims.image),
    ("/network", victims.network),
], ids=["compute", "identity", "image", "network"])
def test_whatever_is_asked_the_answer_is_no_failure_of_ours(
    stack: Stack, root: str, victim: Callable[[victims.Maker], dict[str, list[str]]],
) -> None:
    maker = victims.Maker(stack.client())
    described = schemathesis.openapi.from_dict(requests.get(f"{maker.url}{root}/openapi.json", timeout=PATIENCE).json())
    asker = Asker(maker.session, f"{maker.url}{root}", victim(maker))
    operations: list[Any] = [cast("Any", found).ok() for found in described.exclude(method="HEAD").get_all_operations()]
    for operation in sorted(operations, key=lambda operation: str(operation.method).upper() == "DELETE"):
        for mode in _modes(operation):
            _run(operation, mode, asker.send)
    assert not asker.bad, "\n".join(asker.bad)
    assert asker.asked > len(operations)
    assert "Traceback" not in (Path(stack.state) / "log" / "nova-lite-api.log").read_text()
