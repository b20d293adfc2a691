"""Passwords inside guests: what every driver refuses alike. A real agent: ``tests/e2e/cloud/test_inside.py``."""

from __future__ import annotations

import hashlib
import traceback

import pytest
from msgspec.structs import replace

from nova_lite.core.errors import NovaLiteError
from nova_lite.objects.errors import AgentNotEnabled, AgentSilent, PasswordNotSet
from nova_lite.virt.capabilities import Passwords, need
from nova_lite.virt.driver import GuestSpec
from tests.builders.guests import an_image
from tests.contract.virt.fake_lab import FakeLab
from tests.contract.virt.lab import Lab
from tests.contract.virt.libvirt_lab import QemuLab, TestDriverLab

SECRET = "k3pt-f0r-7he-6ue5t"


def can(lab: Lab) -> Passwords:
    return need(lab.driver.capabilities.passwords, "set passwords")


def boot(lab: Lab, **properties: str) -> GuestSpec:
    spec = lab.a_guest()
    spec = replace(spec, instance=replace(spec.instance, image=an_image(**properties)))
    lab.driver.create_disks(spec)
    lab.driver.spawn(spec)
    return spec


def refused(lab: Lab, spec: GuestSpec, kind: type[NovaLiteError], words: str) -> None:
    """A password is; the error and what led to it say nothing of it."""
    with pytest.raises(kind, match=words) as caught:
        can(lab).set_admin_password(spec.instance, SECRET)
    assert SECRET not in "".join(traceback.format_exception(caught.value)) + repr(caught.value.details)


def test_an_image_without_an_agent_has_no_passwords_set(lab: Lab) -> None:
    refused(lab, boot(lab), AgentNotEnabled, "QEMU guest agent is not enabled")
    refused(lab, boot(lab, hw_qemu_guest_agent="no"), AgentNotEnabled, "not enabled")


def test_a_guest_must_run_for_it(lab: Lab) -> None:
    spec = boot(lab, hw_qemu_guest_agent="yes")
    lab.driver.power_off(spec.instance.uuid, 0.0)
    refused(lab, spec, PasswordNotSet, "is not running")


@pytest.mark.parametrize(("properties", "user"), [
    ({}, "root"), ({"os_type": "linux"}, "root"), ({"os_type": "windows"}, "Administrator"),
    ({"os_type": "windows", "os_admin_user": "boss"}, "boss"),
])
def test_the_administrators_password_is_set(fake_lab: FakeLab, properties: dict[str, str], user: str) -> None:
    spec = boot(fake_lab, hw_qemu_guest_agent="yes", **properties)
    for password in ("first", SECRET, SECRET):
        can(fake_lab).set_admin_password(spec.instance, password)
    (kept,) = fake_lab.driver.hypervisor.get(spec.instance.uuid).passwords.items()
    assert kept == (user, hashlib.sha256(SECRET.encode()).hexdigest())


def test_libvirt_is_asked_to(test_driver_lab: TestDriverLab) -> None:
    spec = boot(test_driver_lab, hw_qemu_guest_agent="yes")
    can(test_driver_lab).set_admin_password(spec.instance, SECRET)


def test_a_silent_agent_is_none(qemu_lab: QemuLab, fake_lab: FakeLab) -> None:
    spec = boot(fake_lab, hw_qemu_guest_agent="yes")
    fake_lab.driver.hypervisor.agent_falls_silent(spec.instance.uuid)
    refused(fake_lab, spec, AgentSilent, "Unable to set password on instance")
    refused(qemu_lab, boot(qemu_lab, hw_qemu_guest_agent="yes"), AgentSilent, "Unable to set password on instance")


def test_a_guest_without_the_channel_has_no_agent(qemu_lab: QemuLab) -> None:
    spec = boot(qemu_lab)
    refused(qemu_lab, replace(spec, instance=replace(spec.instance, image=an_image(hw_qemu_guest_agent="yes"))),
            AgentNotEnabled, "not enabled")
