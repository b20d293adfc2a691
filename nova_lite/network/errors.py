"""Errors of this room."""

from __future__ import annotations

from nova_lite.core.errors import Conflict


class OverQuota(Conflict):
    """A project has as many records of a kind as it may. Neutron tells it as a conflict."""

    code = "network.over_quota"


class NoMoreAddresses(Conflict):
    """Every address of every subnet that would do is taken."""

    code = "network.no_more_addresses"
