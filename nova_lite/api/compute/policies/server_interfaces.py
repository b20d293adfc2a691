"""Rules about the interfaces of servers."""

from nova_lite.api.policy import MEMBER_OR_ADMIN, READER_OR_ADMIN, Rule

_P = "os_compute_api:os-attach-interfaces:"

LIST = _P + "list"
SHOW = _P + "show"
CREATE = _P + "create"
DELETE = _P + "delete"

_MANY, _ONE = "/servers/{server_id}/os-interface", "/servers/{server_id}/os-interface/{port_id}"

RULES = (
    Rule(LIST, READER_OR_ADMIN, "List a server's interfaces.", (f"GET {_MANY}",)),
    Rule(SHOW, READER_OR_ADMIN, "Show an interface of a server.", (f"GET {_ONE}",)),
    Rule(CREATE, MEMBER_OR_ADMIN, "Give a server an interface.", (f"POST {_MANY}",)),
    Rule(DELETE, MEMBER_OR_ADMIN, "Take an interface from a server.", (f"DELETE {_ONE}",)),
)
