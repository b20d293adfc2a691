"""Duties: what exactly one of several processes does, for as long as it says so in time."""

from __future__ import annotations

from sqlalchemy import or_, select, update

from nova_lite.db.errors import Duplicate
from nova_lite.db.models.duties import DutyRow
from nova_lite.db.session import Tx


def take(tx: Tx, name: str, holder: str, until: float, now: float) -> bool:
    """Take up or go on with a duty; False while it is somebody else's.

    :raises Duplicate: somebody else took it for the first time ever, just now. The transaction is lost then.
    """
    mine_or_nobodys = or_(DutyRow.holder == holder, DutyRow.expires_at <= now)
    taken = update(DutyRow).where(DutyRow.name == name, mine_or_nobodys).values(holder=holder, expires_at=until)
    if tx.change(taken):
        return True
    if tx.scalar(select(DutyRow.holder).where(DutyRow.name == name)) is not None:
        return False
    tx.insert(DutyRow, {"name": name, "holder": holder, "expires_at": until}, duplicate=Duplicate(f"{name} is taken"))
    return True


def leave(tx: Tx, name: str, holder: str) -> None:
    """Give a duty up; somebody else's stays."""
    tx.change(update(DutyRow).where(DutyRow.name == name, DutyRow.holder == holder).values(expires_at=0.0))
