"""Once: what a client that asks twice, because it never heard the answer, is known by."""

from __future__ import annotations

from nova_lite.core.errors import Conflict
from nova_lite.objects.base import Value


class Once(Value, frozen=True, kw_only=True):
    """A request that is to be carried out once: its project's ``token``, and the ``fingerprint`` of what it asks."""

    project_id: str
    token: str
    fingerprint: str


class Repeated(Conflict):
    """The token has been used: by this very request, or by another one."""

    code = "idempotency.repeated"
