"""Rules about what was used, what moved, and what other services report."""

from nova_lite.api.policy import ADMIN, MEMBER_OR_ADMIN, READER_OR_ADMIN, Rule

USAGE_LIST = "os_compute_api:os-simple-tenant-usage:list"
USAGE_SHOW = "os_compute_api:os-simple-tenant-usage:show"
AUDIT_LIST = "os_compute_api:os-instance-usage-audit-log:list"
AUDIT_SHOW = "os_compute_api:os-instance-usage-audit-log:show"
CLASS_SHOW = "os_compute_api:os-quota-class-sets:show"
CLASS_UPDATE = "os_compute_api:os-quota-class-sets:update"
EVENTS = "os_compute_api:os-server-external-events:create"
DIAGNOSTICS = "os_compute_api:os-server-diagnostics"
TOPOLOGY = "compute:server:topology:index"
MIGRATIONS = "os_compute_api:os-migrations:index"
SERVER_MIGRATIONS = "os_compute_api:servers:migrations:index"
SERVER_MIGRATION = "os_compute_api:servers:migrations:show"
MIGRATION_ABORT = "os_compute_api:servers:migrations:delete"
MIGRATION_FORCE = "os_compute_api:servers:migrations:force_complete"
PASSWORD_SHOW = "os_compute_api:os-server-password:show"
PASSWORD_CLEAR = "os_compute_api:os-server-password:clear"
ADDRESSES = "os_compute_api:ips:index"
ADDRESSES_SHOW = "os_compute_api:ips:show"

_S = "/servers/{server_id}"

RULES = (
    Rule(USAGE_LIST, ADMIN, "See what all projects have used.", ("GET /os-simple-tenant-usage",)),
    Rule(USAGE_SHOW, READER_OR_ADMIN, "See what a project has used.", ("GET /os-simple-tenant-usage/{project_id}",)),
    Rule(AUDIT_LIST, ADMIN, "See which hosts have been audited.", ("GET /os-instance_usage_audit_log",)),
    Rule(AUDIT_SHOW, ADMIN, "The same for an earlier period.", ("GET /os-instance_usage_audit_log/{before}",)),
    Rule(CLASS_SHOW, ADMIN, "See the limits of a class.", ("GET /os-quota-class-sets/{class}",)),
    Rule(CLASS_UPDATE, ADMIN, "Change the limits of a class.", ("PUT /os-quota-class-sets/{class}",)),
    Rule(EVENTS, "rule:service_api or rule:context_is_admin", "Report events of servers.",
         ("POST /os-server-external-events",)),
    Rule(DIAGNOSTICS, ADMIN, "See how a guest is doing.", (f"GET {_S}/diagnostics",)),
    Rule(TOPOLOGY, READER_OR_ADMIN, "See how a guest's memory and processors lie.", (f"GET {_S}/topology",)),
    Rule(MIGRATIONS, ADMIN, "List migrations.", ("GET /os-migrations",)),
    Rule(SERVER_MIGRATIONS, ADMIN, "List a server's live migrations.", (f"GET {_S}/migrations",)),
    Rule(SERVER_MIGRATION, ADMIN, "Show one of them.", (f"GET {_S}/migrations/{{migration_id}}",)),
    Rule(MIGRATION_ABORT, ADMIN, "Abort it.", (f"DELETE {_S}/migrations/{{migration_id}}",)),
    Rule(MIGRATION_FORCE, ADMIN, "Make it end.", (f"POST {_S}/migrations/{{migration_id}}/action (force_complete)",)),
    Rule(PASSWORD_SHOW, READER_OR_ADMIN, "See a guest's encrypted password.", (f"GET {_S}/os-server-password",)),
    Rule(PASSWORD_CLEAR, MEMBER_OR_ADMIN, "Forget a guest's password.", (f"DELETE {_S}/os-server-password",)),
    Rule(ADDRESSES, READER_OR_ADMIN, "List a server's addresses.", (f"GET {_S}/ips",)),
    Rule(ADDRESSES_SHOW, READER_OR_ADMIN, "List a server's addresses in a network.", (f"GET {_S}/ips/{{network}}",)),
)
