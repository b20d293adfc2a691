"""A noun that can be listed, shown, created, changed and deleted: its five handlers and their routes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from nova_lite.api.identity.services import IdentityServices
from nova_lite.api.policy import Target
from nova_lite.api.request import Json, Query, Request
from nova_lite.api.routing import Route
from nova_lite.api.validation import Schema
from nova_lite.core.errors import Invalid
from nova_lite.identity import Identity
from nova_lite.identity.store import Wanted

R = TypeVar("R")
M = TypeVar("M", bound=msgspec.Struct)

IdentityRequest = Request[IdentityServices]
Filter = Callable[[str], Wanted]

# Fields of every record that a client may send back to us but never set.
READ_ONLY = ("id", "links")


class Nouns(Protocol[R]):
    """What a collection works on; errors are those of :class:`nova_lite.identity.registry.Registry`."""

    def show(self, id: str) -> R: ...
    def list(self, **wanted: Wanted) -> Sequence[R]: ...
    def create(self, record: R) -> R: ...
    def update(self, id: str, changes: Mapping[str, object]) -> R: ...
    def delete(self, id: str) -> None: ...


@dataclasses.dataclass(frozen=True, kw_only=True)
class Collection(Generic[R]):
    """``name`` and ``plural`` as paths, bodies and rules call it.

    ``build`` makes a record of a create request's object, ``change`` the changed fields of an update's;
    ``filters`` say which query parameters select and how their text becomes a value; ``target`` is what the rule of
    showing one is held against (by default nothing of anybody's: for administrators); ``fixed`` fields never change.
    """

    name: str
    plural: str
    nouns: Callable[[Identity], Nouns[R]]
    build: Callable[[IdentityRequest, Mapping[str, object]], R]
    change: Callable[[Mapping[str, object]], dict[str, object]]
    view: Callable[[str, R], dict[str, object]]
    filters: Mapping[str, Filter]
    target: Callable[[IdentityRequest], Target] = lambda request: {}
    fixed: tuple[str, ...] = ("id",)

    def index(self, request: IdentityRequest) -> Json:
        wanted = select(request.query, self.filters)
        return self.page(request, self.nouns(request.services.identity).list(**wanted))

    def page(self, request: IdentityRequest, records: Sequence[R]) -> Json:
        """Records as a list answer, whatever route they come from."""
        return listing(request, self.plural, [self.view(request.base_url, record) for record in records])

    def show(self, request: IdentityRequest) -> Json:
        return self.one(request, self.nouns(request.services.identity).show(self.id_in(request)))

    def one(self, request: IdentityRequest, record: R) -> Json:
        """One record as an answer."""
        return {self.name: self.view(request.base_url, record)}

    def create(self, request: IdentityRequest) -> Json:
        record = self.build(request, request.member(self.name))
        return self.one(request, self.nouns(request.services.identity).create(record))

    def update(self, request: IdentityRequest) -> Json:
        body = request.member(self.name)
        self.refuse_moves(request, body)
        return self.one(request, self.nouns(request.services.identity).update(self.id_in(request), self.change(body)))

    def refuse_moves(self, request: IdentityRequest, body: Mapping[str, object]) -> None:
        """:raises Invalid: the body of an update gives a ``fixed`` field another value."""
        if any(name in body for name in self.fixed):
            record = self.nouns(request.services.identity).show(self.id_in(request))
            for name in self.fixed:
                if name in body and body[name] != getattr(record, name):
                    raise Invalid(f"{name} cannot be changed.", field=name)

    def delete(self, request: IdentityRequest) -> None:
        self.nouns(request.services.identity).delete(self.id_in(request))

    def id_in(self, request: IdentityRequest) -> str:
        """The record's id in the path."""
        return request.path[f"{self.name}_id"]

    def routes(self, create: Schema, update: Schema) -> tuple[Route[IdentityServices], ...]:
        """The five routes (and HEAD of those that show), with Keystone's rule names."""
        many, single = f"/v3/{self.plural}", f"/v3/{self.plural}/{{{self.name}_id}}"
        shows = (
            Route(method=method, path=path, handler=handler, rule=f"identity:{rule}", target=target)
            for method in ("GET", "HEAD")
            for path, handler, rule, target in (
                (many, self.index, f"list_{self.plural}", None), (single, self.show, f"get_{self.name}", self.target),
            )
        )
        rule = f"identity:{{}}_{self.name}".format
        return (
            *shows,
            Route(method="POST", path=many, handler=self.create, rule=rule("create"), body=create, success=201),
            Route(method="PATCH", path=single, handler=self.update, rule=rule("update"), body=update),
            Route(method="DELETE", path=single, handler=self.delete, rule=rule("delete"), success=204),
        )


def listing(request: IdentityRequest, plural: str, items: Sequence[Mapping[str, object]]) -> Json:
    """A list answer: everything, on one page."""
    return {plural: items, "links": {**own_link(request), "previous": None, "next": None}}


def own_link(request: IdentityRequest) -> dict[str, str]:
    """``links`` of what is no record and no list of any."""
    return {"self": f"{request.base_url}{request.http.path_info}"}


def select(query: Query, filters: Mapping[str, Filter]) -> dict[str, Wanted]:
    """The filters that a query asks for, by the field they select."""
    found: dict[str, Wanted] = {}
    for name, parse in filters.items():
        value = query.one(name)
        if value is not None:
            found[name] = parse(value)
    return found


def text(value: str) -> Wanted:
    """A filter of text."""
    return value


def flag(value: str) -> Wanted:
    """A filter of truth; an empty value is a yes.

    :raises Invalid: it is neither yes nor no.
    """
    if value.lower() not in ("0", "false", "1", "true", ""):
        raise Invalid(f"{value!r} is neither true nor false.")
    return value.lower() not in ("0", "false")


def split(body: Mapping[str, object], fields: Sequence[str]) -> dict[str, object]:
    """The record's own fields of a body as they are, the rest as ``extra``."""
    known = {name: body[name] for name in fields if name in body}
    known["extra"] = {name: value for name, value in body.items() if name not in fields and name not in READ_ONLY}
    return known


def made(kind: type[M], **fields: object) -> M:
    """A record from fields that a schema has admitted."""
    return msgspec.convert(fields, kind)


def text_in(body: Mapping[str, object], name: str) -> str:
    """A text in a body; empty when it is missing or null."""
    return str(body.get(name) or "")
