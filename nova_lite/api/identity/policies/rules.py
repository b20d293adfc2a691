"""How most rules are made: administrators, or administrators and whom the record is about."""

from __future__ import annotations

from nova_lite.api.policy import ADMIN, Rule

# The target's user_id is the user that the record is, or belongs to.
OWNER = "user_id:%(user_id)s"
ADMIN_OR_SELF = f"{ADMIN} or {OWNER}"


def crud(name: str, plural: str, show: str = ADMIN) -> tuple[Rule, ...]:
    """The five rules of a collection; ``show`` is the check for showing one."""
    path = f"/v3/{plural}"
    one = f"{path}/{{{name}_id}}"
    return (
        Rule(f"identity:list_{plural}", ADMIN, f"List {plural}.", (f"GET {path}", f"HEAD {path}")),
        Rule(f"identity:get_{name}", show, f"Show a {name}.", (f"GET {one}", f"HEAD {one}")),
        Rule(f"identity:create_{name}", ADMIN, f"Create a {name}.", (f"POST {path}",)),
        Rule(f"identity:update_{name}", ADMIN, f"Change a {name}.", (f"PATCH {one}",)),
        Rule(f"identity:delete_{name}", ADMIN, f"Delete a {name}.", (f"DELETE {one}",)),
    )
