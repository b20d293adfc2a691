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
    """Why a host was refused: ``filter`` by name, and a sentence with numbers."""

    host: str
    filter: str
    reason: str


class Decision(Value, frozen=True, kw_only=True):
    """The record of one scheduling decision; counts by filter, and the nearest misses."""

    hosts: int
    candidates: tuple[str, ...]
    refused: dict[str, int] = {}
    refusals: tuple[Refusal, ...] = ()
