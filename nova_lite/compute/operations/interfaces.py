"""Interfaces attached, detached and refreshed: the guest's states stay what they are."""

from __future__ import annotations

from nova_lite.compute.operations.base import StepList
from nova_lite.compute.steps.interfaces import AttachInterface, DetachInterface, PlugOne, UnplugOne
from nova_lite.compute.steps.plug import Networks, Plug
from nova_lite.compute.steps.wrapped import Lasting
from nova_lite.virt.capabilities import CapableDriver


def attach_interface(driver: CapableDriver, networks: Networks) -> StepList:
    return StepList("compute_attach_interface", None, (PlugOne(networks), AttachInterface(driver)))


def refresh_interface(plug: Plug) -> StepList:
    return StepList("compute_refresh_interface", None, (Lasting(plug),))


def detach_interface(driver: CapableDriver, networks: Networks) -> StepList:
    return StepList("compute_detach_interface", None, (DetachInterface(driver), UnplugOne(networks)))
