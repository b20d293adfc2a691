"""Who may do what with images. Targets: project_id (the owner), member_id (the caller as a member), visibility."""

from __future__ import annotations

from nova_lite.api.policy import ADMIN, MEMBER_OR_ADMIN, Rule

GET = "get_image"
LIST = "get_images"
ADD = "add_image"
MODIFY = "modify_image"
DELETE = "delete_image"
PUBLICIZE = "publicize_image"
COMMUNITIZE = "communitize_image"
UPLOAD = "upload_image"
DOWNLOAD = "download_image"
DEACTIVATE = "deactivate"
REACTIVATE = "reactivate"

_SEEN = (
    "rule:context_is_admin or role:service or (role:reader and (project_id:%(project_id)s or "
    "project_id:%(member_id)s or 'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s))"
)
_READER = "rule:context_is_admin or role:service or role:reader"

RULES = (
    Rule(GET, _SEEN, "Show an image.", ("GET /v2/images/{image_id}", "GET /v2/images/{image_id}/tasks")),
    Rule(LIST, _READER, "List images.", ("GET /v2/images",)),
    Rule(ADD, MEMBER_OR_ADMIN, "Create an image.", ("POST /v2/images",)),
    Rule(MODIFY, MEMBER_OR_ADMIN, "Change an image.",
         ("PATCH /v2/images/{image_id}", "PUT /v2/images/{image_id}/tags/{tag}",
          "DELETE /v2/images/{image_id}/tags/{tag}", "PUT /v2/images/{image_id}/stage",
          "POST /v2/images/{image_id}/import")),
    Rule(DELETE, MEMBER_OR_ADMIN, "Delete an image.", ("DELETE /v2/images/{image_id}",)),
    Rule(PUBLICIZE, ADMIN, "Make an image public.", ("POST /v2/images", "PATCH /v2/images/{image_id}")),
    Rule(COMMUNITIZE, MEMBER_OR_ADMIN, "Make an image a community image.",
         ("POST /v2/images", "PATCH /v2/images/{image_id}")),
    Rule(UPLOAD, MEMBER_OR_ADMIN, "Upload an image's data.", ("PUT /v2/images/{image_id}/file",)),
    Rule(DOWNLOAD, _SEEN.replace("role:reader", "role:member"), "Download an image's data.",
         ("GET /v2/images/{image_id}/file",)),
    Rule(DEACTIVATE, MEMBER_OR_ADMIN, "Withhold an image's data.",
         ("POST /v2/images/{image_id}/actions/deactivate",)),
    Rule(REACTIVATE, MEMBER_OR_ADMIN, "Give an image's data again.",
         ("POST /v2/images/{image_id}/actions/reactivate",)),
)
