"""Images that were made for an operation on a server, and that nobody wants any more."""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from nova_lite.db.models.image import ImagePropertyRow, ImageRow
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.operations import OperationRow
from nova_lite.db.reads.operations import UNFINISHED
from nova_lite.db.session import Tx
from nova_lite.objects.image import ImageStatus
from nova_lite.objects.operation import CreateBackup, CreateImage, Shelve, Unshelve
from nova_lite.objects.states import Action

_WAITING = (ImageStatus.QUEUED, ImageStatus.SAVING)
_FILLING = (Action.CREATE_IMAGE, Action.CREATE_BACKUP, Action.SHELVE)


def unwanted_images(tx: Tx, before: float) -> list[str]:
    """Ids of images, not changed since ``before``, that wait for data of an operation that has ended or never was;

    of those that hold the disk of a server that was shelved and is so no more, or never became so; and of disks that
    were on their way to another host (``image.parcels``). An image that a user has asked for, and got, is not among
    them.
    """
    return _of_servers(tx, before) + _parcels(tx, before)


def _parcels(tx: Tx, before: float) -> list[str]:
    statement = select(ImageRow.id).join(OperationRow, OperationRow.uuid == ImageRow.id).where(
        ImageRow.deleted_at == 0, ImageRow.updated_at < before, ImageRow.name.startswith("move-"),
        OperationRow.state.not_in(UNFINISHED),
    )
    return [str(image_id) for (image_id,) in tx.tuples(statement)]


def _of_servers(tx: Tx, before: float) -> list[str]:
    statement = select(ImageRow.id, ImageRow.status, ImagePropertyRow.value).join(
        ImagePropertyRow, and_(ImagePropertyRow.image_id == ImageRow.id, ImagePropertyRow.name == "instance_uuid")
    ).where(
        ImageRow.deleted_at == 0, ImageRow.updated_at < before,
        or_(ImageRow.status.in_(_WAITING), ImageRow.name.endswith("-shelved")),
    )
    found = {str(image_id): (status, str(uuid)) for image_id, status, uuid in tx.tuples(statement)}
    servers = {uuid for _, uuid in found.values()}
    if not servers:
        return []
    fillers = _fillers(tx, servers)
    # The servers are read after the images and their operations: what a shelve has kept by now is seen.
    kept = {row.kept.image_id for row in tx.rows(select(InstanceRow).where(
        InstanceRow.uuid.in_(servers), InstanceRow.deleted == ""
    )) if row.kept is not None}
    return [
        image_id for image_id, (status, _) in found.items()
        if image_id not in kept and _over(fillers.get(image_id), waiting=status in _WAITING)
    ]


def _fillers(tx: Tx, servers: set[str]) -> dict[str, OperationRow]:
    """The operation that fills each image; of an unshelve, the image that it boots from counts."""
    rows = tx.rows(select(OperationRow).where(
        OperationRow.instance_uuid.in_(servers), OperationRow.action.in_((*_FILLING, Action.UNSHELVE))
    ).order_by(OperationRow.id))
    fillers: dict[str, OperationRow] = {}
    for row in rows:
        match row.arguments:
            case CreateImage() | CreateBackup() | Shelve():
                fillers[row.arguments.image_id] = row
            case Unshelve() if row.state in UNFINISHED:
                fillers[row.arguments.image.id] = row
    return fillers


def _over(filler: OperationRow | None, *, waiting: bool) -> bool:
    if filler is None:
        return waiting  # its request was cut off before the operation was accepted
    if filler.state in UNFINISHED:
        return False
    return waiting or filler.action is Action.SHELVE
