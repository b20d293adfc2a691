"""A dialect: a table of routes, served. Everything between the URL and the handler happens here, in this order:

microversion, route, token, method, action, policy, query, body, handler, reply.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import parse_qsl

import msgspec
import webob

from nova_lite.api import bodies
from nova_lite.api.announcement import Tell, announce, silent
from nova_lite.api.environ import context_of, reply_headers_of, request_id_of
from nova_lite.api.errors import MethodNotAllowed, NotAcceptable
from nova_lite.api.microversions import UNVERSIONED, Microversion, VersionRange
from nova_lite.api.policy import Policy
from nova_lite.api.request import Json, Query, Reply, Request
from nova_lite.api.routing import Match, Route, Router, at
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Forbidden, Invalid, NotFound, Unauthenticated

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

S = TypeVar("S")

_PROJECT = re.compile(r"^[0-9a-f]{32}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Frame:
    """What every dialect needs: where clients find us, how much they may send, who may do what, who is told of it."""

    public_url: str
    max_request_body: int
    policy: Policy
    tell: Tell = silent


class Dialect(Generic[S]):
    """A WSGI application over a table of routes.

    ``versions`` is None where a dialect has no microversions. Where everything ``belongs`` to projects, a token must be
    scoped to one; in a ``by_project`` dialect the first segment may be its id besides. Changes are announced, but for
    those that are told of ``elsewhere``. ``varies`` names headers on which every answer depends. Errors leave as
    exceptions; the fault filter in front renders them.
    """

    def __init__(
        self,
        routes: Sequence[Route[S]],
        services: S,
        frame: Frame,
        *,
        versions: VersionRange | None = None,
        belongs: bool = False,
        by_project: bool = False,
        elsewhere: Collection[str] = (),
        varies: str = "",
    ) -> None:
        self._varies = varies
        self._elsewhere = elsewhere
        self._router = Router(routes)
        self._services = services
        self._frame = frame
        self._versions = versions
        self._belongs, self._by_project = belongs or by_project, by_project

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        http = webob.Request(environ)
        if self._varies:
            reply_headers_of(environ)["Vary"] = self._varies
        version = self._negotiate(http)
        path, project = self._path(http)
        # In the compute dialect a path that ends in a slash names something with an empty id: there is no such thing.
        nameless = self._versions is not None and path.rstrip("/") not in ("", path)
        match = None if nameless else self._router.match(path)
        context = context_of(environ)
        if context is None and not (match and any(route.public for route in match.routes)):
            raise Unauthenticated("The request you have made requires authentication.")
        if match is None:
            raise NotFound("The resource could not be found.")
        if project and context is not None and project != context.project_id:
            raise Invalid(
                f"Malformed request URL: URL's project_id '{project}' doesn't match "
                f"Context's project_id '{context.project_id}'"
            )
        route, body = self._route(http, match, version)
        request = self._request(http, route, match, version, context)
        self._admit(request, route, context)
        request.query = _query(http, route, version)
        request.body = _checked(route, body, version)
        outcome = route.handler(request)
        if route.late and not request.authorized:
            raise RuntimeError(f"{route.method} {route.path} answered without authorizing")
        response = _reply(route, outcome, version)
        if self._frame.tell is not silent:
            announce(request, route, outcome, response.status_int, self._frame.tell, self._elsewhere)
        return response(environ, start_response)

    def _negotiate(self, http: webob.Request) -> Microversion:
        if self._versions is None:
            return UNVERSIONED
        headers = reply_headers_of(http.environ)
        try:
            version = self._versions.negotiate(http.headers)
        except NotAcceptable as error:
            asked = Microversion.parse(str(error.details["version"]))
            headers.update(self._versions.reply_headers(asked))  # what was asked for, as Nova tells it
            raise
        headers.update(self._versions.reply_headers(version))
        return version

    def _path(self, http: webob.Request) -> tuple[str, str | None]:
        try:
            path = http.path_info
        except UnicodeDecodeError:
            raise Invalid("The URL is not UTF-8.") from None
        if "\0" in path:
            raise Invalid("The URL holds the character U+0000.")
        if self._by_project:
            first, slash, rest = path.lstrip("/").partition("/")
            if _PROJECT.match(first):
                return slash + rest, first
        return path, None

    def _route(self, http: webob.Request, match: Match[S], version: Microversion) -> tuple[Route[S], object]:
        routes = _serving(match.routes, http.method, version)
        if routes[0].body_kind == "stream":
            return routes[0], None
        body = bodies.read_json(http, self._frame.max_request_body)
        if routes[0].action is None:
            return routes[0], body
        if not isinstance(body, dict) or len(body) != 1:
            raise Invalid("Malformed request body: an action is an object with one key, the action's name.")
        (action,) = body
        chosen = [route for route in routes if route.action == action]
        if not chosen and any(route.action == action for route in match.routes):
            raise NotFound(f"The action {action} does not exist in version {version}.", action=str(action))
        if not chosen:
            raise Invalid(f"There is no such action: {action}", field=action)
        return chosen[0], body

    def _request(
        self,
        http: webob.Request,
        route: Route[S],
        match: Match[S],
        version: Microversion,
        context: RequestContext | None,
    ) -> Request[S]:
        return Request(
            http=http,
            services=self._services,
            policy=self._frame.policy,
            context=context or RequestContext(request_id=request_id_of(http.environ)),
            version=version,
            rule=route.rule,
            base_url=(self._frame.public_url or http.host_url) + http.script_name,
            path=match.path,
            query=Query(),
            body={},
        )

    def _admit(self, request: Request[S], route: Route[S], context: RequestContext | None) -> None:
        if route.public:
            return
        if context is None:
            raise Unauthenticated("The request you have made requires authentication.")
        if self._belongs and not context.project_id:
            # A rule that compares projects would find an empty one equal to an empty one.
            raise Forbidden("The token is not scoped to a project.")
        if route.rule is not None and not route.late:
            request.authorize(route.target(request) if route.target else request.own_target())


def _serving(routes: Sequence[Route[S]], method: str, version: Microversion) -> list[Route[S]]:
    """The routes for a method at a version. A method that another version has is not found, any other not allowed."""
    served = [route for route in routes if route.serves(version)]
    found = [route for route in served if route.method == method]
    if not found and (not served or any(route.method == method for route in routes)):
        raise NotFound("The resource could not be found.")
    if not found:
        allowed = ", ".join(sorted({route.method for route in served}))
        raise MethodNotAllowed("The method specified is not allowed for this resource.", allow=allowed)
    return found


def _query(http: webob.Request, route: Route[S], version: Microversion) -> Query:
    text = http.query_string
    query = Query()
    try:
        for name, value in parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=1000):
            query.setdefault(name, []).append(value)
    except (UnicodeDecodeError, ValueError):
        raise Invalid("The query string is not UTF-8, or has too many parts.") from None
    if any("\0" in value for values in query.values() for value in values):
        raise Invalid("The query string holds the character U+0000.")
    schema = at(route.query, version)
    if schema is None:
        return query
    schema.check(dict(query))
    # What a microversion does not know yet has no effect in it, where it is not refused.
    return Query({name: values for name, values in query.items() if name in schema.properties})


def _checked(route: Route[S], body: object, version: Microversion) -> dict[str, object]:
    schema = at(route.body, version)
    if schema is None:
        return {}
    if body is None:
        raise Invalid("Malformed request body: a JSON object is expected.")
    schema.check(body)
    if not isinstance(body, dict):
        raise Invalid("Malformed request body: a JSON object is expected.")
    return body


def _reply(route: Route[S], outcome: Json | Reply | None, version: Microversion) -> webob.Response:
    reply = outcome if isinstance(outcome, Reply) else Reply(json=outcome)
    status = reply.status or _success(route, version)
    content_type = reply.content_type or "application/json"
    response = webob.Response(status=status, headerlist=[("Content-Type", content_type)])
    if reply.stream is not None:
        response.app_iter = reply.stream
    elif reply.body is not None:
        response.body = reply.body
    elif reply.json is not None:
        response.body = msgspec.json.encode(reply.json)
    else:
        response.headers.pop("Content-Type", None)  # there is nothing that could be of a type
    if status in (204, 304):
        response.headers.pop("Content-Type", None)
        response.headers.pop("Content-Length", None)
    for name, value in reply.headers.items():
        response.headers[name] = value
    return response


def _success(route: Route[S], version: Microversion) -> int:
    if isinstance(route.success, int):
        return route.success
    return route.success.at(version) or 200
