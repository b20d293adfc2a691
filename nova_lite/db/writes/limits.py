"""Checking a limit and adding to what it limits, in turn: the sum of the ledger under the owner's lock."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.core.errors import QuotaExceeded
from nova_lite.db.models.quotas import ProjectLockRow
from nova_lite.db.session import Tx


def take_turn(tx: Tx, owner: str, now: float) -> None:
    """Hold the lock of ``owner`` (a project's id) until the transaction ends: whoever asks for it meanwhile waits."""
    if owner in tx.turns:
        return
    tx.upsert(ProjectLockRow, {"project_id": owner, "touched_at": now}, keys=("project_id",), update=("touched_at",))
    tx.turns.add(owner)


def check(limits: Mapping[str, int], used: Mapping[str, int], requested: Mapping[str, int]) -> None:
    """Refuse what would go over; -1 is no limit.

    :raises QuotaExceeded: in Nova's words; ``details`` name the resources and give the numbers of each.
    """
    over = [name for name in sorted(limits) if 0 <= limits[name] < used[name] + requested[name] and requested[name] > 0]
    if not over:
        return
    names = ", ".join(over)
    numbers = [", ".join(str(values[name]) for name in over) for values in (requested, used, limits)]
    details: dict[str, str | int] = {"resources": names}
    for name in over:
        details |= {f"{name}_requested": requested[name], f"{name}_used": used[name], f"{name}_limit": limits[name]}
    raise QuotaExceeded(
        f"Quota exceeded for {names}: Requested {numbers[0]}, but already used {numbers[1]} of {numbers[2]} {names}",
        **details,
    )
