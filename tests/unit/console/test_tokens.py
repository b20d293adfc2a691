"""Tokens of consoles."""

from __future__ import annotations

import pytest

from nova_lite.console import tokens as module
from nova_lite.console.tokens import Ticket, Tokens
from nova_lite.core.clock import ManualClock
from nova_lite.objects.console import instance_of


def test_a_token_is_good_for_one_console_once() -> None:
    clock = ManualClock()
    tokens = Tokens(clock, 60.0)
    token, other = tokens.issue("a", "vnc"), tokens.issue("b", "serial")
    assert tokens.redeem(token) == Ticket("a", "vnc", clock.monotonic() + 60)
    assert tokens.redeem(token) is None
    assert tokens.redeem(other) == Ticket("b", "serial", clock.monotonic() + 60)


@pytest.mark.parametrize("token", ["", "x", "\udcff", "a" * 10_000])
def test_what_is_no_token_is_good_for_nothing(token: str) -> None:
    tokens = Tokens(ManualClock(), 60.0)
    tokens.issue("a", "vnc")
    assert tokens.redeem(token) is None


def test_a_token_expires() -> None:
    clock = ManualClock()
    tokens = Tokens(clock, 60.0)
    token = tokens.issue("a", "vnc")
    clock.advance(60.0)
    assert tokens.find(token) is None
    assert tokens.redeem(token) is None


def test_looking_a_token_up_does_not_use_it() -> None:
    tokens = Tokens(ManualClock(), 60.0)
    token = tokens.issue("a", "vnc")
    assert tokens.find(token) == tokens.find(token) == tokens.redeem(token)
    assert tokens.find(token) is None


def test_a_token_says_whose_it_is() -> None:
    uuid = "7d3d1cbb-a4b2-4a9b-9c64-1f6a34a4e0e4"
    token = Tokens(ManualClock(), 60.0).issue(uuid, "vnc")
    assert instance_of(token) == uuid
    assert [instance_of(other) for other in ("", uuid, token[:-1], token + "a", token.upper(), "x" * 75)] == [None] * 6


def test_the_memory_of_tokens_is_bounded_and_keeps_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 3)
    tokens = Tokens(ManualClock(), 60.0)
    issued = [tokens.issue(str(number), "vnc") for number in range(5)]
    assert not any(token in str(vars(tokens)) for token in issued)
    assert [tokens.redeem(token) is not None for token in issued] == [False, False, True, True, True]
