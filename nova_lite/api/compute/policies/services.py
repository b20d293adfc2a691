"""Rules about what the cloud is made of: services, hypervisors, zones, extensions."""

from nova_lite.api.policy import ADMIN, ANYONE, READER_OR_ADMIN, Rule

LIST = "os_compute_api:os-services:list"
UPDATE = "os_compute_api:os-services:update"
DELETE = "os_compute_api:os-services:delete"
_H = "os_compute_api:os-hypervisors:"
HYPERVISORS_LIST = _H + "list"
HYPERVISORS_DETAIL = _H + "list-detail"
HYPERVISORS_STATISTICS = _H + "statistics"
HYPERVISORS_SHOW = _H + "show"
HYPERVISORS_UPTIME = _H + "uptime"
HYPERVISORS_SEARCH = _H + "search"
HYPERVISORS_SERVERS = _H + "servers"
ZONES_LIST = "os_compute_api:os-availability-zone:list"
ZONES_DETAIL = "os_compute_api:os-availability-zone:detail"
EXTENSIONS = "os_compute_api:extensions"

RULES = (
    Rule(LIST, ADMIN, "List services.", ("GET /os-services",)),
    Rule(UPDATE, ADMIN, "Enable, disable or force down a service.", ("PUT /os-services/{service_id}",)),
    Rule(DELETE, ADMIN, "Forget a service.", ("DELETE /os-services/{service_id}",)),
    Rule(HYPERVISORS_LIST, ADMIN, "List hypervisors.", ("GET /os-hypervisors",)),
    Rule(HYPERVISORS_DETAIL, ADMIN, "List hypervisors in full.", ("GET /os-hypervisors/detail",)),
    Rule(HYPERVISORS_STATISTICS, ADMIN, "Sum up hypervisors.", ("GET /os-hypervisors/statistics",)),
    Rule(HYPERVISORS_SHOW, ADMIN, "Show a hypervisor.", ("GET /os-hypervisors/{hypervisor_id}",)),
    Rule(HYPERVISORS_UPTIME, ADMIN, "Ask how long a hypervisor is up.",
         ("GET /os-hypervisors/{hypervisor_id}/uptime",)),
    Rule(HYPERVISORS_SEARCH, ADMIN, "Find hypervisors by name.", ("GET /os-hypervisors/{pattern}/search",)),
    Rule(HYPERVISORS_SERVERS, ADMIN, "List the servers of hypervisors.", ("GET /os-hypervisors/{pattern}/servers",)),
    Rule(ZONES_LIST, READER_OR_ADMIN, "List availability zones.", ("GET /os-availability-zone",)),
    Rule(ZONES_DETAIL, ADMIN, "List availability zones with their hosts.", ("GET /os-availability-zone/detail",)),
    Rule(EXTENSIONS, ANYONE, "List extensions.", ("GET /extensions", "GET /extensions/{alias}")),
)
