"""What is looked up about a server at its host, where that does not answer."""

from __future__ import annotations

from tests.functional.api.cloud import ComputeCloud


def test_a_guest_of_a_silent_host_cannot_be_measured(cloud: ComputeCloud) -> None:
    answer = cloud.admin("GET", f"/servers/{cloud.active()}/diagnostics")
    assert (answer.status, "does not answer" in answer.message) == (503, True)


def test_a_guest_that_does_not_run_is_not_measured(cloud: ComputeCloud) -> None:
    answer = cloud.admin("GET", f"/servers/{cloud.boot()}/diagnostics")
    assert (answer.status, "power state NOSTATE" in answer.message) == (409, True)
