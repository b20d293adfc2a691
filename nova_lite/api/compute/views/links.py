"""Links, as Nova writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode


def bookmark(base_url: str, path: str) -> dict[str, str]:
    """The permanent link of a thing: without a version."""
    return {"rel": "bookmark", "href": f"{base_url.rpartition('/')[0]}/{path}"}


def links(base_url: str, path: str) -> list[dict[str, str]]:
    """The links of ``path`` (``servers/ID``): within this version, and permanent."""
    return [{"rel": "self", "href": f"{base_url}/{path}"}, bookmark(base_url, path)]


def next_page(base_url: str, path: str, query: Mapping[str, Sequence[str]], marker: str) -> list[dict[str, str]]:
    """The link to the page that begins after ``marker``."""
    pairs = [(name, value) for name, values in query.items() if name != "marker" for value in values]
    return [{"rel": "next", "href": f"{base_url}/{path}?{urlencode([*pairs, ('marker', marker)])}"}]
