"""Quota: how much of the cloud a project may take."""

from __future__ import annotations

from typing import NamedTuple

from nova_lite.objects.base import Value
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.instance import Instance


class Quota(Value, frozen=True, kw_only=True):
    """Limits of a project; -1 means no limit. ``ram`` in MiB.

    ``injected_files`` are those of one server; their limits of bytes are for each. From ``fixed_ips`` on they are for
    old clients, which may set and see them: the network service has limits of its own.
    """

    instances: int = 10
    cores: int = 20
    ram: int = 51200
    key_pairs: int = 100
    metadata_items: int = 128
    server_groups: int = 10
    server_group_members: int = 10
    injected_files: int = 5
    injected_file_content_bytes: int = 10240
    injected_file_path_bytes: int = 255
    fixed_ips: int = -1
    floating_ips: int = -1
    security_groups: int = -1
    security_group_rules: int = -1


class Usage(Value, frozen=True, kw_only=True):
    """What a project has taken: sums over the ledger. ``ram`` in MiB."""

    instances: int = 0
    cores: int = 0
    ram: int = 0


class Size(NamedTuple):
    """How much of each an instance takes: memory in MiB, disk in GiB."""

    vcpus: int
    memory_mb: int
    disk_gb: int


def counted(instance: Instance, *wanted: Flavor) -> Size:
    """What quota counts for an instance: of its flavor, the one that it may go back to and those ``wanted``, the most.

    So whichever way a resize ends, what it ends with has been counted.
    """
    kept = instance.kept and instance.kept.flavor
    flavors = [instance.flavor, *wanted, *([kept] if kept else [])]
    return Size(*(max(sizes) for sizes in zip(*((it.vcpus, it.memory_mb, it.disk_gb) for it in flavors), strict=True)))
