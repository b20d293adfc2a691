"""A noun of the network dialect: its handlers and routes, the same for all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from nova_lite.api.network import listing
from nova_lite.api.network.listing import Filters
from nova_lite.api.network.services import NetworkRequest, NetworkServices, viewer
from nova_lite.api.request import Json
from nova_lite.api.routing import Route
from nova_lite.api.validation import Schema
from nova_lite.core.errors import Invalid
from nova_lite.network.drafts import Change, Owned
from nova_lite.network.registry import Registry
from nova_lite.network.service import Networking
from nova_lite.objects.network import R

T = TypeVar("T", bound=msgspec.Struct)
N = TypeVar("N", bound=Owned)
C = TypeVar("C", bound=Change)

OBJECT = Schema({"type": "object"})

Before = Callable[[NetworkRequest, Any], None]


def anything(request: NetworkRequest, draft: object) -> None:
    """No further rules."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Collection(Generic[R, N, C]):
    """``name`` and ``plural`` as bodies and rules call it, ``path`` where it is.

    ``view`` shows several records at once, so that what belongs to them is asked for once. ``privileged`` are the
    attributes that need the rule ``create_NAME:ATTRIBUTE`` or ``update_NAME:ATTRIBUTE``, each with the value that
    everybody may give. ``admit`` and ``admit_change`` hold rules that need more than the body.
    """

    name: str
    plural: str
    path: str
    nouns: Callable[[Networking], Registry[R, N, C]]
    draft: type[N]
    change: type[C] | None
    view: Callable[[NetworkRequest, Sequence[R]], list[dict[str, object]]]
    filters: Filters
    privileged: Mapping[str, object] = dataclasses.field(default_factory=dict)
    admit: Before = anything
    admit_change: Callable[[NetworkRequest, R, Any], None] = lambda request, record, change: None

    def index(self, request: NetworkRequest) -> Json:
        asked = listing.parse(request, self.filters)
        found = self._nouns(request).page(asked)
        items = [listing.pick(request.query, item) for item in self.view(request, found)]
        return {self.plural: items, **listing.links(request, self.plural, [record.id for record in found], asked)}

    def show(self, request: NetworkRequest) -> Json:
        return {self.name: listing.pick(request.query, self._one(request, self.found(request)))}

    def create(self, request: NetworkRequest) -> Json:
        several = request.body.get(self.plural)
        bodies = several if isinstance(several, list) else [_object(request.body, self.name)]
        project_id, drafts = "", []
        for body in bodies:
            draft = read(self.draft, body)
            project_id = self._owner(request, draft)
            request.authorize({"project_id": project_id})
            self._check_privileges(request, body, project_id)
            self.admit(request, draft)
            drafts.append(draft)
        if not drafts:
            raise Invalid("Resource body required", field=self.plural)
        made = self.view(request, self._nouns(request).create(project_id, drafts))
        return {self.plural: made} if isinstance(several, list) else {self.name: made[0]}

    def update(self, request: NetworkRequest) -> Json:
        record = self.found(request)
        request.authorize({"project_id": record.project_id})
        body = _object(request.body, self.name)
        if self.change is None:
            raise Invalid(f"A {self.name} cannot be changed.")
        change = read(self.change, body)
        self._check_privileges(request, body, record.project_id)
        self.admit_change(request, record, change)
        return {self.name: self._one(request, self._nouns(request).update(record.id, change))}

    def delete(self, request: NetworkRequest) -> None:
        record = self.found(request)
        request.authorize({"project_id": record.project_id})
        self._nouns(request).delete(record.id)

    def found(self, request: NetworkRequest) -> R:
        """The record in the path, if it exists for the caller. Raises NotFound."""
        return self._nouns(request).show(viewer(request), request.path["id"])

    def routes(self) -> Iterator[Route[NetworkServices]]:
        """The five routes, with Neutron's rule names."""
        many, one = f"/v2.0/{self.path}", f"/v2.0/{self.path}/{{id}}"
        show = f"get_{self.name}"
        yield Route(method="GET", path=many, handler=self.index, rule=show)
        yield Route(method="GET", path=one, handler=self.show, rule=show)
        yield Route(
            method="POST", path=many, handler=self.create, rule=f"create_{self.name}", late=True, body=OBJECT,
            success=201,
        )
        if self.change is not None:
            yield Route(
                method="PUT", path=one, handler=self.update, rule=f"update_{self.name}", late=True, body=OBJECT
            )
        yield Route(
            method="DELETE", path=one, handler=self.delete, rule=f"delete_{self.name}", late=True, success=204
        )

    def _nouns(self, request: NetworkRequest) -> Registry[R, N, C]:
        return self.nouns(request.services.networking)

    def _one(self, request: NetworkRequest, record: R) -> dict[str, object]:
        return self.view(request, [record])[0]

    def _owner(self, request: NetworkRequest, draft: N) -> str:
        named = {value for value in (draft.project_id, draft.tenant_id) if isinstance(value, str)}
        if len(named) > 1:
            raise Invalid("'project_id' and 'tenant_id' do not match.", field="project_id")
        return named.pop() if named else request.context.project_id

    def _check_privileges(self, request: NetworkRequest, body: object, project_id: str) -> None:
        if not isinstance(body, dict):
            return
        for attribute, free in self.privileged.items():
            if attribute in body and body[attribute] != free:
                request.authorize({"project_id": project_id}, f"{request.rule}:{attribute}")


def read(kind: type[T], body: object) -> T:
    """A body as what it should be.

    :raises Invalid: names the attribute that it should not have, or that makes no sense.
    """
    try:
        return msgspec.convert(body, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(f"Invalid input for operation: {error}.") from None


def _object(body: Mapping[str, object], name: str) -> object:
    if name not in body:
        raise Invalid(f"Unable to find '{name}' in request body", field=name)
    return body[name]
