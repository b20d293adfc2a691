"""The JSON patch dialects of the image API: reading one, and applying it to a flat document. Pure but for the read.

2.1 has the form of RFC 6902 with the operations add, remove and replace; 2.0 names the operation by a member of its
own (``{"replace": "/name", "value": "x"}``) and lets ``add`` only add.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, cast

import webob

from nova_lite.api.bodies import Stream, parsed
from nova_lite.api.errors import UnsupportedMediaType
from nova_lite.api.image.schemas.images import WRITABLE
from nova_lite.core.errors import Conflict, Forbidden, Invalid, TooLarge

V20 = "application/openstack-images-v2.0-json-patch"
V21 = "application/openstack-images-v2.1-json-patch"
MAX_BODY = 256 * 1024  # bytes

_OPERATIONS = ("add", "remove", "replace")

Verb = Literal["add", "remove", "replace"]


class Operation(NamedTuple):
    """One change of one top-level member. ``overwrites``: an ``add`` may meet what is there."""

    verb: Verb
    name: str
    value: object
    overwrites: bool


def read(http: webob.Request) -> list[Operation]:
    """The patch in a request's body.

    :raises UnsupportedMediaType: it is not in one of the two dialects.
    :raises Invalid: it is malformed. :raises TooLarge: longer than 256 KiB.
    """
    kind = http.content_type
    if kind not in (V20, V21):
        raise UnsupportedMediaType(f"Unsupported Content-Type {kind}; {V21} is expected", content_type=kind)
    raw = Stream(http).read(min(http.content_length or MAX_BODY + 1, MAX_BODY + 1))
    if len(raw) > MAX_BODY:
        raise TooLarge(f"The request body is longer than the limit of {MAX_BODY} bytes.", limit=MAX_BODY)
    document = parsed(raw)
    if not isinstance(document, list):
        raise Invalid("Request body must be a JSON array of operation objects.")
    return [_operation(item, kind == V21) for item in document]


def apply(document: Mapping[str, object], patch: list[Operation]) -> dict[str, object]:
    """The document after a patch.

    :raises Conflict: what is to be replaced or removed is not there, or what is to be added is.
    :raises Forbidden: a base property is removed.
    """
    changed = dict(document)
    for operation in patch:
        _apply(changed, operation)
    return changed


def _apply(document: dict[str, object], operation: Operation) -> None:
    name = operation.name
    if operation.verb == "remove" and name in WRITABLE:
        raise Forbidden(f"Property {name} may not be removed.", field=name)
    if operation.verb != "add" and name not in document:
        raise Conflict(f"Property {name} does not exist.", field=name)
    if operation.verb == "add" and name in document and not operation.overwrites:
        raise Conflict(f"Property {name} already present.", field=name)
    if operation.verb == "remove":
        del document[name]
    else:
        document[name] = operation.value


def _operation(item: object, modern: bool) -> Operation:
    if not isinstance(item, dict):
        raise Invalid("Operations must be JSON objects.")
    verb, path = _verb_and_path(item, modern)
    if verb == "remove":
        return Operation("remove", _name(path), None, modern)
    if "value" not in item:
        raise Invalid(f'Operation "{verb}" requires a member named "value".', field="value")
    return Operation(verb, _name(path), item["value"], modern)


def _verb_and_path(item: dict[str, object], modern: bool) -> tuple[Verb, object]:
    if modern:
        verb, path = item.get("op"), item.get("path")
        if verb is None or path is None:
            raise Invalid('Operation objects must contain the members "op" and "path".')
    else:
        found = [name for name in _OPERATIONS if name in item]
        if len(found) != 1:
            raise Invalid(f"Operation objects must contain exactly one member named {', '.join(_OPERATIONS)}.")
        verb, path = found[0], item[found[0]]
    if verb not in _OPERATIONS:
        raise Invalid(f"Operations must be one of {', '.join(_OPERATIONS)}, not {verb!r}.", field="op")
    return cast("Verb", verb), path


def _name(path: object) -> str:
    """The top-level member that a JSON pointer points at; nothing deeper can be patched."""
    if not isinstance(path, str) or not path.startswith("/"):
        raise Invalid(f"Pointer `{path}` does not start with \"/\".", field="path")
    name = path[1:]
    if not name or "/" in name or name.isspace():
        raise Invalid(f"Invalid JSON pointer for this resource: `{path}`", field="path")
    if any(after not in "01" for after in (part[:1] or "x" for part in name.split("~")[1:])):
        raise Invalid(f"Pointer `{path}` contains \"~\" not part of a recognized escape sequence.", field="path")
    return name.replace("~1", "/").replace("~0", "~")
