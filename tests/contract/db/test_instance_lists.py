"""Lists of instances: every filter, every order, page by page, in one statement."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from nova_lite.core.errors import Invalid
from nova_lite.db.keyset import Direction
from nova_lite.db.reads import instances as reads
from nova_lite.db.reads.instance_filters import SORT_KEYS
from nova_lite.db.reads.instances import InstanceFilters
from nova_lite.db.session import Database
from nova_lite.db.writes import instances as writes
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Delete, Pause
from nova_lite.objects.states import PowerState, TaskState, VmState
from tests.builders.guests import NOW, an_image
from tests.builders.operations import an_operation
from tests.contract.db.cloud import FAULT, Cloud, a_new_instance, a_size
from tests.contract.db.transitions import PAUSE

MINE, OTHERS = "6f70656e737461636b20342065766572", "other"


@pytest.fixture
def cloud(database: Database) -> Cloud:
    return Cloud.with_hosts(database, "host1")


def _names(cloud: Cloud, **filters: Any) -> list[str]:
    with cloud.database.read() as tx:
        found = reads.page(tx, InstanceFilters(**filters), sort=[("display_name", "asc")])
    return [instance.display_name for instance in found]


def _accept(cloud: Cloud, name: str, **changes: object) -> Instance:
    instance = a_new_instance(display_name=name, **changes)
    cloud.accept(instance)
    return instance


FILTERS: list[tuple[dict[str, Any], str]] = [
    ({}, "abc"), ({"project_id": MINE}, "ab"), ({"project_id": OTHERS}, "c"), ({"user_id": "fake"}, "ab"),
    ({"hostname": "hb"}, "b"), ({"availability_zone": "az"}, "a"), ({"image_id": "i2"}, "b"),
    ({"flavorid": "f2"}, "c"), ({"key_name": "k"}, "a"), ({"reservation_id": "r-1"}, "ab"), ({"locked": True}, "c"),
    ({"locked": False}, "ab"), ({"config_drive": True}, "b"), ({"access_ip_v4": "192.0.2.1"}, "a"),
    ({"power_state": PowerState.CRASHED}, "b"), ({"vm_states": frozenset({VmState.ERROR})}, "c"),
    ({"vm_states": frozenset()}, ""), ({"task_states": frozenset({None})}, "c"),
    ({"task_states": frozenset({TaskState.SCHEDULING})}, "ab"),
    ({"task_states": frozenset({None, TaskState.SCHEDULING})}, "abc"),
    ({"changed_since": NOW + 1}, "bc"), ({"changed_before": NOW + 1}, "ab"), ({"description": "50%"}, "b"),
    ({"project_id": MINE, "locked": True}, ""), ({"uuids": []}, ""),
]


def test_filters(cloud: Cloud) -> None:
    image = msgspec.structs.replace(an_image(), id="i2")
    _accept(cloud, "a", availability_zone="az", key_name="k", reservation_id="r-1", access_ip_v4="192.0.2.1",
            description="50 of 100")
    _accept(cloud, "b", hostname="hb", image=image, reservation_id="r-1", config_drive=True,
            power_state=PowerState.CRASHED, updated_at=NOW + 1, description="at 50%")
    _accept(cloud, "c", project_id=OTHERS, user_id="u2", flavor=msgspec.structs.replace(a_size(), flavorid="f2"),
            locked=True, vm_state=VmState.ERROR, task_state=None, updated_at=NOW + 2)
    for filters, expected in FILTERS:
        assert _names(cloud, **filters) == list(expected), filters


def test_filters_by_host_uuid_and_task(cloud: Cloud) -> None:
    running = cloud.active(display_name="running")
    pausing = cloud.act(cloud.active(display_name="pausing"), Pause(), PAUSE).instance
    _accept(cloud, "new")
    assert _names(cloud, host="host1") == ["pausing", "running"]
    assert _names(cloud, uuids=[running.uuid, "none"]) == ["running"]
    assert _names(cloud, task_states=frozenset({TaskState.PAUSING})) == [pausing.display_name]


def test_deleted_instances_show_only_when_asked_for(cloud: Cloud) -> None:
    _accept(cloud, "alive")
    gone = _accept(cloud, "gone")
    cloud.database.transact(lambda tx: writes.start_delete(
        tx, an_operation(gone, Delete()), NOW + 5, project_id=None, override_lock=False
    ))
    assert _names(cloud) == ["alive"]
    assert _names(cloud, deleted=True) == ["gone"]
    assert _names(cloud, deleted=None) == ["alive", "gone"]
    assert _names(cloud, deleted=None, changed_since=NOW + 1) == ["gone"]


@pytest.mark.parametrize(("name", "expected"), [
    ("web", ["web-1", "web-2"]), ("^w.*1$", ["web-1"]), ("Web", []), ("web-[0-9]", ["web-1", "web-2"]),
    ("-1|db", ["db_1", "web-1"]), ("b_1", ["db_1"]), ("%", ["100%"]), ("", ["100%", "db_1", "web-1", "web-2"]),
])
def test_names_are_expressions_found_anywhere(cloud: Cloud, name: str, expected: list[str]) -> None:
    for each in ("web-1", "web-2", "db_1", "100%"):
        _accept(cloud, each)
    assert _names(cloud, name=name) == expected


@pytest.mark.parametrize("name", ["[", "(?P<x", "a{9999999999}"])
def test_a_name_that_is_no_expression_is_refused(cloud: Cloud, name: str) -> None:
    with pytest.raises(Invalid, match="expression"):
        _names(cloud, name=name)


def test_an_expression_that_only_some_databases_know_is_no_failure(cloud: Cloud) -> None:
    _accept(cloud, "ab")
    with contextlib.suppress(Invalid):
        assert _names(cloud, name="(?P<first>a)b") == ["ab"]


def test_metadata_and_tags(cloud: Cloud) -> None:
    _accept(cloud, "a", metadata={"role": "web", "tier": "1"}, tags=("red", "big"))
    _accept(cloud, "b", metadata={"role": "db"}, tags=("red",))
    _accept(cloud, "c")
    assert _names(cloud, metadata={"role": "web"}) == ["a"]
    assert _names(cloud, metadata={"tier": "1", "role": "web"}) == ["a"]
    assert _names(cloud, metadata={"role": "we"}) == []
    assert _names(cloud, metadata_keys=["role"]) == ["a", "b"]
    assert _names(cloud, tags=["red"]) == ["a", "b"]
    assert _names(cloud, tags=["red", "big"]) == ["a"]
    assert _names(cloud, tags_any=["big", "small"]) == ["a"]
    assert _names(cloud, not_tags=["red", "big"]) == ["b", "c"]
    assert _names(cloud, not_tags_any=["red", "big"]) == ["c"]


# Texts that are hard on patterns over JSON: quotation marks, escapes, wildcards, brackets. NUL has no place in a text
# of PostgreSQL, and the API's schemas refuse it.
hard_text = st.text(st.sampled_from('ab"\\%_,: \n{}[]é🐧'), max_size=6)


@settings(max_examples=60)
@example(metadata={",": ":", "x": "1"}, key=":", value=",")
@given(metadata=st.dictionaries(hard_text, hard_text, max_size=3), key=hard_text, value=hard_text)
def test_metadata_patterns_are_exact(
    cloud: Cloud, metadata: dict[str, str], key: str, value: str
) -> None:
    tags = tuple(metadata)
    instance = _accept(cloud, "x", metadata=metadata, tags=tags)
    uuids = [instance.uuid]
    for pair in {(key, value), *metadata.items()}:
        assert bool(_names(cloud, uuids=uuids, metadata=dict([pair]))) == (pair in metadata.items())
        assert bool(_names(cloud, uuids=uuids, metadata_keys=[pair[0]])) == (pair[0] in metadata)
        assert bool(_names(cloud, uuids=uuids, tags=[pair[0]])) == (pair[0] in tags)


def _pages(cloud: Cloud, sort: Sequence[tuple[str, Direction]], size: int) -> list[str]:
    found: list[str] = []
    with cloud.database.read() as tx:
        while True:
            marker = found[-1] if found else None
            page = reads.page(tx, InstanceFilters(), sort=sort, marker=marker, limit=size)
            if not page:
                return found
            found += [instance.uuid for instance in page]


def _varied(cloud: Cloud) -> list[Instance]:
    """Seven instances with ties and absent values in every column."""
    hosts = itertools.cycle([None, "a", "b"])
    return [
        _accept(cloud, "ab"[number % 2], host=next(hosts), created_at=NOW + number // 2, launched_at=None,
                access_ip_v4="" if number % 2 else "192.0.2.1", key_name=None if number % 3 else "k")
        for number in range(7)
    ]


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_join_to_the_whole_list_in_every_order(cloud: Cloud, direction: Direction) -> None:
    _varied(cloud)
    for key in sorted(SORT_KEYS):
        whole = _pages(cloud, [(key, direction)], 100)
        assert len(whole) == len(set(whole)) == 7, key
        assert _pages(cloud, [(key, direction)], 3) == whole, key


def test_orders_by_several_keys_in_both_directions(cloud: Cloud) -> None:
    instances = _varied(cloud)
    expected = sorted(instances, key=lambda each: (each.display_name, -each.created_at))
    found = _pages(cloud, [("display_name", "asc"), ("created_at", "desc")], 3)
    by_uuid = {instance.uuid: instance for instance in instances}
    assert [(by_uuid[uuid].display_name, by_uuid[uuid].created_at) for uuid in found] == [
        (each.display_name, each.created_at) for each in expected
    ]


def test_newest_first_is_the_usual_order(cloud: Cloud) -> None:
    instances = [_accept(cloud, str(number), created_at=NOW + number // 2) for number in range(4)]
    with cloud.database.read() as tx:
        found = [instance.uuid for instance in reads.page(tx, InstanceFilters())]
    assert found == [instance.uuid for instance in reversed(instances)]


def test_bad_markers_and_keys_are_refused(cloud: Cloud) -> None:
    strange = _accept(cloud, "x", project_id=OTHERS)
    with cloud.database.read() as tx:
        with pytest.raises(Invalid, match=r"marker \[nothing\] not found"):
            reads.page(tx, InstanceFilters(), marker="nothing")
        with pytest.raises(Invalid, match="marker"):
            reads.page(tx, InstanceFilters(project_id=MINE), marker=strange.uuid)
        with pytest.raises(Invalid, match="sorted by 'user_data'"):
            reads.page(tx, InstanceFilters(), sort=[("user_data", "asc")])


def test_a_page_is_one_statement_however_long(cloud: Cloud) -> None:
    for number in range(6):
        _accept(cloud, str(number), metadata={"k": "v"}, tags=("t",), fault=FAULT)
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with cloud.database.read() as tx:
            counts = []
            for limit in (1, 6):
                statements.clear()
                assert len(reads.page(tx, InstanceFilters(), limit=limit)) == limit
                counts.append(len(statements))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert counts == [1, 1]
