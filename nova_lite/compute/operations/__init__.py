"""Operations: what this host can do to an instance, each a visible list of steps and the state it ends in."""

from __future__ import annotations

from nova_lite.compute.operations import interfaces, makeover, move, suspension
from nova_lite.compute.operations.base import LifecycleOperation
from nova_lite.compute.operations.create import CreateOperation
from nova_lite.compute.operations.delete import DeleteOperation
from nova_lite.compute.operations.password import change_password
from nova_lite.compute.operations.power import pause, reboot, start, stop, unpause
from nova_lite.compute.operations.rebuild import rebuild
from nova_lite.compute.operations.snapshot import Imaging
from nova_lite.compute.steps.create_disks import CreateDisks
from nova_lite.compute.steps.fetch_image import FetchImage
from nova_lite.compute.steps.plug import Networks, Plug, Unplug
from nova_lite.objects.states import Action, Leg
from nova_lite.virt.capabilities import CapableDriver


def table(
    driver: CapableDriver, fetch_image: FetchImage, create_disks: CreateDisks, imaging: Imaging, moving: move.Moving,
    networks: Networks,
) -> dict[Action | Leg, LifecycleOperation]:
    """Every action, and every leg of a move, that a compute with this driver carries out."""
    plug = Plug(networks)
    return {
        **moving.legs(fetch_image, create_disks),
        Action.EVACUATE: move.evacuate(driver, fetch_image, create_disks, plug),
        Action.CREATE: CreateOperation(driver, fetch_image, create_disks, plug),
        Action.DELETE: DeleteOperation(driver, Unplug(networks), moving.parcels),
        Action.PAUSE: pause(driver),
        Action.UNPAUSE: unpause(driver),
        Action.STOP: stop(driver),
        Action.START: start(driver),
        Action.REBOOT: reboot(driver),
        Action.SUSPEND: suspension.suspend(driver),
        Action.RESUME: suspension.resume(driver),
        Action.CRASH_DUMP: suspension.crash_dump(driver),
        Action.CHANGE_PASSWORD: change_password(driver),
        Action.REBUILD: rebuild(driver, fetch_image, create_disks, plug),
        Action.CREATE_IMAGE: imaging.create_image(),
        Action.CREATE_BACKUP: imaging.create_backup(),
        Action.SHELVE: imaging.shelve(),
        Action.UNSHELVE: imaging.unshelve(fetch_image, create_disks),
        Action.RESIZE: makeover.resize(driver),
        Action.CONFIRM_RESIZE: makeover.confirm_resize(driver),
        Action.REVERT_RESIZE: makeover.revert_resize(driver),
        Action.RESCUE: makeover.rescue(driver, fetch_image.cache, create_disks),
        Action.UNRESCUE: makeover.unrescue(driver),
        Action.ATTACH_INTERFACE: interfaces.attach_interface(driver, networks),
        Action.REFRESH_INTERFACE: interfaces.refresh_interface(plug),
        Action.DETACH_INTERFACE: interfaces.detach_interface(driver, networks),
    }
