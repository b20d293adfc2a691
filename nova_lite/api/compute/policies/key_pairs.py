"""Rules about key pairs: they are their user's."""

from nova_lite.api.policy import Rule

_OWN = "rule:context_is_admin or user_id:%(user_id)s"

INDEX = "os_compute_api:os-keypairs:index"
CREATE = "os_compute_api:os-keypairs:create"
SHOW = "os_compute_api:os-keypairs:show"
DELETE = "os_compute_api:os-keypairs:delete"

RULES = (
    Rule(INDEX, _OWN, "List a user's key pairs.", ("GET /os-keypairs",)),
    Rule(CREATE, _OWN, "Create or import a key pair.", ("POST /os-keypairs",)),
    Rule(SHOW, _OWN, "Show a key pair.", ("GET /os-keypairs/{name}",)),
    Rule(DELETE, _OWN, "Delete a key pair.", ("DELETE /os-keypairs/{name}",)),
)
