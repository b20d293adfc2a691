"""Rules about servers, their metadata and tags."""

from nova_lite.api.policy import ADMIN, MEMBER_OR_ADMIN, READER_OR_ADMIN, Rule

_P = "os_compute_api:servers:"

INDEX = _P + "index"
DETAIL = _P + "detail"
ALL_TENANTS = _P + "index:get_all_tenants"
DETAIL_ALL_TENANTS = _P + "detail:get_all_tenants"
ALL_FILTERS = _P + "allow_all_filters"
SHOW = _P + "show"
HOST_STATUS = _P + "show:host_status"
HOST_UNKNOWN = _P + "show:host_status:unknown-only"
SHOW_EXTRA_SPECS = _P + "show:flavor-extra-specs"
ATTRIBUTES = "os_compute_api:os-extended-server-attributes"
CREATE = _P + "create"
FORCED_HOST = _P + "create:forced_host"
REQUESTED_DESTINATION = "compute:servers:create:requested_destination"
ZERO_DISK = _P + "create:zero_disk_flavor"
DELETE = _P + "delete"
UPDATE = _P + "update"

_M = "os_compute_api:server-metadata:"
METADATA_INDEX = _M + "index"
METADATA_SHOW = _M + "show"
METADATA_CREATE = _M + "create"
METADATA_UPDATE = _M + "update"
METADATA_UPDATE_ALL = _M + "update_all"
METADATA_DELETE = _M + "delete"

_T = "os_compute_api:os-server-tags:"
TAGS_INDEX = _T + "index"
TAGS_SHOW = _T + "show"
TAGS_UPDATE = _T + "update"
TAGS_UPDATE_ALL = _T + "update_all"
TAGS_DELETE = _T + "delete"
TAGS_DELETE_ALL = _T + "delete_all"

RULES = (
    Rule(INDEX, READER_OR_ADMIN, "List servers.", ("GET /servers",)),
    Rule(DETAIL, READER_OR_ADMIN, "List servers in full.", ("GET /servers/detail",)),
    Rule(ALL_TENANTS, ADMIN, "List servers of all projects.", ("GET /servers",)),
    Rule(DETAIL_ALL_TENANTS, ADMIN, "List servers of all projects in full.", ("GET /servers/detail",)),
    Rule(ALL_FILTERS, ADMIN, "Filter servers by what only admins see.", ("GET /servers", "GET /servers/detail")),
    Rule(SHOW, READER_OR_ADMIN, "Show a server.", ("GET /servers/{server_id}",)),
    Rule(HOST_STATUS, ADMIN, "See the state of a server's host.", ("GET /servers/{server_id}",)),
    Rule(HOST_UNKNOWN, ADMIN, "See of a server's host that nothing is known of it.", ("GET /servers/{server_id}",)),
    Rule(SHOW_EXTRA_SPECS, READER_OR_ADMIN, "See the extra specs in a server's flavor.", ("GET /servers/{server_id}",)),
    Rule(ATTRIBUTES, ADMIN, "See where a server runs and what it is called there.", ("GET /servers/{server_id}",)),
    Rule(CREATE, MEMBER_OR_ADMIN, "Create servers.", ("POST /servers",)),
    Rule(FORCED_HOST, ADMIN, "Create a server on a named host by zone:host.", ("POST /servers",)),
    Rule(REQUESTED_DESTINATION, ADMIN, "Create a server on a named host.", ("POST /servers",)),
    Rule(ZERO_DISK, ADMIN, "Create a server of a flavor without a disk from an image.", ("POST /servers",)),
    Rule(DELETE, MEMBER_OR_ADMIN, "Delete a server.", ("DELETE /servers/{server_id}",)),
    Rule(UPDATE, MEMBER_OR_ADMIN, "Change a server's name and description.", ("PUT /servers/{server_id}",)),
    Rule(METADATA_INDEX, READER_OR_ADMIN, "List a server's metadata.", ("GET /servers/{server_id}/metadata",)),
    Rule(METADATA_SHOW, READER_OR_ADMIN, "Show a metadata item.", ("GET /servers/{server_id}/metadata/{key}",)),
    Rule(METADATA_CREATE, MEMBER_OR_ADMIN, "Add metadata items.", ("POST /servers/{server_id}/metadata",)),
    Rule(METADATA_UPDATE, MEMBER_OR_ADMIN, "Set a metadata item.", ("PUT /servers/{server_id}/metadata/{key}",)),
    Rule(METADATA_UPDATE_ALL, MEMBER_OR_ADMIN, "Replace metadata.", ("PUT /servers/{server_id}/metadata",)),
    Rule(METADATA_DELETE, MEMBER_OR_ADMIN, "Delete a metadata item.", ("DELETE /servers/{server_id}/metadata/{key}",)),
    Rule(TAGS_INDEX, READER_OR_ADMIN, "List a server's tags.", ("GET /servers/{server_id}/tags",)),
    Rule(TAGS_SHOW, READER_OR_ADMIN, "Ask for a tag.", ("GET /servers/{server_id}/tags/{tag}",)),
    Rule(TAGS_UPDATE, MEMBER_OR_ADMIN, "Add a tag.", ("PUT /servers/{server_id}/tags/{tag}",)),
    Rule(TAGS_UPDATE_ALL, MEMBER_OR_ADMIN, "Replace the tags.", ("PUT /servers/{server_id}/tags",)),
    Rule(TAGS_DELETE, MEMBER_OR_ADMIN, "Delete a tag.", ("DELETE /servers/{server_id}/tags/{tag}",)),
    Rule(TAGS_DELETE_ALL, MEMBER_OR_ADMIN, "Delete the tags.", ("DELETE /servers/{server_id}/tags",)),
)
