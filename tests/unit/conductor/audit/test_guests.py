"""What a host has against what the records say."""

from __future__ import annotations

import pytest

from nova_lite.conductor.audit.guests import lost, strays
from nova_lite.objects.host import GuestsFound
from nova_lite.objects.instance import Instance
from nova_lite.objects.states import TaskState, VmState
from tests.builders.guests import NOW, an_instance

ASKED = NOW + 10
UUID = "70a599e0-31e7-49b7-b260-868f441e862b"


def an_active(**changes: object) -> Instance:
    return an_instance(UUID, **{"vm_state": VmState.ACTIVE, "host": "h", **changes})


def test_a_guest_that_is_where_it_should_be_is_no_finding() -> None:
    instance, found = an_active(), GuestsFound(domains=(UUID,), disks=(UUID,))
    assert lost([instance], "h", found, ASKED) == [] == strays({UUID: instance}, "h", found, ASKED)


@pytest.mark.parametrize("state", [VmState.ACTIVE, VmState.SUSPENDED, VmState.RESCUED, VmState.RESIZED])
def test_a_lost_guest_is_named(state: VmState) -> None:
    (finding,) = lost([an_active(vm_state=state)], "h", GuestsFound(disks=(UUID,)), ASKED)
    assert (finding.kind, finding.about, finding.mend) == ("guest.lost", {"instance": UUID, "host": "h"}, "")


def test_a_lost_disk_is_named() -> None:
    (finding,) = lost([an_active()], "h", GuestsFound(domains=(UUID,)), ASKED)
    assert (finding.kind, finding.about, finding.mend) == ("disk.lost", {"instance": UUID, "host": "h"}, "")


@pytest.mark.parametrize("changes", [
    {"vm_state": VmState.ERROR}, {"vm_state": VmState.BUILDING}, {"task_state": TaskState.DELETING},
    {"updated_at": ASKED + 1}, {"host": "other"},
])
def test_what_changes_or_has_none_is_not_lost(changes: dict[str, object]) -> None:
    assert lost([an_active(**changes)], "h", GuestsFound(), ASKED) == []


@pytest.mark.parametrize("changes", [{"deleted_at": NOW}, {"host": "other"}, {"host": None}])
def test_a_guest_of_a_deleted_or_moved_instance_is_a_stray(changes: dict[str, object]) -> None:
    (finding,) = strays({UUID: an_active(**changes)}, "h", GuestsFound(domains=(UUID,), disks=(UUID,)), ASKED)
    assert finding.kind == "domain.stray" and finding.mend


def test_a_guest_without_a_record_is_for_the_operator() -> None:
    (finding,) = strays({}, "h", GuestsFound(domains=(UUID,)), ASKED)
    assert (finding.kind, finding.mend) == ("domain.stray", "")


def test_files_without_a_domain_are_strays_too() -> None:
    (finding,) = strays({UUID: an_active(deleted_at=NOW)}, "h", GuestsFound(disks=(UUID,)), ASKED)
    assert finding.kind == "files.stray"


def test_what_was_deleted_after_the_host_was_asked_is_no_stray() -> None:
    assert strays({UUID: an_active(deleted_at=ASKED + 1)}, "h", GuestsFound(domains=(UUID,)), ASKED) == []
