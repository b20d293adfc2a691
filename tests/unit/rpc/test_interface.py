"""How contracts are read, and which are refused."""

from __future__ import annotations

from typing import Any, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_lite.core.context import RequestContext
from nova_lite.rpc import call, cast, fanout, interface
from nova_lite.rpc.errors import ContractError
from nova_lite.rpc.interface import check_endpoint, interface_of
from nova_lite.rpc.version import Version


@interface(topic="shop", version="1.2")
class Shop(Protocol):
    @call(timeout=3.0, since="1.1")
    def price(self, context: RequestContext, item: str, count: int = 1) -> float: ...

    @cast
    def order(self, context: RequestContext, item: str) -> None: ...

    @fanout
    def closing(self, context: RequestContext) -> None: ...


class Counter:
    def price(self, context: RequestContext, item: str, count: int = 1) -> float:
        return 1.0

    def order(self, context: RequestContext, item: str) -> None: ...

    def closing(self, context: RequestContext) -> None: ...


def test_a_contract_is_read() -> None:
    shop = interface_of(Shop)
    price = shop.methods["price"]
    assert (shop.name, shop.topic, str(shop.version)) == ("shop", "shop", "1.2")
    assert (price.kind, price.timeout, str(price.since)) == ("call", 3.0, "1.1")
    assert [(name, method.kind) for name, method in shop.methods.items()] == [
        ("price", "call"), ("order", "cast"), ("closing", "fanout"),
    ]


def test_arguments_are_a_struct_of_the_signature() -> None:
    arguments: Any = interface_of(Shop).methods["price"].arguments
    decoded = arguments.decode(arguments.encode(arguments.kind("bread")))
    assert (decoded.item, decoded.count) == ("bread", 1)


def test_an_endpoint_that_fits_is_accepted() -> None:
    check_endpoint(interface_of(Shop), Counter())


def test_an_endpoint_must_have_every_method() -> None:
    class Lazy(Shop):
        def price(self, context: RequestContext, item: str, count: int = 1) -> float:
            return 1.0

        def order(self, context: RequestContext, item: str) -> None: ...

    with pytest.raises(ContractError, match=r"Lazy\.closing is missing"):
        check_endpoint(interface_of(Shop), Lazy())  # type: ignore[abstract]


def test_an_endpoint_must_take_the_declared_parameters() -> None:
    class Odd(Counter):
        def order(self, context: RequestContext, thing: str) -> None: ...

    odd: Any = Odd()
    with pytest.raises(ContractError, match=r"Odd\.order takes \['thing'\]"):
        check_endpoint(interface_of(Shop), odd)


def test_a_class_without_the_decorator_is_no_contract() -> None:
    class Plain(Shop, Protocol): ...

    with pytest.raises(ContractError, match="Plain is not declared"):
        interface_of(Plain)


def test_every_method_must_be_marked() -> None:
    class Bad(Protocol):
        def work(self, context: RequestContext) -> None: ...

    with pytest.raises(ContractError, match=r"Bad\.work must be marked"):
        interface(topic="bad", version="1.0")(Bad)


def test_a_method_must_take_a_context_first() -> None:
    class Bad(Protocol):
        @call()
        def work(self, item: str) -> None: ...

    with pytest.raises(ContractError, match="RequestContext first"):
        interface(topic="bad", version="1.0")(Bad)


def test_a_cast_has_no_result() -> None:
    def work(self: object, context: RequestContext) -> int:
        return 1

    marked: Any = cast
    bad: Any = type("Bad", (), {"work": marked(work)})
    with pytest.raises(ContractError, match="a cast returns None"):
        interface(topic="bad", version="1.0")(bad)


def test_parameters_are_plain_and_annotated() -> None:
    class Bad(Protocol):
        @call()
        def work(self, context: RequestContext, *items: str) -> None: ...

    with pytest.raises(ContractError, match="'items' must be plain"):
        interface(topic="bad", version="1.0")(Bad)


def test_a_method_cannot_be_newer_than_its_interface() -> None:
    class Bad(Protocol):
        @call(since="1.3")
        def work(self, context: RequestContext) -> None: ...

    with pytest.raises(ContractError, match=r"since 1\.3"):
        interface(topic="bad", version="1.2")(Bad)


@pytest.mark.parametrize("text", ["1", "1.", "a.b", "1.2.3", "", "-1.0"])
def test_versions_are_two_numbers(text: str) -> None:
    with pytest.raises(ContractError, match="major"):
        Version.parse(text)


minor = st.integers(0, 50)


@given(minor, minor, minor, minor)
def test_a_server_understands_older_minors_of_its_major(a: int, b: int, c: int, d: int) -> None:
    assert Version(a, b).understands(Version(c, d)) == (a == c and d <= b)
    assert Version.parse(str(Version(a, b))) == Version(a, b)
