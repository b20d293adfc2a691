"""Claim: the conductor's word that an instance may live on a host."""

from __future__ import annotations

from nova_lite.objects.base import Value
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation


class ClaimRequest(Value, frozen=True, kw_only=True):
    """``candidates``: host names, best first. ``epoch`` is the operation's as the scheduler saw it."""

    operation_id: str
    epoch: int
    candidates: tuple[str, ...]


class ClaimGrant(Value, frozen=True, kw_only=True):
    """The instance with its host and the operation with its new epoch, ready to be cast to that host."""

    instance: Instance
    operation: Operation


class Refusal(Value, frozen=True, kw_only=True):
    """Why a filter refused a host. ``need`` and ``have`` are in ``unit``; None where the reason is not a number."""

    host: str
    filter: str
    reason: str
    need: float | None = None
    have: float | None = None
    unit: str = ""


class RequestSpec(Value, frozen=True, kw_only=True):
    """What a boot asks of a host. Sizes in MiB and GiB; ``requested_host`` leaves no other choice."""

    instance_uuid: str
    vcpus: int
    memory_mb: int
    disk_gb: int
    availability_zone: str | None = None
    requested_host: str | None = None
    excluded_hosts: tuple[str, ...] = ()


class Decision(Value, frozen=True, kw_only=True):
    """The record of one scheduling decision.

    ``candidates``: hosts that passed, best first. ``refusals``: the nearest misses, at most a few. ``summary``: how
    many hosts each filter refused and what would have been needed, without host names, fit for any user.
    """

    hosts: int
    candidates: tuple[str, ...] = ()
    refused: dict[str, int] = {}
    refusals: tuple[Refusal, ...] = ()
    summary: str = ""
