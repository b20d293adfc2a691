"""Weighers: each gives a host a raw number for a request; more is better. One idea a file, Nova's names."""

from __future__ import annotations

from nova_lite.scheduler.weighers.base import Weigher
from nova_lite.scheduler.weighers.cpu import CPUWeigher
from nova_lite.scheduler.weighers.ram import RAMWeigher

__all__ = ["CPUWeigher", "RAMWeigher", "Weigher"]
