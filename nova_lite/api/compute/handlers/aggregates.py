"""Host aggregates: there are none in this cloud, and clients that show a hypervisor ask for them."""

from __future__ import annotations

from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Json, Request


def index(request: Request[ComputeServices]) -> Json:
    return {"aggregates": []}
