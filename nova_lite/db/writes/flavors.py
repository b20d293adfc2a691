"""Writing flavors, their extra specs, and who may use those that are not public."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs
from sqlalchemy import delete, select, update

from nova_lite.core.errors import Conflict, NotFound
from nova_lite.db.models.flavors import FlavorExtraSpecRow, FlavorProjectRow, FlavorRow
from nova_lite.db.reads.flavors import not_found
from nova_lite.db.session import Tx
from nova_lite.objects.flavor import Flavor


def create(tx: Tx, flavor: Flavor) -> None:
    """Add a flavor with its extra specs and projects.

    :raises Conflict: its flavorid or its name is taken; in Nova's words.
    """
    taken = tx.row(select(FlavorRow).where(FlavorRow.name == flavor.name))
    clash = f"name {flavor.name}" if taken is not None else f"ID {flavor.flavorid}"
    values = structs.asdict(flavor)
    specs, projects = values.pop("extra_specs"), values.pop("projects")
    flavor_id = tx.insert_row(FlavorRow, values, duplicate=Conflict(f"Flavor with {clash} already exists."))
    tx.insert(FlavorExtraSpecRow, *({"flavor_id": flavor_id, "key": key, "value": specs[key]} for key in specs))
    tx.insert(FlavorProjectRow, *({"flavor_id": flavor_id, "project_id": project} for project in projects))


def set_description(tx: Tx, flavorid: str, description: str | None) -> None:
    """The one field of a flavor that may be changed. Raises NotFound."""
    statement = update(FlavorRow).where(FlavorRow.flavorid == flavorid).values(description=description)
    if not tx.change(statement):
        raise not_found(flavorid)


def remove(tx: Tx, flavorid: str) -> None:
    """Take a flavor from the offer; instances keep their copies. Raises NotFound."""
    if not tx.change(delete(FlavorRow).where(FlavorRow.flavorid == flavorid)):
        raise not_found(flavorid)


def set_extra_specs(tx: Tx, flavorid: str, specs: Mapping[str, str]) -> None:
    """Add or replace extra specs. Raises NotFound."""
    flavor_id = _id(tx, flavorid)
    rows = [{"flavor_id": flavor_id, "key": key, "value": value} for key, value in specs.items()]
    tx.upsert(FlavorExtraSpecRow, *rows, keys=("flavor_id", "key"), update=("value",))


def remove_extra_spec(tx: Tx, flavorid: str, key: str) -> None:
    """Remove an extra spec. Raises NotFound, in Nova's words."""
    matched = tx.change(
        delete(FlavorExtraSpecRow).where(
            FlavorExtraSpecRow.flavor_id == _id(tx, flavorid), FlavorExtraSpecRow.key == key
        )
    )
    if not matched:
        raise NotFound(f"Flavor {flavorid} has no extra specs with key {key}.")


def add_project(tx: Tx, flavorid: str, project_id: str) -> None:
    """Let a project use a flavor that is not public. Raises NotFound, Conflict."""
    clash = Conflict(f"Flavor access already exists for flavor {flavorid} and project {project_id} combination.")
    tx.insert(FlavorProjectRow, {"flavor_id": _id(tx, flavorid), "project_id": project_id}, duplicate=clash)


def remove_project(tx: Tx, flavorid: str, project_id: str) -> None:
    """Take that back. Raises NotFound, in Nova's words."""
    matched = tx.change(
        delete(FlavorProjectRow).where(
            FlavorProjectRow.flavor_id == _id(tx, flavorid), FlavorProjectRow.project_id == project_id
        )
    )
    if not matched:
        raise NotFound(f"Flavor access not found for {flavorid} / {project_id} combination.")


def _id(tx: Tx, flavorid: str) -> int:
    found = tx.scalar(select(FlavorRow.id).where(FlavorRow.flavorid == flavorid))
    if found is None:
        raise not_found(flavorid)
    return found
