"""From an instance's fields to its columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nova_lite.objects.instance import Instance
from nova_lite.objects.quota import counted

_RENAMED = {"metadata": "instance_metadata"}


def values(instance: Instance) -> dict[str, Any]:
    """Every column of a new row."""
    return _columns(instance, Instance.__struct_fields__)


def changed_values(instance: Instance, changed: Iterable[str]) -> dict[str, Any]:
    """The columns of the fields that were ``changed``, and those that change with every save."""
    return _columns(instance, (*changed, "updated_at", "revision"))


def _columns(instance: Instance, fields: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in fields:
        found[_RENAMED.get(name, name)] = getattr(instance, name)
        found.update(_derived(instance, name))
    return found


def _derived(instance: Instance, name: str) -> dict[str, Any]:
    flavor, image = instance.flavor, instance.image
    if name == "flavor":
        return {"flavorid": flavor.flavorid} | counted(instance)._asdict()
    if name == "kept":
        return counted(instance)._asdict()
    if name == "image":
        return {"image_id": image.id if image else None}
    if name == "deleted_at":
        return {"deleted": "" if instance.deleted_at is None else instance.uuid}
    if name == "power_state":
        return {"power_state": int(instance.power_state)}
    return {}
