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

SUSPEND = "os_compute_api:os-suspend-server:suspend"
RESUME = "os_compute_api:os-suspend-server:resume"
CRASH_DUMP = "os_compute_api:servers:trigger_crash_dump"
REBUILD = "os_compute_api:servers:rebuild"
CREATE_IMAGE = "os_compute_api:servers:create_image"
CREATE_BACKUP = "os_compute_api:os-create-backup"
RESIZE = "os_compute_api:servers:resize"
CONFIRM_RESIZE = "os_compute_api:servers:confirm_resize"
REVERT_RESIZE = "os_compute_api:servers:revert_resize"
MIGRATE = "os_compute_api:os-migrate-server:migrate"
MIGRATE_TO_HOST = "os_compute_api:os-migrate-server:migrate:host"
MIGRATE_LIVE = "os_compute_api:os-migrate-server:migrate_live"
RESCUE = "os_compute_api:os-rescue"
UNRESCUE = "os_compute_api:os-unrescue"
SHELVE = "os_compute_api:os-shelve:shelve"
UNSHELVE = "os_compute_api:os-shelve:unshelve"
UNSHELVE_TO_HOST = "os_compute_api:os-shelve:unshelve_to_host"
SHELVE_OFFLOAD = "os_compute_api:os-shelve:shelve_offload"
RESET_STATE = "os_compute_api:os-admin-actions:reset_state"
INJECT_NETWORK_INFO = "os_compute_api:os-admin-actions:inject_network_info"
EVACUATE = "os_compute_api:os-evacuate"
PASSWORD = "os_compute_api:os-admin-password"
CONSOLES = "os_compute_api:os-remote-consoles"
CONSOLE_TOKENS = "os_compute_api:os-console-auth-tokens"
FORCE_DELETE = "os_compute_api:os-deferred-delete:force"
RESTORE = "os_compute_api:os-deferred-delete:restore"


def _rule(name: str, action: str, what: str) -> Rule:
    return Rule(name, MEMBER_OR_ADMIN, what, (f"POST /servers/{{server_id}}/action ({action})",))


def _admin(name: str, action: str, what: str) -> Rule:
    return Rule(name, ADMIN, what, (f"POST /servers/{{server_id}}/action ({action})",))


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
    _rule(SUSPEND, "suspend", "Suspend a server to disk."),
    _rule(RESUME, "resume", "Let a suspended server go on."),
    _rule(CRASH_DUMP, "trigger_crash_dump", "Make a server dump its memory."),
    _rule(REBUILD, "rebuild", "Give a server a fresh disk."),
    _rule(CREATE_IMAGE, "createImage", "Make an image of a server."),
    _rule(CREATE_BACKUP, "createBackup", "Make an image of a server, and delete the oldest ones."),
    _rule(RESIZE, "resize", "Give a server another flavor."),
    _rule(CONFIRM_RESIZE, "confirmResize", "Keep a server's new flavor."),
    _rule(REVERT_RESIZE, "revertResize", "Take a server's new flavor back."),
    _admin(MIGRATE, "migrate", "Move a server to another host."),
    _admin(MIGRATE_TO_HOST, "migrate", "Move a server to a named host."),
    _admin(MIGRATE_LIVE, "os-migrateLive", "Move a running server to another host."),
    _rule(RESCUE, "rescue", "Boot a server from a rescue disk."),
    _rule(UNRESCUE, "unrescue", "Boot a rescued server from its own disk."),
    _rule(SHELVE, "shelve", "Keep a server as an image, and take it from its host."),
    _rule(UNSHELVE, "unshelve", "Boot a shelved server."),
    _admin(UNSHELVE_TO_HOST, "unshelve", "Boot a shelved server on a named host."),
    _admin(SHELVE_OFFLOAD, "shelveOffload", "Take a shelved server from its host."),
    _admin(RESET_STATE, "os-resetState", "Say what state a server is in."),
    _admin(INJECT_NETWORK_INFO, "injectNetworkInfo", "Tell a guest of its network again."),
    _admin(EVACUATE, "evacuate", "Rebuild a server of a dead host elsewhere."),
    _rule(PASSWORD, "changePassword", "Change the administrator's password inside a server."),
    _rule(CONSOLES, "os-getVNCConsole", "Have a console of a server."),
    Rule(CONSOLE_TOKENS, "rule:service_api or rule:context_is_admin", "See what a console's token opens.",
         ("GET /os-console-auth-tokens/{token}",)),
    _rule(FORCE_DELETE, "forceDelete", "Delete a server at once."),
    _rule(RESTORE, "restore", "Restore a deleted server."),
)
