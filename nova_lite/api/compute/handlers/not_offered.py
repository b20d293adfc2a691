"""What clients of Nova ask for and this cloud has none of: volumes, their snapshots, shares, bare-metal nodes.

Lists are empty, what is named is not there, and what should be made is refused in words.
"""

from __future__ import annotations

from nova_lite.api.compute.handlers.lookup import server_of
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Invalid, NotFound

_R = Request[ComputeServices]


def attachments(request: _R) -> Json:
    server_of(request)
    return {"volumeAttachments": []}


def attachment(request: _R) -> None:
    """Whatever is asked of a volume in the path, a server has none such."""
    server = server_of(request)
    volume = request.path["volume_id"]
    raise NotFound(f"Volume {volume} is not attached to instance {server.uuid}.", instance=server.uuid, volume=volume)


def attach(request: _R) -> None:
    server_of(request)
    raise _no_volume(str(request.member("volumeAttachment")["volumeId"]))


def volumes(request: _R) -> Json:
    return {"volumes": []}


def snapshots(request: _R) -> Json:
    return {"snapshots": []}


def volume(request: _R) -> None:
    raise _no_volume(request.path["volume_id"])


def snapshot(request: _R) -> None:
    snapshot_id = request.path["snapshot_id"]
    raise NotFound(f"Snapshot {snapshot_id} could not be found.", snapshot=snapshot_id)


def create_volume(request: _R) -> None:
    raise Invalid("Volumes are not available in this cloud.", field="volume")


def create_snapshot(request: _R) -> None:
    raise Invalid("Volumes, and snapshots of them, are not available in this cloud.", field="snapshot")


def delete_assisted(request: _R) -> None:
    if request.query.one("delete_info") is None:
        raise Invalid("The query parameter delete_info is required.", field="delete_info")
    snapshot(request)


def shares(request: _R) -> Json:
    server_of(request)
    return {"shares": []}


def share(request: _R) -> None:
    server = server_of(request)
    raise _no_share(request.path["share_id"], server.uuid)


def attach_share(request: _R) -> None:
    server = server_of(request)
    raise _no_share(str(request.member("share")["share_id"]), server.uuid)


def nodes(request: _R) -> Json:
    return {"nodes": []}


def node(request: _R) -> None:
    node_id = request.path["node_id"]
    raise NotFound(f"Node {node_id} could not be found: there is no bare-metal service in this cloud.", node=node_id)


def change_nodes(request: _R) -> None:
    raise Invalid("Command Not supported. Bare-metal nodes were never changed through this API.")


def _no_volume(volume_id: str) -> NotFound:
    return NotFound(f"Volume {volume_id} could not be found.", volume=volume_id)


def _no_share(share_id: str, instance: str) -> NotFound:
    return NotFound(f"Share {share_id} is not attached to instance {instance}: there is no share service in this "
                    "cloud.", share=share_id, instance=instance)
