"""Rules about flavors."""

from nova_lite.api.policy import ADMIN, ANYONE, READER_OR_ADMIN, Rule

INDEX = "os_compute_api:flavors"
CREATE = "os_compute_api:os-flavor-manage:create"
UPDATE = "os_compute_api:os-flavor-manage:update"
DELETE = "os_compute_api:os-flavor-manage:delete"
ACCESS = "os_compute_api:os-flavor-access"
ADD_ACCESS = "os_compute_api:os-flavor-access:add_tenant_access"
REMOVE_ACCESS = "os_compute_api:os-flavor-access:remove_tenant_access"
SPECS_INDEX = "os_compute_api:os-flavor-extra-specs:index"
SPECS_SHOW = "os_compute_api:os-flavor-extra-specs:show"
SPECS_CREATE = "os_compute_api:os-flavor-extra-specs:create"
SPECS_UPDATE = "os_compute_api:os-flavor-extra-specs:update"
SPECS_DELETE = "os_compute_api:os-flavor-extra-specs:delete"

_SPECS = "/flavors/{flavor_id}/os-extra_specs"

RULES = (
    Rule(INDEX, ANYONE, "List and show flavors.", ("GET /flavors", "GET /flavors/detail", "GET /flavors/{flavor_id}")),
    Rule(CREATE, ADMIN, "Create a flavor.", ("POST /flavors",)),
    Rule(UPDATE, ADMIN, "Change a flavor's description.", ("PUT /flavors/{flavor_id}",)),
    Rule(DELETE, ADMIN, "Delete a flavor.", ("DELETE /flavors/{flavor_id}",)),
    Rule(ACCESS, ADMIN, "See who may use a private flavor.", ("GET /flavors/{flavor_id}/os-flavor-access",)),
    Rule(ADD_ACCESS, ADMIN, "Let a project use a private flavor.", ("POST /flavors/{flavor_id}/action",)),
    Rule(REMOVE_ACCESS, ADMIN, "Withdraw a private flavor from a project.", ("POST /flavors/{flavor_id}/action",)),
    Rule(SPECS_INDEX, READER_OR_ADMIN, "List extra specs.", (f"GET {_SPECS}",)),
    Rule(SPECS_SHOW, READER_OR_ADMIN, "Show an extra spec.", (f"GET {_SPECS}/{{key}}",)),
    Rule(SPECS_CREATE, ADMIN, "Set extra specs.", (f"POST {_SPECS}",)),
    Rule(SPECS_UPDATE, ADMIN, "Set one extra spec.", (f"PUT {_SPECS}/{{key}}",)),
    Rule(SPECS_DELETE, ADMIN, "Delete an extra spec.", (f"DELETE {_SPECS}/{{key}}",)),
)
