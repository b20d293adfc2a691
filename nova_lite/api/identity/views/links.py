"""Where a record can be found."""

from __future__ import annotations


def self_link(base_url: str, plural: str, id: str) -> dict[str, str]:
    """``links`` of a record."""
    return {"self": f"{base_url}/v3/{plural}/{id}"}
