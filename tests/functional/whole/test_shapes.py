"""Answers have the shapes that Tempest's schemas describe, before and after every microversion that changes one.

Every route that Nova has gets a good request, and is held to one status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tempest.lib.common import jsonschema_validator

from stack.servers import free_port
from tests.functional import nova_routes
from tests.functional.nova_routes import Row
from tests.functional.whole import shapes, shapes_of_operators, shapes_of_servers
from tests.functional.whole.cloud import Cloud
from tests.functional.whole.shape import LATEST, Shape, Version, number
from tests.functional.whole.world import World

SHAPES = (*shapes.SHAPES, *shapes_of_servers.SHAPES, *shapes_of_operators.SHAPES)
CASES = [(shape, version) for shape in SHAPES for version in shape.versions()]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("cloud"), more=f"[console]\nport = {free_port()}\n") as running:
        yield running


@pytest.fixture(scope="module")
def world(cloud: Cloud, image_file: Path) -> Iterator[World]:
    made = World(cloud, cloud.client.upload(image_file, hw_qemu_guest_agent="yes"), image_file)
    yield made
    made.bring("ACTIVE")


def _name(case: object) -> str:
    if isinstance(case, Shape):
        action = next(iter(case.body)) if case.request.endswith("/action") else ""
        return f"{case.request} {action}".strip()
    return "{}.{}".format(*case) if isinstance(case, tuple) else str(case)


@pytest.mark.parametrize(("shape", "version"), CASES, ids=_name)
def test_an_answer_has_its_shape(world: World, shape: Shape, version: Version) -> None:
    if "{server}" in shape.request and not shape.request.startswith("GET"):
        world.bring(shape.state)
    answer = world.send(shape.request, shape.body, version)
    schema = shape.at(version)
    assert answer.status_code in schema["status_code"], answer.text
    if answer.status_code >= 400:
        ((fault, told),) = answer.json().items()
        assert told["code"] == answer.status_code and len(told["message"]) > 20, fault
    if "response_body" in schema:
        _check(schema["response_body"], answer.json())
    if "response_header" in schema:
        _check(schema["response_header"], {name.lower(): value for name, value in answer.headers.items()})


def _check(schema: dict[str, object], document: object) -> None:
    checker = jsonschema_validator.JSONSCHEMA_VALIDATOR(schema, format_checker=jsonschema_validator.FORMAT_CHECKER)
    errors = sorted(checker.iter_errors(document), key=lambda error: list(map(str, error.absolute_path)))
    assert not errors, "\n".join(f"{list(error.absolute_path)}: {error.message[:300]}" for error in errors)


@pytest.mark.parametrize("row", nova_routes.CURRENT, ids=str)
def test_every_route_of_nova_is_asked(row: Row) -> None:
    asked = [shape for shape in SHAPES if _is_about(shape, row)]
    last = row.until or ".".join(map(str, LATEST))
    assert asked, f"no shape asks {row}"
    assert min(number(shape.since) for shape in asked) == number(row.since)
    assert max(number(shape.until) for shape in asked) == number(last)


def _is_about(shape: Shape, row: Row) -> bool:
    method, _, target = shape.request.partition(" ")
    template = "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in row.path.split("/"))
    path = target.partition("?")[0]
    more_exact = any(other.path == path and other.method == method for other in nova_routes.CURRENT)
    return method == row.method and bool(re.fullmatch(template, path)) and (
        (row.path == path or not more_exact) and (not row.action or row.action in (shape.body or {}))
    )


def test_the_latest_microversion_is_reached(cloud: Cloud) -> None:
    shown = cloud.client.ask("GET", "/")["version"]
    assert number(shown["version"]) == LATEST


def test_a_wrong_shape_is_seen() -> None:
    with pytest.raises(AssertionError, match="is not of type"):
        _check({"type": "object"}, [])
    with pytest.raises(AssertionError, match="is not a 'iso8601-date-time'"):
        _check({"format": "iso8601-date-time"}, "yesterday")
