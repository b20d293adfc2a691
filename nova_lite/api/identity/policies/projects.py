"""Who may do what with projects."""

from __future__ import annotations

from nova_lite.api.identity.policies.rules import crud
from nova_lite.api.policy import ADMIN, ADMIN_OR_OWNER, Rule

_TAGS = "/v3/projects/{project_id}/tags"
_TAG = f"{_TAGS}/{{tag}}"

RULES = (
    *crud("project", "projects", show=ADMIN_OR_OWNER),
    Rule("identity:list_project_tags", ADMIN_OR_OWNER, "List a project's tags.", (f"GET {_TAGS}", f"HEAD {_TAGS}")),
    Rule("identity:get_project_tag", ADMIN_OR_OWNER, "Ask for a tag of a project.", (f"GET {_TAG}", f"HEAD {_TAG}")),
    Rule("identity:update_project_tags", ADMIN, "Replace a project's tags.", (f"PUT {_TAGS}",)),
    Rule("identity:create_project_tag", ADMIN, "Tag a project.", (f"PUT {_TAG}",)),
    Rule("identity:delete_project_tags", ADMIN, "Remove a project's tags.", (f"DELETE {_TAGS}",)),
    Rule("identity:delete_project_tag", ADMIN, "Remove a tag of a project.", (f"DELETE {_TAG}",)),
)
