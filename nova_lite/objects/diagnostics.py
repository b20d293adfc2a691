"""Diagnostics: what a hypervisor has counted of a running guest. None: it does not count that."""

from __future__ import annotations

from nova_lite.objects.base import Value


class CpuUse(Value, frozen=True, kw_only=True):
    """A virtual processor; ``time_ns`` it has run."""

    number: int
    time_ns: int | None = None


class DiskUse(Value, frozen=True, kw_only=True):
    """A disk, by the name that the guest's domain has for it."""

    device: str
    read_bytes: int | None = None
    read_requests: int | None = None
    write_bytes: int | None = None
    write_requests: int | None = None
    errors: int | None = None


class NicUse(Value, frozen=True, kw_only=True):
    """A network card; ``device`` is the host's end of it, empty where it has none. ``rx``: what the guest received."""

    mac_address: str
    device: str = ""
    rx_octets: int | None = None
    rx_packets: int | None = None
    rx_errors: int | None = None
    rx_drop: int | None = None
    tx_octets: int | None = None
    tx_packets: int | None = None
    tx_errors: int | None = None
    tx_drop: int | None = None


class Diagnostics(Value, frozen=True, kw_only=True):
    """Of one guest, at one moment; memory in KiB."""

    memory_kib: int
    memory_used_kib: int | None = None
    cpus: tuple[CpuUse, ...] = ()
    disks: tuple[DiskUse, ...] = ()
    nics: tuple[NicUse, ...] = ()
