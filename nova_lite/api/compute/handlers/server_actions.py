"""POST /servers/{id}/action: what is done to servers."""

from __future__ import annotations

from nova_lite.api.compute.handlers.lookup import may_override_lock, server_of
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Conflict, DeadlineExceeded, Forbidden, NotFound, Unavailable
from nova_lite.db.writes import instances as writes
from nova_lite.objects.operation import Arguments, Pause, Reboot, Start, Stop, Unpause
from nova_lite.objects.states import VmState

CONSOLE_BYTES = 100 * 1024
CONSOLE_PATIENCE = 10.0  # seconds that a client waits for a host that does not answer


def _act(request: Request[ComputeServices], arguments: Arguments) -> None:
    server = server_of(request)
    request.services.lifecycle.act(
        request.context, server, arguments, override_lock=may_override_lock(request, server)
    )


def pause(request: Request[ComputeServices]) -> None:
    _act(request, Pause())


def unpause(request: Request[ComputeServices]) -> None:
    _act(request, Unpause())


def stop(request: Request[ComputeServices]) -> None:
    _act(request, Stop())


def start(request: Request[ComputeServices]) -> None:
    _act(request, Start())


def reboot(request: Request[ComputeServices]) -> None:
    soft = str(request.member("reboot")["type"]).upper() == "SOFT"
    _act(request, Reboot(kind="SOFT" if soft else "HARD"))


def lock(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    asked = request.body["lock"]
    reason = asked.get("locked_reason") if isinstance(asked, dict) else None
    now = request.services.clock.now()
    request.services.database.transact(
        lambda tx: writes.update_fields(tx, server.uuid, server.project_id, now, locked=True, locked_reason=reason)
    )


def unlock(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    # Only who may override locks opens one that somebody else has set; the owner's own is the owner's.
    if server.locked and server.user_id != request.context.user_id and not may_override_lock(request, server):
        raise Forbidden(f"Instance {server.uuid} was locked by somebody else", instance=server.uuid)
    now = request.services.clock.now()
    request.services.database.transact(
        lambda tx: writes.update_fields(tx, server.uuid, server.project_id, now, locked=False, locked_reason=None)
    )


def console_output(request: Request[ComputeServices]) -> Json:
    """The end of the console log: all that the host keeps, or the last ``length`` lines."""
    server = server_of(request)
    if server.host is None or server.vm_state is VmState.BUILDING:
        raise Conflict(f"Instance {server.uuid} is not ready", instance=server.uuid)
    context = request.context.until(request.services.clock.now() + CONSOLE_PATIENCE)
    try:
        log = request.services.compute_at(server.host).console_output(context, server.uuid, CONSOLE_BYTES)
    except NotFound:
        raise Conflict(f"Instance {server.uuid} is not ready", instance=server.uuid) from None
    except (Unavailable, DeadlineExceeded) as error:
        raise Unavailable(f"The host of instance {server.uuid} does not answer now: its console log cannot be read.",
                          instance=server.uuid) from error
    length = request.member("os-getConsoleOutput").get("length")
    text = log.decode("utf-8", "replace").replace("\0", "")
    return {"output": _tail(text, -1 if length is None else int(str(length)))}


def _tail(text: str, lines: int) -> str:
    if lines < 0:
        return text
    return "\n".join(text.split("\n")[-lines:]) if lines else ""
