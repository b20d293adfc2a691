"""Passwords in fake guests."""

from __future__ import annotations

import hashlib

from msgspec.structs import replace

from nova_lite.objects.instance import Instance
from nova_lite.objects.states import PowerState
from nova_lite.virt import agent
from nova_lite.virt.fake.hypervisor import FakeHypervisor
from nova_lite.virt.fake.trouble import Trouble


class FakePasswords:
    """Implements :class:`nova_lite.virt.capabilities.Passwords`: a guest remembers what its agent was told, hashed."""

    def __init__(self, hypervisor: FakeHypervisor, trouble: Trouble) -> None:
        self._hypervisor, self._trouble = hypervisor, trouble

    def set_admin_password(self, instance: Instance, password: str) -> None:
        uuid = instance.uuid
        with self._trouble.around("set_admin_password", uuid):
            domain = self._hypervisor.get(uuid)
            agent.need_agent(instance)
            if domain.power_state is not PowerState.RUNNING:
                raise agent.not_set(uuid, f"instance {uuid} is not running")
            if domain.silent:
                raise agent.silent(uuid)
            digest = hashlib.sha256(password.encode()).hexdigest()
            passwords = {**domain.passwords, agent.admin_user(instance): digest}
            self._hypervisor.put(replace(domain, passwords=passwords))
