"""Rules about the history of servers."""

from nova_lite.api.policy import ADMIN, READER_OR_ADMIN, Rule

LIST = "os_compute_api:os-instance-actions:list"
SHOW = "os_compute_api:os-instance-actions:show"
EVENTS = "os_compute_api:os-instance-actions:events"
DETAILS = "os_compute_api:os-instance-actions:events:details"

_ONE = ("GET /servers/{server_id}/os-instance-actions/{request_id}",)

RULES = (
    Rule(LIST, READER_OR_ADMIN, "List what was done to a server.", ("GET /servers/{server_id}/os-instance-actions",)),
    Rule(SHOW, READER_OR_ADMIN, "Show one thing that was done to a server.", _ONE),
    Rule(EVENTS, ADMIN, "See the steps of an action before 2.51, and their tracebacks.", _ONE),
    Rule(DETAILS, ADMIN, "See why a step of an action failed, from 2.84.", _ONE),
)
