"""A thousand requests, right and wrong ones, that a real Keystone was asked: we answer alike, or as is written."""

from __future__ import annotations

from pathlib import Path

from tests.clients.exchange import Exchange, load
from tests.functional.identity.cloud import ADMIN_PASSWORD, IdentityCloud

RECORDED = Path(__file__).with_name("recorded.jsonl")


def test_requests_are_answered_as_keystone_answers_them(tmp_path: Path) -> None:
    with IdentityCloud(tmp_path) as cloud:
        exchange = Exchange(cloud.url.removesuffix("/v3"), {"password": ADMIN_PASSWORD, "nonsense": "nonsense"})
        told = [(ask, exchange.answer(ask)) for ask in load(RECORDED)]
    wrong = [(ask, answer) for ask, answer in told if answer != ask.get("ours", ask["answer"])]
    assert wrong == []
