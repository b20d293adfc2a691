"""Rules about hosts, as clients before 2.43 ask for them."""

from nova_lite.api.policy import ADMIN, Rule

_H = "os_compute_api:os-hosts:"
LIST = _H + "list"
SHOW = _H + "show"
UPDATE = _H + "update"
REBOOT = _H + "reboot"
SHUTDOWN = _H + "shutdown"
START = _H + "start"

RULES = (
    Rule(LIST, ADMIN, "List hosts.", ("GET /os-hosts",)),
    Rule(SHOW, ADMIN, "See what a host has and what is taken of it.", ("GET /os-hosts/{host}",)),
    Rule(UPDATE, ADMIN, "Enable or disable a host.", ("PUT /os-hosts/{host}",)),
    Rule(REBOOT, ADMIN, "Reboot a host.", ("GET /os-hosts/{host}/reboot",)),
    Rule(SHUTDOWN, ADMIN, "Shut a host down.", ("GET /os-hosts/{host}/shutdown",)),
    Rule(START, ADMIN, "Power a host on.", ("GET /os-hosts/{host}/startup",)),
)
