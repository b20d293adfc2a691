"""Who may share images, and who may answer. Targets: project_id (the owner), member_id (the member's project)."""

from __future__ import annotations

from nova_lite.api.policy import MEMBER_OR_ADMIN, Rule

LIST = "get_members"
GET = "get_member"
ADD = "add_member"
MODIFY = "modify_member"
DELETE = "delete_member"

_EITHER = (
    "rule:context_is_admin or (role:reader and (project_id:%(project_id)s or project_id:%(member_id)s))"
)

RULES = (
    Rule(LIST, _EITHER, "List an image's members.", ("GET /v2/images/{image_id}/members",)),
    Rule(GET, _EITHER, "Show an image's member.", ("GET /v2/images/{image_id}/members/{member_id}",)),
    Rule(ADD, MEMBER_OR_ADMIN, "Share an image.", ("POST /v2/images/{image_id}/members",)),
    Rule(MODIFY, "rule:context_is_admin or (role:member and project_id:%(member_id)s)", "Accept or reject an image.",
         ("PUT /v2/images/{image_id}/members/{member_id}",)),
    Rule(DELETE, MEMBER_OR_ADMIN, "End a sharing.", ("DELETE /v2/images/{image_id}/members/{member_id}",)),
)
