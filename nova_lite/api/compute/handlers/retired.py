"""What Nova once had and has taken away: it is gone, and says so."""

from __future__ import annotations

from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.errors import Gone
from nova_lite.api.request import Json, Request


def gone(request: Request[ComputeServices]) -> Json:
    raise Gone("This API is no longer available.")
