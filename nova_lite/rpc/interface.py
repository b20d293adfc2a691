"""Contracts: a Protocol class whose methods say how they travel.

::

    @interface(topic="conductor", version="1.0")
    class Conductor(Protocol):
        @call(timeout=10.0)
        def claim(self, context: RequestContext, request: ClaimRequest) -> ClaimGrant: ...
        @cast
        def report_host(self, context: RequestContext, report: HostReport) -> None: ...

The signature is the schema of the message: the parameters after ``context`` become the fields of a struct that both
ends check, and so does the type of the result.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from collections.abc import Callable
from typing import Any, Generic, Literal, ParamSpec, TypeVar, overload

import msgspec

from nova_lite.core.context import RequestContext
from nova_lite.rpc.errors import ContractError
from nova_lite.rpc.levelling import Leveller
from nova_lite.rpc.serializer import Schema
from nova_lite.rpc.target import Target
from nova_lite.rpc.version import Version

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C")

Kind = Literal["call", "cast", "fanout"]

_MARK = "__rpc_method__"
_INTERFACE = "__rpc_interface__"


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """What the decorators say of a method before the class is complete."""

    kind: Kind
    timeout: float | None = None
    since: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Method:
    """One remote method: how it travels and what it carries. ``timeout`` None: the bus's default.

    ``sent`` and ``returned`` level arguments and result for a peer that speaks an older version. ``secrets``: the
    parameters that are :class:`Secret`.
    """

    name: str
    kind: Kind
    timeout: float | None
    since: Version
    arguments: Schema[msgspec.Struct]
    result: Schema[Any]
    parameters: tuple[inspect.Parameter, ...]
    sent: Leveller
    returned: Leveller
    secrets: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Interface(Generic[C]):
    """A contract, read. ``name`` tells apart several contracts that share a topic."""

    name: str
    topic: str
    version: Version
    methods: dict[str, Method]
    contract: type[C]

    def target(self, host: str | None = None) -> Target:
        return Target(self.topic, host)


AnyInterface = Interface[Any]


class Secret:
    """Marks a parameter that nobody on the way may read::

        def greet(self, context: RequestContext, password: Annotated[str | None, Secret] = None) -> str: ...

    A message that carries one (anything but None) is encrypted by every bus that signs, whatever its ``encryption``.
    """


def _marked(function: Callable[P, R], mark: Mark) -> Callable[P, R]:
    setattr(function, _MARK, mark)
    return function


def call(timeout: float | None = None, *, since: str | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The caller waits for the result, at most ``timeout`` seconds and never past its context's deadline."""
    return lambda function: _marked(function, Mark("call", timeout, since))


@overload
def cast(function: Callable[P, None], /) -> Callable[P, None]: ...
@overload
def cast(*, since: str | None = None) -> Callable[[Callable[P, None]], Callable[P, None]]: ...
def cast(
    function: Callable[P, None] | None = None, /, *, since: str | None = None
) -> Callable[P, None] | Callable[[Callable[P, None]], Callable[P, None]]:
    """One server does it some time later; the caller returns as soon as the message is in safe hands."""
    mark = Mark("cast", since=since)
    return _marked(function, mark) if function else lambda function: _marked(function, mark)


@overload
def fanout(function: Callable[P, None], /) -> Callable[P, None]: ...
@overload
def fanout(*, since: str | None = None) -> Callable[[Callable[P, None]], Callable[P, None]]: ...
def fanout(
    function: Callable[P, None] | None = None, /, *, since: str | None = None
) -> Callable[P, None] | Callable[[Callable[P, None]], Callable[P, None]]:
    """Every server of the topic that listens now hears it, at most once; nobody listening is no error."""
    mark = Mark("fanout", since=since)
    return _marked(function, mark) if function else lambda function: _marked(function, mark)


