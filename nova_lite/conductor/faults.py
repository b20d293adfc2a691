"""The words in which an operation that could not be carried out is explained."""

from __future__ import annotations

from nova_lite.objects.claim import Decision
from nova_lite.objects.fault import Fault
from nova_lite.objects.operation import Operation


def no_valid_host(decision: Decision, now: float) -> Fault:
    """For the user the folded summary without host names; for admins every near miss by name."""
    lines = [f"{refusal.host}: {refusal.filter}: {refusal.reason}" for refusal in decision.refusals]
    return Fault(
        code=500, message=f"No valid host was found. {decision.summary}.", details="\n".join(lines), created=now
    )


def deadline_passed(operation: Operation, now: float) -> Fault:
    """Says where the operation stood when its time was up."""
    where = f"on host {operation.host}" if operation.host else "before any host took it"
    message = (
        f"{operation.action} did not end within {operation.deadline - operation.created_at:.0f} s: "
        f"it was {operation.state} after attempt {operation.attempt}"
    )
    return Fault(code=500, message=message, details=f"{message}, {where}; step {operation.step or '-'}", created=now)
