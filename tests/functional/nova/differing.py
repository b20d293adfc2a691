"""Where we answer otherwise than Nova, and why; docs/api tells users. Expressions of requests, by their keys."""

from __future__ import annotations

import re

_REASONS: tuple[tuple[str, str], ...] = (
    (r"^nobody ", "the recorded Nova has no Keystone in front"),
    (r"\[Content-Type|\[Accept|\[OpenStack-API-Version: (compute latest|COMPUTE)",
     "what is asked in which language is judged more strictly"),
    (r"/os-volume|/os-snapshots|/shares|/os-assisted|/os-baremetal", "not offered (docs/api/not-offered.md)"),
    (r"/diagnostics|os-getConsoleOutput|onsole|/topology", "Nova's fake guests have other consoles and counters"),
    (r"/extensions|/versions|/\.\.|GET /( |$)", "documents of our own"),
    (r"/images|createImage|createBackup", "the proxies name images by their address in our service"),
    (r"^(member|reader) .*(POST|PUT) .*\{", "who may not is told so before the body is looked at"),
    (r"changePassword|os-migrateLive|/os-hosts/[^ ]*/(reboot|shutdown|startup)|/images \{|resetNetwork|evacuate|"
     r"os-getRDP",
     "hosts cannot do it (docs/api/server-actions.md)"),
    (r"Version: 2.1,2.2|%00|%ff|/os-server-groups\?limit=0|os-instance-actions\?marker|/os-security-groups/x",
     "odd questions have plainer answers here"),
    (r"^\w+ [\d.]+ (HEAD|PATCH) ", "a method that a path does not have is 405 here, and 404 in Nova"),
    (r"2147483648", "numbers have 32 bits"),
    (r"/os-quota-sets/(none|x|\{nobody\}|scratch)|/os-simple-tenant-usage/|addTenantAccess",
     "projects are not looked up"),
    (r"/os-migrations|/migrations", "every move is listed by its operation; hosts have no dest_host"),
    (r" null$", "an action that is no object is a bad request, not an unknown route"),
    (r"/os-hypervisors/x|hypervisors\?marker", "clients look names up as ids first, and go on only after a 404"),
)
_EXPRESSIONS = tuple((re.compile(expression), reason) for expression, reason in _REASONS)


def reason(key: str) -> str:
    """Why a request is answered otherwise; nothing where it is not."""
    return next((why for expression, why in _EXPRESSIONS if expression.search(key)), "")
