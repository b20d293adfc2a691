"""Rules about aggregates of hosts and groups of servers."""

from nova_lite.api.policy import ADMIN, MEMBER_OR_ADMIN, READER_OR_ADMIN, Rule

_A = "os_compute_api:os-aggregates:"
AGGREGATE_LIST = _A + "index"
AGGREGATE_CREATE = _A + "create"
AGGREGATE_SHOW = _A + "show"
AGGREGATE_UPDATE = _A + "update"
AGGREGATE_DELETE = _A + "delete"
AGGREGATE_ADD_HOST = _A + "add_host"
AGGREGATE_REMOVE_HOST = _A + "remove_host"
AGGREGATE_METADATA = _A + "set_metadata"
AGGREGATE_IMAGES = "compute:aggregates:images"

_G = "os_compute_api:os-server-groups:"
GROUP_LIST = _G + "index"
GROUP_LIST_ALL = _G + "index:all_projects"
GROUP_CREATE = _G + "create"
GROUP_SHOW = _G + "show"
GROUP_DELETE = _G + "delete"

_ONE, _ACTION = "/os-aggregates/{aggregate_id}", ("POST /os-aggregates/{aggregate_id}/action",)
_GROUP = "/os-server-groups/{group_id}"

RULES = (
    Rule(AGGREGATE_LIST, ADMIN, "List host aggregates.", ("GET /os-aggregates",)),
    Rule(AGGREGATE_CREATE, ADMIN, "Create an aggregate.", ("POST /os-aggregates",)),
    Rule(AGGREGATE_SHOW, ADMIN, "Show an aggregate.", (f"GET {_ONE}",)),
    Rule(AGGREGATE_UPDATE, ADMIN, "Change an aggregate's name or zone.", (f"PUT {_ONE}",)),
    Rule(AGGREGATE_DELETE, ADMIN, "Delete an aggregate.", (f"DELETE {_ONE}",)),
    Rule(AGGREGATE_ADD_HOST, ADMIN, "Put a host into an aggregate.", _ACTION),
    Rule(AGGREGATE_REMOVE_HOST, ADMIN, "Take a host out of an aggregate.", _ACTION),
    Rule(AGGREGATE_METADATA, ADMIN, "Set an aggregate's metadata.", _ACTION),
    Rule(AGGREGATE_IMAGES, ADMIN, "Have the hosts of an aggregate fetch images.", (f"POST {_ONE}/images",)),
    Rule(GROUP_LIST, READER_OR_ADMIN, "List server groups.", ("GET /os-server-groups",)),
    Rule(GROUP_LIST_ALL, ADMIN, "List the server groups of all projects.", ("GET /os-server-groups",)),
    Rule(GROUP_CREATE, MEMBER_OR_ADMIN, "Create a server group.", ("POST /os-server-groups",)),
    Rule(GROUP_SHOW, READER_OR_ADMIN, "Show a server group.", (f"GET {_GROUP}",)),
    Rule(GROUP_DELETE, MEMBER_OR_ADMIN, "Delete a server group.", (f"DELETE {_GROUP}",)),
)
