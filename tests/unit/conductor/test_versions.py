"""The lowest versions that run: who counts, and who cannot spoil it for others."""

from __future__ import annotations

from nova_lite.conductor.versions import FORGOTTEN, lowest
from nova_lite.objects.service import ServiceRecord

NOW = 10_000.0


def a_service(host: str, seen: float = NOW, forced_down: bool = False, **versions: str) -> ServiceRecord:
    return ServiceRecord(
        uuid=host, host=host, binary="nova-compute", topic="compute", forced_down=forced_down, versions=versions,
        last_seen_at=seen, updated_at=seen,
    )


def test_the_lowest_of_those_that_run_counts_as_numbers() -> None:
    services = [a_service("a", compute="1.10"), a_service("b", compute="1.9"), a_service("c", compute="1.11")]
    assert lowest(services, NOW, envelope=3) == {"compute": {"compute": "1.9"}}


def test_who_is_gone_for_good_or_down_by_word_does_not_count() -> None:
    services = [
        a_service("a", compute="1.2"), a_service("b", seen=NOW - FORGOTTEN, compute="1.1"),
        a_service("c", seen=NOW - FORGOTTEN - 1, compute="1.0"), a_service("d", forced_down=True, compute="1.0"),
    ]
    assert lowest(services, NOW, envelope=3) == {"compute": {"compute": "1.1"}}


def test_rubbish_is_not_believed() -> None:
    services = [a_service("a", compute="1.2", envelope="3"), a_service("b", compute="-1", envelope="many")]
    assert lowest(services, NOW, envelope=3) == {"compute": {"compute": "1.2", "envelope": "3"}}


def test_a_host_that_reads_an_older_envelope_is_named() -> None:
    services = [a_service("a", envelope="3"), a_service("b.example", envelope="2"), a_service("c", envelope="3")]
    assert lowest(services, NOW, envelope=3) == {"compute": {"envelope": "2"}, "compute.b.example": {"envelope": "2"}}
