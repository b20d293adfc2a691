"""vm_state and task_state make a status, and a status tells what to look for."""

from __future__ import annotations

import pytest

from nova_lite.api.compute.statuses import STATUS, states_of, status_of
from nova_lite.objects.states import TaskState, VmState


@pytest.mark.parametrize(("vm_state", "task_state", "status"), [
    (VmState.BUILDING, TaskState.SCHEDULING, "BUILD"),
    (VmState.BUILDING, TaskState.SPAWNING, "BUILD"),
    (VmState.ACTIVE, None, "ACTIVE"),
    (VmState.ACTIVE, TaskState.PAUSING, "ACTIVE"),
    (VmState.ACTIVE, TaskState.REBOOTING, "REBOOT"),
    (VmState.STOPPED, TaskState.REBOOTING_HARD, "HARD_REBOOT"),
    (VmState.PAUSED, None, "PAUSED"),
    (VmState.STOPPED, TaskState.POWERING_ON, "SHUTOFF"),
    (VmState.ERROR, None, "ERROR"),
    (VmState.ACTIVE, TaskState.DELETING, "ACTIVE"),
    (VmState.DELETED, None, "DELETED"),
])
def test_states_make_a_status(vm_state: VmState, task_state: TaskState | None, status: str) -> None:
    assert status_of(vm_state, task_state) == status


def test_every_vm_state_has_a_status() -> None:
    assert set(STATUS) == set(VmState)


@pytest.mark.parametrize("status", sorted(set(STATUS.values())))
def test_a_status_finds_the_states_that_make_it(status: str) -> None:
    found = states_of(status.lower())
    assert found is not None
    assert {STATUS[state] for state in found[0]} == {status}


def test_a_rebooting_status_is_known_by_its_task() -> None:
    found = states_of("HARD_REBOOT")
    assert found is not None
    assert found[1] == {TaskState.REBOOTING_HARD}


def test_a_word_that_is_no_status_finds_nothing() -> None:
    assert states_of("SLEEPING") is None
