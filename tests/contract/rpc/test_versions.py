"""Versions of one interface side by side: what is left out, what is refused, and that nobody notices an upgrade."""

from __future__ import annotations

from typing import Annotated, Protocol

import msgspec
import pytest

from nova_lite.core.context import RequestContext
from nova_lite.rpc import Since, call, cast, interface
from nova_lite.rpc.errors import CannotSend, UnsupportedVersion
from tests.contract.rpc.contracts import NextMinor, Parcel, Post
from tests.contract.rpc.fabric import Fabric
from tests.patience import PATIENCE


class Slip(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What 1.0 knows of a slip."""

    name: str
    follows: Slip | None = None


class NewSlip(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """And what 1.1 knows of it."""

    name: str
    colour: Annotated[str, Since(desk="1.1")] = "white"
    shade: Annotated[str, Since(desk="1.1", losable=True)] = ""
    follows: NewSlip | None = None


@interface(topic="post", name="desk", version="1.0")
class OldDesk(Protocol):
    @call(timeout=PATIENCE)
    def file(self, context: RequestContext, slip: Slip) -> str: ...

    @call(timeout=PATIENCE)
    def read(self, context: RequestContext, name: str) -> list[Slip]: ...

    @cast
    def forget(self, context: RequestContext, name: str) -> None: ...


@interface(topic="post", name="desk", version="1.1")
class NewDesk(Protocol):
    @call(timeout=PATIENCE)
    def file(
        self, context: RequestContext, slip: NewSlip, urgent: Annotated[bool, Since("1.1")] = False,
        hint: Annotated[str, Since("1.1", losable=True)] = "",
    ) -> str: ...

    @call(timeout=PATIENCE)
    def read(self, context: RequestContext, name: str) -> list[NewSlip]: ...

    @cast
    def forget(self, context: RequestContext, name: str) -> None: ...

    @call(timeout=PATIENCE, since="1.1")
    def count(self, context: RequestContext) -> int: ...


class OldClerk(OldDesk):
    def file(self, context: RequestContext, slip: Slip) -> str:
        return f"old {slip.name}"

    def read(self, context: RequestContext, name: str) -> list[Slip]:
        return [Slip(name=name)]

    def forget(self, context: RequestContext, name: str) -> None: ...


class NewClerk(NewDesk):
    def file(self, context: RequestContext, slip: NewSlip, urgent: bool = False, hint: str = "") -> str:
        return f"new {slip.name} {slip.colour} {urgent}"

    def read(self, context: RequestContext, name: str) -> list[NewSlip]:
        return [NewSlip(name=name, colour="red", follows=NewSlip(name="first"))]

    def forget(self, context: RequestContext, name: str) -> None: ...

    def count(self, context: RequestContext) -> int:
        return 1


@pytest.fixture
def old(fabric: Fabric) -> None:
    server = fabric.bus("old").server()
    server.serve(OldDesk, OldClerk())
    server.start()


@pytest.fixture
def new(fabric: Fabric) -> None:
    server = fabric.bus("new").server()
    server.serve(NewDesk, NewClerk())
    server.start()


def test_a_pinned_proxy_speaks_the_older_version(fabric: Fabric, context: RequestContext) -> None:
    fabric.office()
    assert fabric.bus().proxy(NextMinor, pin="1.1").who(context) == "office"
    post = fabric.bus().proxy(Post, pin="1.0")
    assert post.weigh(context, Parcel(name="x")).name == "x"
    with pytest.raises(CannotSend, match=r"post\.newer is since 1\.1"):
        post.newer(context)
    with pytest.raises(CannotSend, match=r"1\.9 is not known here"):
        fabric.bus().proxy(Post, pin="1.9")


@pytest.mark.usefixtures("new")
def test_an_old_client_gets_what_it_knows_from_a_new_server(fabric: Fabric, context: RequestContext) -> None:
    desk = fabric.bus(pins={"desk": "1.0"}).proxy(NewDesk)
    assert desk.file(context, NewSlip(name="a")) == "new a white False"
    assert fabric.bus().proxy(OldDesk).file(context, Slip(name="a")) == "new a white False"
    with pytest.raises(CannotSend, match=r"desk\.count is since 1\.1"):
        desk.count(context)


@pytest.mark.usefixtures("new")
def test_an_answer_to_an_old_client_is_levelled(fabric: Fabric, context: RequestContext) -> None:
    assert fabric.bus().proxy(NewDesk).read(context, "a")[0].colour == "red"
    found = fabric.bus(pins={"desk": "1.0"}).proxy(NewDesk).read(context, "a")
    assert found == [NewSlip(name="a", follows=NewSlip(name="first"))]


@pytest.mark.parametrize("how", ["pinned", "told", "learned"])
@pytest.mark.usefixtures("old")
def test_a_new_client_speaks_what_an_old_server_understands(
    fabric: Fabric, context: RequestContext, how: str
) -> None:
    bus = fabric.bus(pins={"desk": "1.0" if how == "pinned" else "auto"})
    if how == "told":
        bus.tell_levels({"post": {"desk": "1.0"}})
    desk = bus.proxy(NewDesk)
    assert desk.file(context, NewSlip(name="a", shade="pale"), hint="left") == "old a"
    desk.forget(context, "a")
    with pytest.raises(CannotSend, match=r"desk\.file\.urgent is since 1\.1 and may not be left out, .* speaks 1\.0"):
        desk.file(context, NewSlip(name="a"), urgent=True)
    with pytest.raises(CannotSend, match=r"desk\.file\.slip\.follows\.colour is since 1\.1"):
        desk.file(context, NewSlip(name="a", follows=NewSlip(name="b", colour="red")))


@pytest.mark.usefixtures("old")
def test_what_the_pin_demands_is_not_unlearned(fabric: Fabric, context: RequestContext) -> None:
    with pytest.raises(UnsupportedVersion, match=r"desk 1\.1 is not understood, 1\.0 is"):
        fabric.bus(pins={"desk": "1.1"}).proxy(NewDesk).file(context, NewSlip(name="a"))


@pytest.mark.usefixtures("old", "new")
def test_side_by_side_no_call_fails(fabric: Fabric, context: RequestContext) -> None:
    newer, older = fabric.bus().proxy(NewDesk), fabric.bus().proxy(OldDesk)
    answers = set[str]()
    while len(answers) < 2:  # a broker may not have all its consumers yet
        answers.add(newer.file(context, NewSlip(name="a")))
    answers |= {newer.file(context, NewSlip(name="a")) for _ in range(6)}
    answers |= {older.file(context, Slip(name="a")) for _ in range(6)}
    assert answers == {"old a", "new a white False"}
