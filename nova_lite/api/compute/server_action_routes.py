"""POST /servers/{id}/action: the part of the map that is about what is done to a guest."""

from __future__ import annotations

from nova_lite.api.compute.handlers import (
    console_tokens,
    retired,
    server_actions,
    server_consoles,
    server_images,
    server_moves,
    server_passwords,
    server_rebuild,
    server_rescue,
    server_resize,
)
from nova_lite.api.compute.policies import server_actions as rules
from nova_lite.api.compute.schemas import server_actions as schemas
from nova_lite.api.compute.schemas.types import loose_then_strict
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.microversions import ByVersion, Microversion, v
from nova_lite.api.routing import Handler, Route
from nova_lite.api.validation import Schema

R = Route[ComputeServices]
PATH = "/servers/{server_id}/action"


def _action(
    name: str, handler: Handler[ComputeServices], rule: str, body: ByVersion[Schema] | Schema | None = None,
    success: int = 202, since: Microversion | None = None, *, until: Microversion | None = None,
) -> R:
    return Route(method="POST", path=PATH, action=name, handler=handler, rule=rule, late=True, success=success,
                 body=schemas.PLAIN[name] if body is None else body, since=since, until=until)


GUEST_ACTIONS: tuple[R, ...] = (
    _action("suspend", server_actions.suspend, rules.SUSPEND),
    _action("resume", server_actions.resume, rules.RESUME),
    _action("trigger_crash_dump", server_actions.trigger_crash_dump, rules.CRASH_DUMP, since=v("2.17")),
    _action("os-resetState", server_actions.reset_state, rules.RESET_STATE, schemas.RESET_STATE),
    _action("rebuild", server_rebuild.rebuild, rules.REBUILD, schemas.REBUILD),
    _action("createImage", server_images.create_image, rules.CREATE_IMAGE, schemas.CREATE_IMAGE),
    _action("createBackup", server_images.create_backup, rules.CREATE_BACKUP, schemas.CREATE_BACKUP),
    _action("resize", server_resize.resize, rules.RESIZE, schemas.RESIZE),
    _action("confirmResize", server_resize.confirm, rules.CONFIRM_RESIZE, success=204),
    _action("revertResize", server_resize.revert, rules.REVERT_RESIZE),
    _action("migrate", server_moves.migrate, rules.MIGRATE, schemas.MIGRATE),
    _action("os-migrateLive", server_moves.migrate_live, rules.MIGRATE_LIVE, schemas.MIGRATE_LIVE),
    _action("evacuate", server_moves.evacuate, rules.EVACUATE, schemas.EVACUATE, 200),
    _action("injectNetworkInfo", server_actions.inject_network_info, rules.INJECT_NETWORK_INFO),
    _action("resetNetwork", retired.gone, rules.INJECT_NETWORK_INFO),
    _action("rescue", server_rescue.rescue, rules.RESCUE, schemas.RESCUE, 200),
    _action("unrescue", server_rescue.unrescue, rules.UNRESCUE),
    _action("shelve", server_images.shelve, rules.SHELVE),
    _action("shelveOffload", server_images.shelve_offload, rules.SHELVE_OFFLOAD),
    _action("unshelve", server_images.unshelve, rules.UNSHELVE, schemas.UNSHELVE),
    _action("changePassword", server_passwords.change_password, rules.PASSWORD, schemas.CHANGE_PASSWORD),
    _action("forceDelete", server_actions.force_delete, rules.FORCE_DELETE),
    _action("restore", server_actions.restore, rules.RESTORE),
    *(_action(name, server_consoles.old, rules.CONSOLES, body, 200, until=v("2.5"))
      for name, body in schemas.OLD_CONSOLES.items()),
    Route(method="POST", path="/servers/{server_id}/remote-consoles", handler=server_consoles.create,
          rule=rules.CONSOLES, late=True, body=schemas.REMOTE_CONSOLE, since=v("2.6")),
    Route(method="GET", path="/os-console-auth-tokens/{token}", handler=console_tokens.show, rule=rules.CONSOLE_TOKENS,
          query=loose_then_strict("2.99", ("2.1", {}))),
)
