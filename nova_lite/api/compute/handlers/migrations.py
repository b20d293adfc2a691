"""Migrations: resizes and moves of servers, as operators list them."""

from __future__ import annotations

from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Json, Request


def index(request: Request[ComputeServices]) -> Json:
    return {"migrations": []}
