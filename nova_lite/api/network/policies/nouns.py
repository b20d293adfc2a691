"""The rules that every noun has, with Neutron's names."""

from __future__ import annotations

from nova_lite.api.policy import ADMIN, MEMBER_OR_ADMIN, READER_OR_ADMIN, Rule


def noun(name: str, path: str, *privileged: str) -> tuple[Rule, ...]:
    """Rules of showing, making, changing and deleting; and of attributes that only administrators may set.

    What can be seen is decided by the records: a project's own, and what is shared with it.
    """
    many, one = f"/v2.0/{path}", f"/v2.0/{path}/{{id}}"
    return (
        Rule(f"get_{name}", READER_OR_ADMIN, f"See {name}s.", (f"GET {many}", f"GET {one}")),
        Rule(f"create_{name}", MEMBER_OR_ADMIN, f"Make a {name}.", (f"POST {many}",)),
        Rule(f"update_{name}", MEMBER_OR_ADMIN, f"Change a {name}.", (f"PUT {one}",)),
        Rule(f"delete_{name}", MEMBER_OR_ADMIN, f"Delete a {name}.", (f"DELETE {one}",)),
        *(
            Rule(f"{verb}_{name}:{attribute}", ADMIN, f"Set {attribute} of a {name}.")
            for verb in ("create", "update") for attribute in privileged
        ),
    )
