"""A request as a handler sees it, and a reply as a handler gives it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar, cast

import webob

from nova_lite.api.microversions import Microversion
from nova_lite.api.policy import Policy, Target
from nova_lite.core.context import RequestContext

S = TypeVar("S")

Json = Mapping[str, object]


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is more than a JSON object with the route's status.

    ``body`` bytes or ``stream`` are sent as they are with ``content_type``; ``json`` is encoded.
    """

    status: int | None = None
    json: object = None
    body: bytes | None = None
    stream: Iterable[bytes] | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)


class Query(dict[str, list[str]]):
    """Query parameters in order, each with all its values."""

    def one(self, name: str) -> str | None:
        """The last value of a parameter; None when it was not given."""
        values = self.get(name)
        return values[-1] if values else None


@dataclasses.dataclass(slots=True)
class Request(Generic[S]):
    """One request, authenticated, routed and validated.

    ``services`` are the dialect's collaborators, ``path`` the values of the template's names, ``body`` the parsed
    and validated JSON object (empty when the route declares none), ``base_url`` where the dialect is mounted as the
    client sees it, without a slash at the end.
    """

    http: webob.Request
    services: S
    policy: Policy
    context: RequestContext
    version: Microversion
    rule: str | None
    base_url: str
    path: Mapping[str, str]
    query: Query
    body: dict[str, object]
    authorized: bool = False

    def authorize(self, target: Target, rule: str | None = None) -> None:
        """Hold the route's rule (or another one) against what the handler found.

        :raises Forbidden: the rule does not admit this caller to this target.
        """
        name = rule or self.rule
        if name is None:
            raise RuntimeError("the route names no policy rule to authorize by")
        self.policy.require(self.context, name, target)
        self.authorized = True

    def allows(self, rule: str, target: Target | None = None) -> bool:
        """Whether a rule admits this caller; to its own project when no target is named."""
        return self.policy.allows(self.context, rule, self.own_target() if target is None else target)

    def own_target(self) -> dict[str, str | None]:
        """The caller's own project and user, as a policy target."""
        return {"project_id": self.context.project_id, "user_id": self.context.user_id}

    def member(self, name: str) -> dict[str, object]:
        """The object under ``name`` in the body; only for what the route's schema requires to be an object."""
        return cast("dict[str, object]", self.body[name])
