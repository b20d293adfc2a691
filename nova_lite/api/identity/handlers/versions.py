"""The version documents; readable without a token."""

from __future__ import annotations

from nova_lite.api.identity.collection import IdentityRequest
from nova_lite.api.request import Json, Reply

# The routes served are those of Keystone's API 3.14.
VERSION = "v3.14"


def _entry(base_url: str) -> dict[str, object]:
    return {
        "id": VERSION, "status": "stable", "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": f"{base_url}/v3/"}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
    }


def index(request: IdentityRequest) -> Reply:
    """All versions, with the status that says: choose."""
    headers = {"Location": f"{request.base_url}/v3/"}
    return Reply(status=300, json={"versions": {"values": [_entry(request.base_url)]}}, headers=headers)


def show(request: IdentityRequest) -> Json:
    return {"version": _entry(request.base_url)}
