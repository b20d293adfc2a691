"""QEMU's guest agent: which guests have one, as whom it acts, and how it fails.

Which is Nova's libvirt driver's: without the image's property there is no channel and nothing is tried; an agent that
does not answer counts as something that cannot be done (501), everything else as refused by the state of the guest
(409).
"""

from __future__ import annotations

from nova_lite.objects.errors import AgentNotEnabled, AgentSilent, PasswordNotSet
from nova_lite.objects.image import ImageMeta
from nova_lite.objects.instance import Instance

ENABLED, USER, OS_TYPE = "hw_qemu_guest_agent", "os_admin_user", "os_type"
_TRUE = frozenset({"1", "t", "true", "on", "y", "yes"})


def has_agent(image: ImageMeta | None) -> bool:
    """Whether the image says that its guests have an agent."""
    return image is not None and image.properties.get(ENABLED, "").strip().lower() in _TRUE


def need_agent(instance: Instance) -> None:
    """:raises AgentNotEnabled: the instance's image does not say that it has one."""
    if not has_agent(instance.image):
        raise not_enabled(instance.uuid)


def admin_user(instance: Instance) -> str:
    """Whose password the administrator's is: the image says, or its system's custom."""
    properties = instance.image.properties if instance.image else {}
    windows = properties.get(OS_TYPE, "").lower() == "windows"
    return properties.get(USER) or ("Administrator" if windows else "root")


def not_enabled(uuid: str) -> AgentNotEnabled:
    """In Nova's words."""
    return AgentNotEnabled("QEMU guest agent is not enabled", instance=uuid)


def silent(uuid: str) -> AgentSilent:
    """In Nova's words."""
    return AgentSilent("Unable to set password on instance", instance=uuid)


def not_set(uuid: str, reason: str) -> PasswordNotSet:
    """In Nova's words."""
    return PasswordNotSet(f"Failed to set admin password on {uuid} because {reason}", instance=uuid)
