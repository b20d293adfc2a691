"""The words in which an operation that could not be carried out is explained."""

from __future__ import annotations

from nova_lite.objects.claim import Decision
from nova_lite.objects.fault import Fault
from nova_lite.objects.operation import Operation


def no_valid_host(decision: Decision, before: str, now: float) -> Fault:
    """For the user the folded summary without host names; for admins every near miss by name.

    ``before``: why the attempt before this one failed, empty when it was the first.
    """
    lines = [f"{refusal.host}: {refusal.filter}: {refusal.reason}" for refusal in decision.refusals]
    return Fault(
        code=500, message=f"No valid host was found. {decision.summary}." + (before and f" Before that: {before}"),
        details="\n".join(lines), created=now,
    )


def deadline_passed(operation: Operation, now: float) -> Fault:
    """Says where the operation stood when its time was up."""
    where = f"on host {operation.host}" if operation.host else "before any host took it"
    message = (
        f"{operation.action} did not end within {operation.deadline - operation.created_at:.0f} s: "
        f"it was {operation.state} after attempt {operation.attempt}"
    )
    return Fault(code=500, message=message, details=f"{message}, {where}; step {operation.step or '-'}", created=now)


def host_down(operation: Operation, now: float) -> Fault:
    """The host that the guest was to arrive on has gone down."""
    message = f"{operation.action} did not end: the host that was chosen is down"
    return Fault(code=500, message=message, details=f"{message}: {operation.host}", created=now)


def out_of_reach(operation: Operation, now: float) -> Fault:
    """The host that the guest was moved to is silent, and may have it running; with the ways out."""
    message = (
        f"{operation.action} did not end in time: the host that the server was moved to does not answer, and may be "
        "running it. The server goes on where it was before when that host answers again, or when an administrator has "
        "made sure that it is dead and forced it down"
    )
    return Fault(code=500, message=message, details=f"{message}: {operation.host}", created=now)


def attempts_spent(operation: Operation, now: float) -> Fault:
    """The last of the hosts that a boot may be tried on has gone down before it began."""
    message = f"{operation.action} was tried on {operation.attempt} hosts, and none of them ended it"
    return Fault(code=500, message=message, details=f"{message}; the last was {operation.host}", created=now)
