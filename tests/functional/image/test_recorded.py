"""Requests, right ones and wrong ones, that a real Glance was asked: we answer alike, or as it is written."""

from __future__ import annotations

from pathlib import Path

from tests.clients.exchange import Exchange, load
from tests.functional.image.cloud import ImageCloud

RECORDED = Path(__file__).with_name("recorded.jsonl")
NAMES = {
    "garden": "1" * 32, "field": "2" * 32, "admin": "admin@cloud", "rose": f"member@{'1' * 32}",
    "tulip": f"member@{'2' * 32}", "rita": f"reader@{'1' * 32}", "bob": f"bystander@{'1' * 32}", "nonsense": "nonsense",
}


def test_requests_are_answered_as_glance_answers_them(tmp_path: Path) -> None:
    with ImageCloud(tmp_path) as cloud:
        exchange = Exchange(f"{cloud.url}/image", NAMES)
        told = [(ask, exchange.answer(ask)) for ask in load(RECORDED)]
    wrong = [(ask, answer) for ask, answer in told if answer != ask.get("ours", ask["answer"])]
    assert wrong == []
