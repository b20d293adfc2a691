"""Filters: each says of one host and one request why not, or nothing. One idea a file, Nova's names and meanings."""

from __future__ import annotations

from nova_lite.scheduler.filters.availability_zone import AvailabilityZoneFilter
from nova_lite.scheduler.filters.base import Filter
from nova_lite.scheduler.filters.compute import ComputeFilter
from nova_lite.scheduler.filters.core import CoreFilter
from nova_lite.scheduler.filters.disk import DiskFilter
from nova_lite.scheduler.filters.ram import RamFilter
from nova_lite.scheduler.filters.retry import RetryFilter

BUILT_IN: dict[str, type[Filter]] = {
    kind.__name__: kind
    for kind in (AvailabilityZoneFilter, ComputeFilter, CoreFilter, DiskFilter, RamFilter, RetryFilter)
}
