"""From a listing's query to what the database is asked for."""

from __future__ import annotations

import pytest

from nova_lite.api.compute import filters
from nova_lite.api.compute.filters import Viewer
from nova_lite.api.microversions import v
from nova_lite.api.request import Query
from nova_lite.core.errors import Forbidden, Invalid
from nova_lite.db.reads.instances import InstanceFilters
from nova_lite.objects.states import PowerState, TaskState, VmState

USER = Viewer(project_id="p", everything=False, version=v("2.100"))
OLD_USER = Viewer(project_id="p", everything=False, version=v("2.1"))
ADMIN = Viewer(project_id="p", everything=True, version=v("2.100"))


def _parse(viewer: Viewer, **query: str) -> InstanceFilters:
    named = Query({name.replace("__", "-"): [value] for name, value in query.items()})
    found = filters.parse(named, viewer, all_tenants=filters.wants_all_tenants(named, viewer))
    assert found is not None
    return found


def test_without_a_query_a_user_sees_what_the_project_has() -> None:
    assert _parse(USER) == InstanceFilters(project_id="p")


def test_filters_of_everybody() -> None:
    found = _parse(USER, name="web", image="i", flavor="f", reservation_id="r", tags="a,b", not__tags__any="c")
    assert found == InstanceFilters(
        project_id="p", name="web", image_id="i", flavorid="f", reservation_id="r", tags=("a", "b"), not_tags_any=("c",)
    )


def test_filters_of_admins_are_dropped_from_others_queries() -> None:
    assert _parse(USER, host="h", tenant_id="q", deleted="True", launch_index="1") == InstanceFilters(project_id="p")
    assert _parse(ADMIN, host="h", deleted="True") == InstanceFilters(project_id="p", host="h", deleted=True)


def test_some_filters_are_everybodys_since_2_83() -> None:
    assert _parse(OLD_USER, key_name="k", vm_state="active") == InstanceFilters(project_id="p")
    assert _parse(USER, key_name="k", vm_state="active", power_state="1") == InstanceFilters(
        project_id="p", key_name="k", vm_states=frozenset({VmState.ACTIVE}), power_state=PowerState.RUNNING
    )


@pytest.mark.parametrize(("asked", "viewer", "expected"), [
    ({}, USER, False), ({"all_tenants": "1"}, USER, True), ({"all_tenants": ""}, USER, True),
    ({"all_tenants": "False"}, ADMIN, False), ({"tenant_id": "q"}, ADMIN, False), ({"tenant_id": "q"}, USER, False),
])
def test_all_tenants(asked: dict[str, str], viewer: Viewer, expected: bool) -> None:
    assert filters.wants_all_tenants(Query({k: [x] for k, x in asked.items()}), viewer) is expected


def test_all_tenants_may_be_narrowed_to_one() -> None:
    assert _parse(ADMIN, all_tenants="1") == InstanceFilters(project_id=None)
    assert _parse(ADMIN, all_tenants="1", tenant_id="q") == InstanceFilters(project_id="q")


def test_a_status_is_states() -> None:
    assert _parse(USER, status="shutoff").vm_states == frozenset({VmState.STOPPED})
    rebooting = _parse(USER, status="REBOOT")
    assert rebooting.task_states == frozenset({TaskState.REBOOTING})


def test_an_unknown_status_is_refused_since_2_38_and_matches_nothing_before() -> None:
    with pytest.raises(Invalid, match="Invalid status value"):
        _parse(USER, status="sleeping")
    assert filters.parse(Query({"status": ["sleeping"]}), OLD_USER, all_tenants=False) is None


def test_deleted_servers_are_for_admins() -> None:
    with pytest.raises(Forbidden, match="Only administrators may list deleted instances"):
        _parse(USER, status="DELETED")
    assert _parse(ADMIN, status="DELETED").deleted is None


def test_changes_since_tells_of_deleted_servers_too() -> None:
    found = _parse(USER, changes__since="2023-11-14T22:13:20Z")
    assert (found.changed_since, found.deleted) == (1_700_000_000.0, None)


@pytest.mark.parametrize("query", [
    {"all_tenants": "maybe"}, {"changes__since": "yesterday"}, {"locked": "so-so"}, {"metadata": "{}"},
    {"info_cache": "x"},
    {"changes__since": "2024-01-01T00:00:00Z", "changes__before": "2023-01-01T00:00:00Z"},
])
def test_a_value_that_a_filter_cannot_have_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        _parse(ADMIN, **query)


@pytest.mark.parametrize("query", [
    {"power_state": "99"}, {"power_state": "on"}, {"vm_state": "asleep"}, {"task_state": "none"}, {"progress": "-1"},
    {"launch_index": "²"}, {"config_drive": "maybe"}, {"auto_disk_config": "x"}, {"kernel_id": "k"},
    {"root_device_name": "/dev/sda"}, {"created_at": "x"}, {"launched_at": "2026-13-01"}, {"terminated_at": "now"},
])
def test_a_value_that_no_server_can_have_matches_nothing(query: dict[str, str]) -> None:
    assert filters.parse(Query({name: [value] for name, value in query.items()}), ADMIN, all_tenants=False) is None


def test_what_is_no_boolean_does_not_ask_for_deleted_servers() -> None:
    assert _parse(ADMIN, deleted="perhaps").deleted is False


@pytest.mark.parametrize(("text", "length"), [
    ("2023-11-14", 86400), ("2023-11-14T00:00Z", 60), ("2023-11-14 00:00:00", 1), ("2023-11-14T00:00:00.000000Z", 1),
])
def test_a_moment_is_a_day_a_minute_or_a_second(text: str, length: int) -> None:
    start = 1_699_920_000.0
    found = _parse(ADMIN, created_at=text, launched_at=text, terminated_at=text)
    assert found.created == found.launched == found.terminated == (start, start + length)


@pytest.mark.parametrize(("query", "order"), [
    ({}, [("created_at", "desc")]),
    ({"sort_key": ["display_name"], "sort_dir": ["asc"]}, [("display_name", "asc")]),
    ({"sort_key": ["vm_state", "uuid"], "sort_dir": ["asc"]}, [("vm_state", "asc"), ("uuid", "desc")]),
    ({"sort_dir": ["asc"]}, [("created_at", "asc")]),
    ({"sort_key": ["instance_type_id"]}, [("flavorid", "desc")]),
    ({"sort_key": ["kernel_id"]}, [("created_at", "desc")]),
])
def test_order(query: dict[str, list[str]], order: list[tuple[str, str]]) -> None:
    assert filters.sorting(Query(query), USER) == order


@pytest.mark.parametrize("query", [{"sort_key": ["colour"]}, {"sort_key": ["uuid"], "sort_dir": ["asc", "desc"]}])
def test_an_order_that_cannot_be_is_refused(query: dict[str, list[str]]) -> None:
    with pytest.raises(Invalid):
        filters.sorting(Query(query), ADMIN)


@pytest.mark.parametrize("key", ["host", "node"])
def test_where_servers_are_orders_only_admins_listings(key: str) -> None:
    with pytest.raises(Forbidden):
        filters.sorting(Query({"sort_key": [key]}), USER)
    assert filters.sorting(Query({"sort_key": [key]}), ADMIN) == [("host", "desc")]
