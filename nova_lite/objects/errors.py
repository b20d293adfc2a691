"""Errors that more than one service speaks of."""

from __future__ import annotations

from nova_lite.core.errors import Conflict


class NoCapacity(Conflict):
    """None of the candidates fits any more."""

    code = "claim.no_capacity"


class Superseded(Conflict):
    """The operation is not this worker's any more: done, failed, replaced by a newer epoch or by a delete."""

    code = "operation.superseded"
