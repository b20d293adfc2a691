"""The marks on a domain: whose it is, and what it is for people and tools that know Nova's mark."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from nova_lite.core.clock import isoformat
from nova_lite.objects.flavor import Flavor
from nova_lite.virt.libvirt.plan import GuestPlan
from nova_lite.virt.libvirt.xml.elements import element

NAMESPACE = "urn:nova-lite:domain:1"
NOVA = "http://openstack.org/xmlns/libvirt/nova/1.1"

ET.register_namespace("nova-lite", NAMESPACE)
ET.register_namespace("nova", NOVA)


def metadata(plan: GuestPlan) -> ET.Element:
    """``<metadata>``: our owner mark, without which a domain is not ours, and Nova's description."""
    return element("metadata", _mark(plan), _nova(plan))


def _mark(plan: GuestPlan) -> ET.Element:
    return element(f"{{{NAMESPACE}}}instance", uuid=plan.instance.uuid, owner=plan.owner)


def _nova(plan: GuestPlan) -> ET.Element:
    instance = plan.instance
    root = element(_tag("root"), type="image", uuid=instance.image.id) if instance.image else None
    return element(
        _tag("instance"),
        element(_tag("package"), version=plan.version),
        element(_tag("name"), instance.display_name),
        element(_tag("creationTime"), isoformat(instance.created_at)),
        _flavor(instance.flavor),
        element(
            _tag("owner"),
            element(_tag("user"), uuid=instance.user_id),
            element(_tag("project"), uuid=instance.project_id),
        ),
        root,
    )


def _flavor(flavor: Flavor) -> ET.Element:
    return element(
        _tag("flavor"),
        element(_tag("memory"), str(flavor.memory_mb)),
        element(_tag("disk"), str(flavor.root_gb)),
        element(_tag("swap"), str(flavor.swap)),
        element(_tag("ephemeral"), str(flavor.ephemeral_gb)),
        element(_tag("vcpus"), str(flavor.vcpus)),
        name=flavor.name,
    )


def _tag(name: str) -> str:
    return f"{{{NOVA}}}{name}"
