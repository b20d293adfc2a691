"""The matrix's rows, out of the declared steps of the operations: a new action or step is covered, or fails here."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from graphlib import TopologicalSorter
from pathlib import Path

from nova_lite.compute import operations
from nova_lite.compute.operations.snapshot import Imaging
from nova_lite.compute.steps.create_disks import CreateDisks
from nova_lite.compute.steps.fetch_image import FetchImage
from nova_lite.core.context import RequestContext
from nova_lite.network.host.networks import NoNetworks
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.instance import Instance
from nova_lite.objects.states import Action
from nova_lite.virt.fake import FakeDriver, FakeSettings

# Steps without a driver's method, hence without gates of their own: the gates of their neighbours stand at their ends.
BETWEEN = frozenset({"fetch_image", "upload_image", "rotate_backups", "discard_shelved", "plug", "unplug"})


@dataclasses.dataclass(frozen=True)
class Row:
    """An action at one of its steps."""

    action: Action
    step: str


class _Images:
    """Nothing is fetched or sent: the steps are only looked at."""

    def fetch(self, context: RequestContext, meta: ImageMeta) -> Path:
        raise NotImplementedError

    def upload(self, context: RequestContext, image_id: str, path: Path) -> None:
        raise NotImplementedError

    def discard(self, context: RequestContext, image_id: str) -> None:
        raise NotImplementedError

    def remove(self, context: RequestContext, image_id: str) -> None:
        raise NotImplementedError

    def rotate(self, context: RequestContext, instance_uuid: str, backup_type: str, keep: int) -> None:
        raise NotImplementedError


def _no_drive(instance: Instance) -> Path:
    raise NotImplementedError


def declared() -> dict[Action, tuple[str, ...]]:
    """The names of the steps of every action."""
    driver, images, networks = FakeDriver(FakeSettings()), _Images(), NoNetworks()
    table = operations.table(
        driver, FetchImage(images), CreateDisks(driver, _no_drive, True), Imaging(driver, images, Path(), networks),
        networks,
    )
    return {action: tuple(step.name for step in operation.steps()) for action, operation in table.items()}


def rows(actions: Collection[Action]) -> list[Row]:
    """Every step with gates of these actions, in an order in which each can be reached with those before it closed."""
    steps = {action: names for action, names in declared().items() if action in actions}
    found = [Row(action, step) for action, names in steps.items() for step in names if step not in BETWEEN]
    order: TopologicalSorter[Row] = TopologicalSorter()
    for row in found:
        names = steps[row.action]
        passed = names[: names.index(row.step)]
        order.add(row)
        for other in found:
            if other.step in passed:
                order.add(other, row)  # its gate closes only when this row has passed it
    return list(order.static_order())
