"""A host speaks for itself only, and each service asks only what is its business."""

from __future__ import annotations

import msgspec
import pytest

from nova_lite.conductor.authorisation import METHODS, refusal
from nova_lite.objects.operation import OperationResult
from nova_lite.rpc.interface import interface_of
from nova_lite.rpcapi.conductor import Conductor

pytestmark = pytest.mark.promise(5)


class OfHost(msgspec.Struct):
    host: str


class Result(msgspec.Struct):
    result: OperationResult


class Nothing(msgspec.Struct):
    pass


def a_result(host: str) -> Result:
    return Result(OperationResult(operation_id="o", epoch=1, host=host, outcome="done"))


def test_a_host_may_speak_of_itself() -> None:
    assert refusal("nova-compute@a", "host_instances", OfHost("a")) == ""
    assert refusal("nova-compute@a", "operation_finish", a_result("a")) == ""


@pytest.mark.parametrize(("method", "arguments"), [
    ("host_instances", OfHost("b")), ("unfinished_operations", OfHost("b")), ("operation_finish", a_result("b")),
])
def test_a_host_may_not_speak_of_another(method: str, arguments: msgspec.Struct) -> None:
    assert "speaks of b, not of a" in refusal("nova-compute@a", method, arguments)


def test_a_host_must_name_itself() -> None:
    assert "no host" in refusal("nova-compute@a", "host_instances", Nothing())


@pytest.mark.parametrize("identity", ["nova-compute@a", "nova-api@a", "stranger@a", "", "@a"])
def test_claims_are_the_schedulers_business(identity: str) -> None:
    assert refusal(identity, "claim", Nothing())
    assert not refusal("nova-scheduler@a", "claim", Nothing())


def test_every_method_is_somebodys_and_nothing_else_is_listed() -> None:
    listed = set().union(*METHODS.values())
    assert listed == set(interface_of(Conductor).methods)