def interface(*, topic: str, version: str, name: str | None = None) -> Callable[[type[C]], type[C]]:
    """Declare a Protocol class as a contract.

    :param name: needed when several contracts share a topic; the topic otherwise.
    :raises ContractError: a method is not marked, or its signature cannot be a schema.
    """

    def declare(contract: type[C]) -> type[C]:
        current = Version.parse(version)
        read = {
            key: _method(f"{contract.__name__}.{key}", function, name or topic, current)
            for key, function in vars(contract).items()
            if inspect.isfunction(function) and not key.startswith("_")
        }
        Target(topic)
        setattr(contract, _INTERFACE, Interface(name or topic, topic, current, read, contract))
        return contract

    return declare


def interface_of(contract: type[C]) -> Interface[C]:
    """The interface that a decorated class declares.

    :raises ContractError: the class is not decorated itself.
    """
    found = vars(contract).get(_INTERFACE)
    if not isinstance(found, Interface):
        raise ContractError(f"{contract.__name__} is not declared with @interface")
    return found


def declared_in(module: types.ModuleType) -> list[Interface[Any]]:
    """The interfaces that a module declares itself, by name."""
    classes = [
        value for value in vars(module).values() if inspect.isclass(value) and value.__module__ == module.__name__
    ]
    found = [vars(value).get(_INTERFACE) for value in classes]
    return sorted((one for one in found if isinstance(one, Interface)), key=lambda one: one.name)


def _method(title: str, function: Callable[..., object], owner: str, current: Version) -> Method:
    mark = getattr(function, _MARK, None)
    if not isinstance(mark, Mark):
        raise ContractError(f"{title} must be marked @call, @cast or @fanout")
    since = Version.parse(mark.since) if mark.since else Version(current.major, 0)
    if not current.understands(since):
        raise ContractError(f"{title} is since {since}, its interface is {current}")
    hints = typing.get_type_hints(function, include_extras=True)
    parameters = _parameters(title, function, hints)
    result = hints.get("return")
    if result is None or (mark.kind != "call" and result is not type(None)):
        raise ContractError(f"{title} must declare its result, a {mark.kind} returns None")
    fields = [_field(parameter, hints[parameter.name]) for parameter in parameters]
    arguments = msgspec.defstruct(title, fields, frozen=True, forbid_unknown_fields=True)
    return Method(
        title.rpartition(".")[2], mark.kind, mark.timeout, since, Schema(arguments), Schema(result), parameters,
        Leveller(owner, arguments, strict=True), Leveller(owner, result, strict=False),
        tuple(one.name for one in parameters if Secret in getattr(hints[one.name], "__metadata__", ())),
    )


def _field(parameter: inspect.Parameter, kind: Any) -> Any:
    if parameter.default is inspect.Parameter.empty:
        return parameter.name, kind
    return parameter.name, kind, parameter.default


def _parameters(title: str, function: Callable[..., object], hints: dict[str, Any]) -> tuple[inspect.Parameter, ...]:
    _, *rest = inspect.signature(function).parameters.values()
    if not rest or hints.get(rest[0].name) is not RequestContext:
        raise ContractError(f"{title} must take a RequestContext first")
    for parameter in rest[1:]:
        if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD or parameter.name not in hints:
            raise ContractError(f"{title}: parameter {parameter.name!r} must be plain and annotated")
    return tuple(rest[1:])


def check_endpoint(declared: Interface[C], endpoint: C) -> None:
    """Hold an endpoint against its contract: mypy may not have seen how it was put together.

    :raises ContractError: a method is missing, inherited from the contract itself, or takes other parameters.
    """
    for method in declared.methods.values():
        title = f"{type(endpoint).__name__}.{method.name}"
        own = getattr(type(endpoint), method.name, None) or getattr(endpoint, method.name, None)
        if own is None or own is vars(declared.contract)[method.name]:
            raise ContractError(f"{title} is missing, {declared.contract.__name__} declares it")
        handler: Callable[..., object] = getattr(endpoint, method.name)
        names = [parameter.name for parameter in inspect.signature(handler).parameters.values()][1:]
        expected = [parameter.name for parameter in method.parameters]
        if names[: len(expected)] != expected:
            raise ContractError(f"{title} takes {names}, {declared.contract.__name__} declares {expected}")
