"""Rules about what is done to servers."""

from nova_lite.api.policy import ADMIN, MEMBER_OR_ADMIN, Rule

PAUSE = "os_compute_api:os-pause-server:pause"
UNPAUSE = "os_compute_api:os-pause-server:unpause"
STOP = "os_compute_api:servers:stop"
START = "os_compute_api:servers:start"
REBOOT = "os_compute_api:servers:reboot"
CONSOLE_OUTPUT = "os_compute_api:os-console-output"
LOCK = "os_compute_api:os-lock-server:lock"
UNLOCK = "os_compute_api:os-lock-server:unlock"
UNLOCK_OVERRIDE = "os_compute_api:os-lock-server:unlock:unlock_override"


def _rule(name: str, action: str, what: str) -> Rule:
    return Rule(name, MEMBER_OR_ADMIN, what, (f"POST /servers/{{server_id}}/action ({action})",))


RULES = (
    _rule(PAUSE, "pause", "Pause a server."),
    _rule(UNPAUSE, "unpause", "Let a paused server go on."),
    _rule(STOP, "os-stop", "Power a server off."),
    _rule(START, "os-start", "Power a server on."),
    _rule(REBOOT, "reboot", "Reboot a server."),
    _rule(CONSOLE_OUTPUT, "os-getConsoleOutput", "Read a server's console log."),
    _rule(LOCK, "lock", "Lock a server."),
    _rule(UNLOCK, "unlock", "Unlock a server."),
    Rule(UNLOCK_OVERRIDE, ADMIN, "Act on a server that somebody else has locked.",
         ("POST /servers/{server_id}/action (unlock)",)),
)
