"""The picture of the hosts: newer news win, claims count at once."""

from __future__ import annotations

import msgspec

from nova_lite.objects.claim import ClaimGrant
from nova_lite.scheduler.host_states import HostStates
from tests.builders.guests import NOW, an_instance
from tests.builders.hosts import a_host
from tests.builders.operations import an_operation


def test_an_old_report_does_not_undo_a_newer_one() -> None:
    states = HostStates(list)
    states.update(a_host(last_seen_at=NOW + 10, memory_mb_used=100))
    states.update(a_host(last_seen_at=NOW, memory_mb_used=0))
    assert states.all()[0].memory_mb_used == 100


def test_a_granted_claim_is_counted_before_the_next_report() -> None:
    states = HostStates(list)
    states.update(a_host("h"))
    instance = an_instance(host="h")
    states.consume(ClaimGrant(instance=instance, operation=an_operation(instance)))
    state = states.all()[0]
    assert (state.memory_mb_used, state.vcpus_used, state.instances) == (64, 1, 1)


def test_news_that_come_again_do_not_undo_a_claim() -> None:
    states, told = HostStates(list), a_host("h")
    instance = an_instance(host="h")
    states.update(told)
    states.consume(ClaimGrant(instance=instance, operation=an_operation(instance)))
    states.update(told)
    assert states.all()[0].instances == 1
    states.update(msgspec.structs.replace(told, generation=told.generation + 1))
    assert states.all()[0].instances == 0


def test_a_refresh_that_somebody_else_made_is_not_repeated() -> None:
    reads: list[int] = []

    def read_all() -> list[object]:
        reads.append(1)
        return [a_host()]

    states = HostStates(read_all)  # type: ignore[arg-type]
    states.refresh(seen=0)
    states.refresh(seen=0)
    assert len(reads) == 1 and states.reads == 1


def test_a_full_read_forgets_hosts_that_are_gone() -> None:
    states = HostStates(lambda: [a_host("new")])
    states.update(a_host("gone"))
    states.refresh(seen=0)
    assert [state.host for state in states.all()] == ["new"]
    assert msgspec.structs.asdict(states.all()[0])["host"] == "new"
