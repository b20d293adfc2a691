"""Options of scheduler and conductor."""

from __future__ import annotations

import dataclasses

from nova_lite.conf.options import option


@dataclasses.dataclass(frozen=True, kw_only=True)
class SchedulerSettings:
    """[scheduler]"""

    filters: tuple[str, ...] = option(
        ("RetryFilter", "ComputeFilter", "AvailabilityZoneFilter", "RamFilter", "CoreFilter", "DiskFilter"),
        "Filters that a host must pass, in this order: the cheapest first.",
    )
    ram_weight: float = option(1.0, "Weight of free memory: above 0 spreads guests, below 0 packs them.")
    cpu_weight: float = option(1.0, "Weight of free virtual CPUs: above 0 spreads guests, below 0 packs them.")
    max_candidates: int = option(10, "Hosts offered to one claim, best first.", minimum=1)
    shuffle_best: int = option(
        3, "The first so many hosts are offered in random order, so that schedulers do not herd onto one.", minimum=1,
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConductorSettings:
    """[conductor]"""

    workers: int = option(2, "Worker processes.", minimum=1)
    lease: float = option(60.0, "Seconds that a worker owns an operation before it must renew.", minimum=1)
    max_attempts: int = option(3, "Hosts that a boot is tried on at most.", minimum=1)
    requeue_after: float = option(
        2.0, "Seconds after which an operation that nobody began is cast again; then after twice as long each time.",
        minimum=1,
    )
    reaper_interval: float = option(1.0, "Seconds between two looks for operations that are stuck.", minimum=0.1)
    host_down_after: float = option(30.0, "Seconds without a report after which a host counts as down.", minimum=1)
    audit_interval: float = option(
        300.0, "Seconds between two audits of the records and the hosts, which mend nothing.", minimum=1,
    )
    health_port: int = option(
        0, "Port of 127.0.0.1 on which a conductor answers /health and /metrics; 0: none.", minimum=0, maximum=65535,
    )
    create_deadline: float = option(600.0, "Seconds that a boot may take from the request to its end.", minimum=1)
    action_deadline: float = option(300.0, "Seconds that any other action may take.", minimum=1)
