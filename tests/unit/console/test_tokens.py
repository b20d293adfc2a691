"""Tokens of consoles."""

from __future__ import annotations

import pytest

from nova_lite.console import tokens as module
from nova_lite.console.tokens import Ticket, Tokens
from nova_lite.core.clock import ManualClock


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
    assert tokens.redeem(token) is None


def test_the_memory_of_tokens_is_bounded_and_keeps_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 3)
    tokens = Tokens(ManualClock(), 60.0)
    issued = [tokens.issue(str(number), "vnc") for number in range(5)]
    assert not any(token in str(vars(tokens)) for token in issued)
    assert [tokens.redeem(token) is not None for token in issued] == [False, False, True, True, True]
