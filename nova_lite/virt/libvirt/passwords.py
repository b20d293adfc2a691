"""Passwords inside guests, by libvirt's word to QEMU's guest agent."""

from __future__ import annotations

import logging

import libvirt

from nova_lite.core.errors import NovaLiteError
from nova_lite.objects.instance import Instance
from nova_lite.virt import agent
from nova_lite.virt.driver import DomainNotFound, HypervisorUnavailable
from nova_lite.virt.libvirt.connection import tolerate
from nova_lite.virt.libvirt.domains import Domains
from nova_lite.virt.libvirt.handles import Domain

LOG = logging.getLogger(__name__)

AGENT_TIMEOUT = 10  # seconds that an agent has for its answer; libvirt would wait for ever
_SILENT = (libvirt.VIR_ERR_AGENT_UNRESPONSIVE, libvirt.VIR_ERR_AGENT_UNSYNCED)
_NO_CHANNEL = libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED
_NOT_RUNNING = libvirt.VIR_ERR_OPERATION_INVALID
_NO_TIMEOUT = (libvirt.VIR_ERR_NO_SUPPORT, _NOT_RUNNING, _NO_CHANNEL)


class Passwords:
    """Implements :class:`nova_lite.virt.capabilities.Passwords`."""

    def __init__(self, domains: Domains) -> None:
        self._domains = domains

    def set_admin_password(self, instance: Instance, password: str) -> None:
        uuid, user = instance.uuid, agent.admin_user(instance)
        self._domains.run(uuid, "looking for the domain", lambda domain: domain.name())
        agent.need_agent(instance)
        try:
            self._domains.run(uuid, "setting a password", lambda domain: _set(domain, user, password))
        except (DomainNotFound, HypervisorUnavailable):
            raise
        except NovaLiteError as error:
            # What libvirt says stays here: an agent may say to it what it likes, the password too.
            code = error.details.get("libvirt_code")
            LOG.warning("the password of %s in %s is not set: error %s of libvirt", user, uuid, code)
            raise _refusal(uuid, code) from None


def _set(domain: Domain, user: str, password: str) -> None:
    tolerate(_NO_TIMEOUT, lambda: domain.agentSetResponseTimeout(AGENT_TIMEOUT, 0))
    domain.setUserPassword(user, password, 0)


def _refusal(uuid: str, code: object) -> NovaLiteError:
    if code == _NOT_RUNNING:
        return agent.not_set(uuid, f"instance {uuid} is not running")
    if code == _NO_CHANNEL:
        return agent.not_enabled(uuid)
    if code in _SILENT:
        return agent.silent(uuid)
    return agent.not_set(uuid, "error setting admin password")
