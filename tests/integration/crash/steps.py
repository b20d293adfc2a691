"""The matrix's rows, out of the declared steps of the operations: a new action or step is covered, or fails here."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence
from graphlib import TopologicalSorter
from pathlib import Path

from nova_lite.compute import operations
from nova_lite.compute.operations.move import Moving
from nova_lite.compute.operations.snapshot import Imaging
from nova_lite.compute.steps.create_disks import CreateDisks
from nova_lite.compute.steps.fetch_image import FetchImage
from nova_lite.core.context import RequestContext
from nova_lite.network.host.networks import NoNetworks
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.instance import Instance
from nova_lite.objects.states import Action, Leg
from nova_lite.virt.fake import FakeDriver, FakeSettings

# Steps without a driver's method, hence without gates of their own: the gates of their neighbours stand at their ends.
BETWEEN = frozenset({
    "fetch_image", "upload_image", "rotate_backups", "discard_shelved", "plug", "unplug", "send_disk", "fetch_disk",
    "discard_disk",
})
HOME, AWAY, BARRED = "h1", "h2", "h3"  # where servers live, where they move to, and where they cannot start
# Which legs an action has behind it when it comes to one, and where each is carried out.
BEFORE = {Leg.ARRIVE: (Leg.DEPART,), Leg.FALL_BACK: (Leg.DEPART,), Leg.RETURN: (Leg.LEAVE,)}
ELSEWHERE = {Leg.ARRIVE: AWAY, Leg.LEAVE: AWAY}


@dataclasses.dataclass(frozen=True)
class Row:
    """An action, or a leg of a move, at one of its steps."""

    work: Action | Leg
    step: str

    @property
    def host(self) -> str:
        return host_of(self.work)


def host_of(work: Action | Leg) -> str:
    """The host that carries it out."""
    return ELSEWHERE.get(work, HOME) if isinstance(work, Leg) else HOME


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

    def is_sent(self, context: RequestContext, parcel_id: str) -> bool:
        raise NotImplementedError

    def send(self, context: RequestContext, parcel_id: str, path: Path) -> None:
        raise NotImplementedError

    def meta(self, context: RequestContext, parcel_id: str) -> ImageMeta:
        raise NotImplementedError


def _no_drive(instance: Instance, admin_pass: str | None, *, rescue: bool = False) -> Path:
    raise NotImplementedError


def declared() -> dict[Action | Leg, tuple[str, ...]]:
    """The names of the steps of every action and of every leg of a move."""
    driver, images, networks = FakeDriver(FakeSettings()), _Images(), NoNetworks()
    table = operations.table(
        driver, FetchImage(images), CreateDisks(driver, _no_drive, True), Imaging(driver, images, Path(), networks),
        Moving(driver, images, Path(), networks), networks,
    )
    return {work: tuple(step.name for step in operation.steps()) for work, operation in table.items()}


def rows(works: Collection[Action | Leg]) -> list[Row]:
    """Every step with gates of these."""
    steps = declared()
    return [Row(work, step) for work in steps if work in works for step in steps[work] if step not in BETWEEN]


def batches(rows: Collection[Row]) -> Iterator[Sequence[Row]]:
    """The rows in an order in which each can be reached with the gates of those before it, and of its batch, closed."""
    steps = declared()
    order: TopologicalSorter[Row] = TopologicalSorter()
    for row in rows:
        order.add(row)
        for other in rows:
            if (other.host, other.step) in _passed(row, steps):
                order.add(other, row)  # its gate closes only when this row has passed it
    order.prepare()
    while batch := order.get_ready():
        yield batch
        order.done(*batch)


def _passed(row: Row, steps: dict[Action | Leg, tuple[str, ...]]) -> set[tuple[str, str]]:
    """The gates, by host and step, that a row has behind it."""
    names = steps[row.work]
    legs = BEFORE.get(row.work, ()) if isinstance(row.work, Leg) else ()
    behind = {(host_of(leg), step) for leg in legs for step in steps[leg]}
    return behind | {(row.host, step) for step in names[: names.index(row.step)]}
