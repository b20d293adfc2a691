"""Rules about limits and quotas."""

from nova_lite.api.policy import ADMIN, ANYONE, READER_OR_ADMIN, Rule

LIMITS = "os_compute_api:limits"
OTHER_PROJECT = "os_compute_api:limits:other_project"
SHOW = "os_compute_api:os-quota-sets:show"
DETAIL = "os_compute_api:os-quota-sets:detail"
DEFAULTS = "os_compute_api:os-quota-sets:defaults"
UPDATE = "os_compute_api:os-quota-sets:update"
DELETE = "os_compute_api:os-quota-sets:delete"

_ONE = "/os-quota-sets/{project_id}"

RULES = (
    Rule(LIMITS, ANYONE, "See one's own limits.", ("GET /limits",)),
    Rule(OTHER_PROJECT, ADMIN, "See the limits of another project.", ("GET /limits",)),
    Rule(SHOW, READER_OR_ADMIN, "See the quotas of a project.", (f"GET {_ONE}",)),
    Rule(DETAIL, READER_OR_ADMIN, "See the quotas of a project and what is used.", (f"GET {_ONE}/detail",)),
    Rule(DEFAULTS, ANYONE, "See the default quotas.", (f"GET {_ONE}/defaults",)),
    Rule(UPDATE, ADMIN, "Change the quotas of a project.", (f"PUT {_ONE}",)),
    Rule(DELETE, ADMIN, "Return a project to the default quotas.", (f"DELETE {_ONE}",)),
)
