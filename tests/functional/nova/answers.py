"""An answer without what differs from cloud to cloud and from day to day: its status, its headers, its form."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import requests

Seen = dict[str, Any]

_HEADERS = ("OpenStack-API-Version", "X-OpenStack-Nova-API-Version", "Vary")
_THERE = ("X-OpenStack-Request-ID", "X-Compute-Request-ID", "Location", "Allow")
_KINDS = (
    ("uuid", re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")),
    ("time with fractions", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|\+00:00)?")),
    ("time with zone", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")),
    ("url", re.compile(r"https?://.*")),
)
# Whose keys are names that somebody gave: metadata, networks, hosts, counters of devices.
_NAMED = frozenset({"metadata", "addresses", "extra_specs", "properties", "hosts"})

# What a hypervisor says of itself, what has happened there, and hints: Nova shows lists where its own schema (and
# Tempest, which has it) has texts, as we do.
_OWN = frozenset(
    {"cpu_info", "uptime", "host_time", "users", "load_average", "dest_host", "updated_at", "scheduler_hints"}
)


def seen(answer: requests.Response) -> Seen:
    """What is compared of an answer."""
    headers = {name: answer.headers[name] for name in _HEADERS if name in answer.headers}
    headers |= {name: "there" for name in _THERE if name in answer.headers}
    if answer.ok:
        headers.pop("Allow", None)
    return {"status": answer.status_code, "headers": headers, "body": form(answer.content)}


def form(content: bytes) -> Any:
    """The form of a body: its keys, and for each value its kind; of a list, the forms that its items have."""
    if not content:
        return None
    try:
        return _form(json.loads(content))
    except ValueError:
        return "no JSON"


def _form(value: Any, key: str = "") -> Any:
    if key in _OWN:
        return "any"
    if isinstance(value, dict) and key in _NAMED:
        return {"*": forms} if (forms := _forms(value.values())) else {}
    if isinstance(value, dict):
        return {name: _form(item, name) for name, item in sorted(value.items())}
    if isinstance(value, list):
        return _forms(value)
    if isinstance(value, str):
        return next((kind for kind, pattern in _KINDS if pattern.fullmatch(value)), "text")
    return type(value).__name__


def _forms(values: Any) -> list[Any]:
    return [json.loads(text) for text in sorted({json.dumps(_form(value)) for value in values})]


def differences(theirs: Any, ours: Any, path: str = "") -> list[str]:
    """Where two answers differ, in words."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        found = []
        for key in sorted({*theirs, *ours}):
            found += differences(theirs.get(key, "nothing"), ours.get(key, "nothing"), f"{path}.{key}")
        return found
    return [] if theirs == ours else [f"{path.lstrip('.')}: Nova {theirs}, here {ours}"]


RECORDED = Path(__file__).with_name("answers.json")
