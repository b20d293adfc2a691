"""Resize with confirm and revert, rescue and unrescue."""

from __future__ import annotations

from nova_lite.compute.operations.base import StepList
from nova_lite.compute.steps import makeover as steps
from nova_lite.compute.steps.create_disks import CreateDisks
from nova_lite.compute.steps.fetch_image import ImageCache
from nova_lite.objects.states import VmState
from nova_lite.virt.capabilities import CapableDriver


def resize(driver: CapableDriver) -> StepList:
    return StepList("compute_resize_instance", VmState.RESIZED, (steps.Resize(driver),))


def confirm_resize(driver: CapableDriver) -> StepList:
    return StepList("compute_confirm_resize", VmState.ACTIVE, (steps.ConfirmResize(driver),))


def revert_resize(driver: CapableDriver) -> StepList:
    return StepList("compute_revert_resize", VmState.ACTIVE, (steps.RevertResize(driver),))


def rescue(driver: CapableDriver, cache: ImageCache, create_disks: CreateDisks) -> StepList:
    return StepList("compute_rescue_instance", VmState.RESCUED, (steps.RescueGuest(driver, cache, create_disks),))


def unrescue(driver: CapableDriver) -> StepList:
    return StepList("compute_unrescue_instance", VmState.ACTIVE, (steps.UnrescueGuest(driver),))
