"""Rules about what this cloud has none of: volumes, their snapshots, shares, bare-metal nodes."""

from nova_lite.api.policy import ADMIN, MEMBER_OR_ADMIN, READER_OR_ADMIN, Rule

ATTACHMENTS_LIST = "os_compute_api:os-volumes-attachments:index"
ATTACHMENTS_SHOW = "os_compute_api:os-volumes-attachments:show"
ATTACHMENTS_CREATE = "os_compute_api:os-volumes-attachments:create"
ATTACHMENTS_UPDATE = "os_compute_api:os-volumes-attachments:update"
ATTACHMENTS_DELETE = "os_compute_api:os-volumes-attachments:delete"
VOLUMES_LIST = "os_compute_api:os-volumes:list"
VOLUMES_DETAIL = "os_compute_api:os-volumes:detail"
VOLUMES_SHOW = "os_compute_api:os-volumes:show"
VOLUMES_CREATE = "os_compute_api:os-volumes:create"
VOLUMES_DELETE = "os_compute_api:os-volumes:delete"
SNAPSHOTS_LIST = "os_compute_api:os-volumes:snapshots:list"
SNAPSHOTS_DETAIL = "os_compute_api:os-volumes:snapshots:detail"
SNAPSHOTS_SHOW = "os_compute_api:os-volumes:snapshots:show"
SNAPSHOTS_CREATE = "os_compute_api:os-volumes:snapshots:create"
SNAPSHOTS_DELETE = "os_compute_api:os-volumes:snapshots:delete"
ASSISTED_CREATE = "os_compute_api:os-assisted-volume-snapshots:create"
ASSISTED_DELETE = "os_compute_api:os-assisted-volume-snapshots:delete"
SHARES_LIST = "os_compute_api:os-server-shares:index"
SHARES_SHOW = "os_compute_api:os-server-shares:show"
SHARES_CREATE = "os_compute_api:os-server-shares:create"
SHARES_DELETE = "os_compute_api:os-server-shares:delete"
NODES_LIST = "os_compute_api:os-baremetal-nodes:list"
NODES_SHOW = "os_compute_api:os-baremetal-nodes:show"

_ATTACHMENTS = "/servers/{server_id}/os-volume_attachments"
_ATTACHMENT = _ATTACHMENTS + "/{volume_id}"
_SHARES = "/servers/{server_id}/shares"
_SERVICE = "rule:service_api or rule:context_is_admin"


def _reader(name: str, what: str, *operations: str) -> Rule:
    return Rule(name, READER_OR_ADMIN, what, operations)


def _member(name: str, what: str, *operations: str) -> Rule:
    return Rule(name, MEMBER_OR_ADMIN, what, operations)


RULES = (
    _reader(ATTACHMENTS_LIST, "List a server's volumes.", f"GET {_ATTACHMENTS}"),
    _reader(ATTACHMENTS_SHOW, "See a volume of a server.", f"GET {_ATTACHMENT}"),
    _member(ATTACHMENTS_CREATE, "Attach a volume.", f"POST {_ATTACHMENTS}"),
    _member(ATTACHMENTS_UPDATE, "Change how a volume is attached.", f"PUT {_ATTACHMENT}"),
    _member(ATTACHMENTS_DELETE, "Detach a volume.", f"DELETE {_ATTACHMENT}"),
    _reader(VOLUMES_LIST, "List volumes, before 2.36.", "GET /os-volumes"),
    _reader(VOLUMES_DETAIL, "List volumes in full, before 2.36.", "GET /os-volumes/detail"),
    _reader(VOLUMES_SHOW, "See a volume, before 2.36.", "GET /os-volumes/{volume_id}"),
    _member(VOLUMES_CREATE, "Create a volume, before 2.36.", "POST /os-volumes"),
    _member(VOLUMES_DELETE, "Delete a volume, before 2.36.", "DELETE /os-volumes/{volume_id}"),
    _reader(SNAPSHOTS_LIST, "List snapshots of volumes, before 2.36.", "GET /os-snapshots"),
    _reader(SNAPSHOTS_DETAIL, "List snapshots of volumes in full, before 2.36.", "GET /os-snapshots/detail"),
    _reader(SNAPSHOTS_SHOW, "See a snapshot of a volume, before 2.36.", "GET /os-snapshots/{snapshot_id}"),
    _member(SNAPSHOTS_CREATE, "Make a snapshot of a volume, before 2.36.", "POST /os-snapshots"),
    _member(SNAPSHOTS_DELETE, "Delete a snapshot of a volume, before 2.36.", "DELETE /os-snapshots/{snapshot_id}"),
    Rule(ASSISTED_CREATE, _SERVICE, "Have a host help with a snapshot of a volume.",
         ("POST /os-assisted-volume-snapshots",)),
    Rule(ASSISTED_DELETE, _SERVICE, "Have a host help to delete one.",
         ("DELETE /os-assisted-volume-snapshots/{snapshot_id}",)),
    _reader(SHARES_LIST, "List a server's shares.", f"GET {_SHARES}"),
    _reader(SHARES_SHOW, "See a share of a server.", f"GET {_SHARES}/{{share_id}}"),
    _member(SHARES_CREATE, "Attach a share.", f"POST {_SHARES}"),
    _member(SHARES_DELETE, "Detach a share.", f"DELETE {_SHARES}/{{share_id}}"),
    Rule(NODES_LIST, ADMIN, "List bare-metal nodes, before 2.36.", ("GET /os-baremetal-nodes",)),
    Rule(NODES_SHOW, ADMIN, "See a bare-metal node, before 2.36.", ("GET /os-baremetal-nodes/{node_id}",)),
)
