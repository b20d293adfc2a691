"""POST /servers/{id}/action: what is done to servers."""

from __future__ import annotations

from typing import Any, Literal

from nova_lite.api.compute.handlers.lookup import HOST_PATIENCE, may_override_lock, server_of
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Conflict, DeadlineExceeded, Forbidden, NotFound, Unavailable
from nova_lite.db.writes import instances as writes
from nova_lite.db.writes import outcomes
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Arguments, CrashDump, Pause, Reboot, Resume, Start, Stop, Suspend, Unpause
from nova_lite.objects.states import VmState

CONSOLE_BYTES = 100 * 1024


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


def suspend(request: Request[ComputeServices]) -> None:
    _act(request, Suspend())


def resume(request: Request[ComputeServices]) -> None:
    _act(request, Resume())


def trigger_crash_dump(request: Request[ComputeServices]) -> None:
    _act(request, CrashDump())


def reset_state(request: Request[ComputeServices]) -> None:
    """Set what the records say, whatever the guest is; what was being done to the server is called off."""
    server = server_of(request)
    state = VmState(str(request.member("os-resetState")["state"]))
    services = request.services
    services.database.transact(lambda tx: outcomes.reset_state(tx, server.uuid, state, services.clock.now()))


def force_delete(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    request.services.lifecycle.delete(
        request.context, server, override_lock=may_override_lock(request, server)
    )


def inject_network_info(request: Request[ComputeServices]) -> None:
    """Guests learn of their network by DHCP and from their metadata, always: there is nothing to inject."""
    server_of(request)


def restore(request: Request[ComputeServices]) -> None:
    """Servers are deleted at once: there is never one to restore."""
    server = server_of(request)
    raise Conflict(f"Cannot 'restore' instance {server.uuid} while it is in vm_state {server.vm_state}",
                   instance=server.uuid, attribute="vm_state", state=str(server.vm_state))


def reboot(request: Request[ComputeServices]) -> None:
    soft = str(request.member("reboot")["type"]).upper() == "SOFT"
    _act(request, Reboot(kind="SOFT" if soft else "HARD"))


def lock(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    asked = request.body["lock"]
    reason = asked.get("locked_reason") if isinstance(asked, dict) else None
    by = _as_whom(request, server)
    if by == "owner" and server.locked_by == "admin":
        return  # locked it is, and it stays the admin's to open
    _change(request, server, locked=True, locked_by=by, locked_reason=reason)


def _change(request: Request[ComputeServices], server: Instance, **fields: Any) -> None:
    services = request.services
    services.database.transact(
        lambda tx: writes.update_fields(tx, server.uuid, server.project_id, services.clock.now(), **fields)
    )


def _as_whom(request: Request[ComputeServices], server: Instance) -> Literal["owner", "admin"]:
    """Who of the server's project locks it, does as its owner."""
    return "owner" if server.project_id == request.context.project_id else "admin"


def unlock(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    # Only who may override locks opens one that the other side has set.
    if server.locked_by not in (None, _as_whom(request, server)) and not may_override_lock(request, server):
        raise Forbidden(f"Instance {server.uuid} was locked by an administrator", instance=server.uuid)
    _change(request, server, locked=False, locked_by=None, locked_reason=None)


def console_output(request: Request[ComputeServices]) -> Json:
    """The end of the console log: all that the host keeps, or the last ``length`` lines."""
    server = server_of(request)
    if server.host is None or server.vm_state is VmState.BUILDING:
        raise Conflict(f"Instance {server.uuid} is not ready", instance=server.uuid)
    context = request.context.until(request.services.clock.now() + HOST_PATIENCE)
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
