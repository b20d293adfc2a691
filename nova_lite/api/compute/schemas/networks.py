"""What requests to the network proxies may hold, and those about the security groups of servers."""

from __future__ import annotations

from nova_lite.api.compute.schemas.types import ANY_TEXT, NUMBER_TEXT, Piece, query, struct, wrapped
from nova_lite.api.validation import Schema

_TEXT: Piece = {"type": "string", "maxLength": 255}
_GROUP_NAME: Piece = {"type": "string", "minLength": 1}
_NETWORK: Piece = {"type": ["string", "number"], "minLength": 1, "maxLength": 36}
_PORT: Piece = {"type": ["integer", "string", "null"], "maxLength": 10}
_ADDRESS: Piece = {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}

GROUP = wrapped("security_group", struct({"name": _TEXT, "description": _TEXT}, ("name",)))
RULE = wrapped("security_group_rule", struct({
    "parent_group_id": {"type": ["string", "integer", "null"]}, "group_id": {"type": ["string", "null"]},
    "ip_protocol": {"type": ["string", "null"], "maxLength": 20}, "from_port": _PORT, "to_port": _PORT,
    "cidr": {"type": ["string", "null"], "maxLength": 64},
}, ("parent_group_id",)))
GROUPS_QUERY = query({"limit": NUMBER_TEXT, "offset": NUMBER_TEXT, "all_tenants": ANY_TEXT}, strict=False)
ADD_GROUP = wrapped("addSecurityGroup", struct({"name": _GROUP_NAME}, ("name",)))
REMOVE_GROUP = wrapped("removeSecurityGroup", struct({"name": _GROUP_NAME}, ("name",)))
FLOATING = Schema(struct({"pool": {"type": ["string", "null"], "maxLength": 255}}))
ADD_FIXED = wrapped("addFixedIp", struct({"networkId": _NETWORK}, ("networkId",)))
REMOVE_FIXED = wrapped("removeFixedIp", struct({"address": _ADDRESS}, ("address",)))
ADD_FLOATING = wrapped("addFloatingIp", struct({"address": _ADDRESS, "fixed_address": _ADDRESS}, ("address",)))
REMOVE_FLOATING = wrapped("removeFloatingIp", struct({"address": _ADDRESS}, ("address",)))
