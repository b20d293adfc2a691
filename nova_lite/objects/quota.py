"""Quota: how much of the cloud a project may take."""

from __future__ import annotations

from nova_lite.objects.base import Value


class Quota(Value, frozen=True, kw_only=True):
    """Limits of a project; -1 means no limit. ``ram`` in MiB."""

    instances: int = 10
    cores: int = 20
    ram: int = 51200
    key_pairs: int = 100
    metadata_items: int = 128
    server_groups: int = 10
    server_group_members: int = 10


class Usage(Value, frozen=True, kw_only=True):
    """What a project has taken: sums over the ledger. ``ram`` in MiB."""

    instances: int = 0
    cores: int = 0
    ram: int = 0
