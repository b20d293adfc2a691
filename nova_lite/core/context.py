"""Who asks, in which request, until when: the value that travels with every call."""

from __future__ import annotations

import dataclasses

from nova_lite.core.ids import new_request_id


@dataclasses.dataclass(frozen=True, slots=True)
class RequestContext:
    """The circumstances of a request.

    ``request_id`` is given at the API and never changes on the way; ``deadline`` is seconds since the epoch after
    which the work is of no use to the caller. Ids are the identity service's; ``roles`` are names.
    """

    request_id: str
    user_id: str = ""
    project_id: str = ""
    roles: tuple[str, ...] = ()
    user_name: str = ""
    project_name: str = ""
    deadline: float | None = None

    @property
    def is_admin(self) -> bool:
        """True for a holder of the admin role."""
        return "admin" in self.roles

    def until(self, deadline: float) -> RequestContext:
        """The same request with an earlier deadline; a later one is not granted."""
        if self.deadline is not None and self.deadline <= deadline:
            return self
        return dataclasses.replace(self, deadline=deadline)


def system_context(request_id: str | None = None) -> RequestContext:
    """The context of work that a service does for itself: a periodic task, a recovery."""
    return RequestContext(request_id=request_id or new_request_id(), user_id="nova", roles=("admin", "service"))
