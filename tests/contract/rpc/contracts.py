"""Contracts and managers for the suite, and contracts that speak wrongly to them."""

from __future__ import annotations

from typing import Annotated, Protocol

import msgspec

from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Conflict
from nova_lite.rpc import Secret, call, cast, fanout, interface
from tests.patience import PATIENCE


class Parcel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    weight: int = 1
    labels: tuple[str, ...] = ()


@interface(topic="post", version="1.1")
class Post(Protocol):
    @call(timeout=PATIENCE)
    def weigh(self, context: RequestContext, parcel: Parcel, factor: int = 1) -> Parcel: ...

    @call(timeout=PATIENCE)
    def who(self, context: RequestContext) -> str: ...

    @call(timeout=PATIENCE)
    def circumstances(self, context: RequestContext) -> tuple[str, tuple[str, ...], float | None]: ...

    @call(timeout=PATIENCE)
    def fail(self, context: RequestContext, declared: bool) -> None: ...

    @call(timeout=PATIENCE)
    def inflate(self, context: RequestContext, size: int) -> bytes: ...

    @call(timeout=PATIENCE)
    def lie(self, context: RequestContext) -> int: ...

    @call(timeout=PATIENCE)
    def hold(self, context: RequestContext) -> str: ...

    @call(timeout=PATIENCE)
    def confide(self, context: RequestContext, word: Annotated[str | None, Secret] = None) -> str: ...

    @cast
    def entrust(self, context: RequestContext, number: int, word: Annotated[str | None, Secret] = None) -> None: ...

    @cast
    def drop(self, context: RequestContext, number: int) -> None: ...

    @cast
    def hold_cast(self, context: RequestContext, number: int) -> None: ...

    @cast
    def stumble(self, context: RequestContext) -> None: ...

    @fanout
    def shout(self, context: RequestContext, number: int) -> None: ...

    @call(timeout=PATIENCE, since="1.1")
    def newer(self, context: RequestContext) -> str: ...


class Office(Post):
    """Records what it hears in ``heard``; ``hold`` and ``hold_cast`` wait until ``gate`` is set."""

    def __init__(self, name: str = "office") -> None:
        self.name = name
        self.heard: concurrency.Queue[tuple[str, int]] = concurrency.queue()
        self.gate = concurrency.event()
        self.entered: concurrency.Queue[str] = concurrency.queue()

    def weigh(self, context: RequestContext, parcel: Parcel, factor: int = 1) -> Parcel:
        return msgspec.structs.replace(parcel, weight=parcel.weight * factor)

    def who(self, context: RequestContext) -> str:
        self.heard.put(("who", 0))
        return self.name

    def circumstances(self, context: RequestContext) -> tuple[str, tuple[str, ...], float | None]:
        return context.request_id, context.roles, context.deadline

    def fail(self, context: RequestContext, declared: bool) -> None:
        if declared:
            raise Conflict("the parcel is sealed", parcel="p1", seals=2)
        raise ZeroDivisionError("no such weight")

    def inflate(self, context: RequestContext, size: int) -> bytes:
        return b"x" * size

    def lie(self, context: RequestContext) -> int:
        wrong: object = "not a number"
        return wrong  # type: ignore[return-value]

    def hold(self, context: RequestContext) -> str:
        self.entered.put("hold")
        self.gate.wait(PATIENCE)
        return self.name

    def confide(self, context: RequestContext, word: str | None = None) -> str:
        return word or "nothing"

    def entrust(self, context: RequestContext, number: int, word: str | None = None) -> None:
        self.heard.put((word or "nothing", number))

    def drop(self, context: RequestContext, number: int) -> None:
        self.heard.put(("drop", number))

    def hold_cast(self, context: RequestContext, number: int) -> None:
        self.entered.put("hold_cast")
        self.gate.wait(PATIENCE)
        self.heard.put(("hold_cast", number))

    def stumble(self, context: RequestContext) -> None:
        raise ZeroDivisionError("a cast may fail")

    def shout(self, context: RequestContext, number: int) -> None:
        self.heard.put(("shout", number))

    def newer(self, context: RequestContext) -> str:
        return "new"


@interface(topic="post", version="2.0")
class NextMajor(Protocol):
    @call(timeout=PATIENCE)
    def who(self, context: RequestContext) -> str: ...


@interface(topic="post", version="1.2")
class NextMinor(Protocol):
    @call(timeout=PATIENCE)
    def who(self, context: RequestContext) -> str: ...


@interface(topic="post", version="1.0", name="parcels")
class OtherInterface(Protocol):
    @call(timeout=PATIENCE)
    def who(self, context: RequestContext) -> str: ...


@interface(topic="post", version="1.0")
class Stranger(Protocol):
    """Methods that Post does not have, or has otherwise."""

    @call(timeout=PATIENCE)
    def vanish(self, context: RequestContext) -> str: ...

    @call(timeout=PATIENCE)
    def drop(self, context: RequestContext, number: int) -> None: ...

    @call(timeout=PATIENCE)
    def weigh(self, context: RequestContext, parcel: str) -> Parcel: ...

    @call(timeout=PATIENCE)
    def who(self, context: RequestContext, extra: int) -> str: ...

    @call(timeout=PATIENCE)
    def fail(self, context: RequestContext) -> None: ...

    @call(timeout=PATIENCE)
    def circumstances(self, context: RequestContext) -> int: ...


@interface(topic="post", version="1.0")
class Talker(Protocol):
    """For messages of any size."""

    @call(timeout=PATIENCE)
    def say(self, context: RequestContext, text: str) -> str: ...
