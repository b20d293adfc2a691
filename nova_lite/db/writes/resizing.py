"""Accepting a resize: quota and the room of the new flavor, in the transaction that begins it."""

from __future__ import annotations

from msgspec import structs
from sqlalchemy import update

from nova_lite.core.errors import Invalid
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.reads.instances import usage
from nova_lite.db.session import Tx
from nova_lite.db.writes import claims, limits
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.instance import Instance
from nova_lite.objects.quota import Quota, counted


class NoRoom(Invalid):
    """The server's own host cannot take the new flavor beside the old one."""


def accept(tx: Tx, grant: ClaimGrant, flavor: Flavor, quota: Quota, now: float) -> ClaimGrant:
    """Take the room of the new flavor beside the old one's, until the resize is confirmed, reverted or has failed.

    :raises QuotaExceeded: cores or ram would go over.
    :raises NoRoom: the host has not that much room.
    """
    reserve(tx, grant.instance, flavor, quota, now)
    if not claims.grow(tx, grant.instance, flavor):
        raise NoRoom("No valid host was found. The server's host has no room for the new flavor beside the old one.",
                     instance=grant.instance.uuid, field="flavorRef")
    return grant


def reserve(tx: Tx, instance: Instance, flavor: Flavor, quota: Quota, now: float) -> None:
    """Have quota count the larger of both flavors until the resize is decided: it may end with either.

    :raises QuotaExceeded: with this flavor cores or ram would go over.
    """
    more = {"cores": flavor.vcpus - instance.flavor.vcpus, "ram": flavor.memory_mb - instance.flavor.memory_mb}
    limits.take_turn(tx, instance.project_id, now)
    limits.check({"cores": quota.cores, "ram": quota.ram}, structs.asdict(usage(tx, instance.project_id)), more)
    tx.change(update(InstanceRow).where(InstanceRow.uuid == instance.uuid).values(counted(instance, flavor)._asdict()))
