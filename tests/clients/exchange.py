"""Requests as data, and what of their answers clients can tell: sent to two services, they say where these differ.

A file holds a request per line, in their order: ``who`` asks (the name of a token; empty: nobody), ``method``,
``path``, a ``body`` that is sent as JSON or a ``raw`` one, ``headers``; and ``keep``, names for parts of the answer
(``header:X-Name`` or a path of keys: ``roles.0.id``) by which later requests call them: ``{name}``. ``answer`` is what
the real service of ``tests/peers`` told (Keystone 30.0.0, Glance 33.0.0) when it was sent the file by an
:class:`Exchange`; ``ours`` is what we tell where that is something else, and docs/identity.md and docs/api/images.md
say why.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from pathlib import Path
from typing import Any

TOLD = ("Content-Type", "Vary")  # headers whose value counts
# Those that are there or not.
THERE = ("X-Subject-Token", "WWW-Authenticate", "Location", "Allow", "X-Openstack-Request-Id")

Ask = dict[str, Any]


def load(path: Path) -> list[Ask]:
    """The requests of a file."""
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


class Exchange:
    """Requests of one service, whose ``url`` has no version; ``names`` are what the first of them may call by name."""

    def __init__(self, url: str, names: Mapping[str, str]) -> None:
        self._url = url
        self._names = dict(names)

    def answer(self, ask: Ask) -> dict[str, object]:
        """Send one, and keep what it says is kept: status, headers and shape of the body."""
        try:
            with urllib.request.urlopen(self._request(ask), timeout=120) as response:
                status, received, content = response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                status, received, content = error.code, error.headers, error.read()
        document = _document(received, content)
        for name, where in ask.get("keep", {}).items():
            self._names[name] = _found(received, document, where)
        return {"status": status, "headers": _headers(received), "body": shape(document)}

    def _request(self, ask: Ask) -> urllib.request.Request:
        headers = dict(ask.get("headers", {}))
        data = ask["raw"].encode("latin-1") if "raw" in ask else None
        if "body" in ask:
            data = self._filled(json.dumps(ask["body"])).encode()
            headers = {"Content-Type": "application/json", **headers}
        if ask["who"]:
            headers["X-Auth-Token"] = f"{{{ask['who']}}}"
        filled = {name: self._filled(value) for name, value in headers.items()}
        return urllib.request.Request(f"{self._url}{self._filled(ask['path'])}", data, filled, method=ask["method"])

    def _filled(self, text: str) -> str:
        return re.sub(r"\{([a-z_0-9]+)\}", lambda found: self._names.get(found[1], found[0]), text)


def shape(value: object) -> object:
    """The keys and types of a document; of a list, each form that its items have."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in sorted(value.items())}
    if isinstance(value, list):
        return [json.loads(kind) for kind in sorted({json.dumps(shape(item)) for item in value})]
    return type(value).__name__


def _document(headers: Message[str, str], content: bytes) -> object:
    if "json" in headers.get("Content-Type", "") and content:
        return json.loads(content)
    return content.decode(errors="replace") if content else None


def _headers(received: Message[str, str]) -> dict[str, object]:
    told: dict[str, object] = {name: received.get(name) for name in TOLD if name in received}
    return told | {name: True for name in THERE if name in received}


def _found(headers: Message[str, str], document: Any, where: str) -> str:
    kind, colon, name = where.partition(":")
    if colon:
        return headers.get(name, "") if kind == "header" else ""
    for key in where.split("."):
        try:
            document = document[int(key) if key.isdigit() else key]
        except (KeyError, IndexError, TypeError):
            return f"no-{where}"
    return str(document)
