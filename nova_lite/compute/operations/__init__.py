"""Operations: what this host can do to an instance, each a visible list of steps and the state it ends in."""

from __future__ import annotations

from nova_lite.compute.operations.base import LifecycleOperation
from nova_lite.compute.operations.create import CreateOperation
from nova_lite.compute.operations.delete import DeleteOperation
from nova_lite.compute.operations.power import pause, reboot, start, stop, unpause
from nova_lite.compute.steps.create_disks import CreateDisks
from nova_lite.compute.steps.fetch_image import FetchImage
from nova_lite.objects.states import Action
from nova_lite.virt.driver import VirtDriver


def table(
    driver: VirtDriver, fetch_image: FetchImage, create_disks: CreateDisks
) -> dict[Action, LifecycleOperation]:
    """Every action that a compute with this driver carries out."""
    return {
        Action.CREATE: CreateOperation(driver, fetch_image, create_disks),
        Action.DELETE: DeleteOperation(driver),
        Action.PAUSE: pause(driver),
        Action.UNPAUSE: unpause(driver),
        Action.STOP: stop(driver),
        Action.START: start(driver),
        Action.REBOOT: reboot(driver),
    }
