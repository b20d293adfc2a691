"""The tests of Tempest that we look at, and what is known of each: ``expected.tsv``, with pretended guests.

Those that are run again with real ones are in ``guests.tsv``.

A line: the test's id, its tier (1: compute's core; 2: what a cloud of one host without volumes can be asked; 3: the
rest), and ``passed`` or the reason why it does not pass here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path

PRETENDED, REAL = (Path(__file__).with_name(name) for name in ("expected.tsv", "guests.tsv"))
PASSED = "passed"
UNEXPLAINED = "not explained yet"
NOT_RUN = "not run: "  # begins the reason of a test that would wait in vain for as long as it waits


@dataclasses.dataclass(frozen=True)
class Expectation:
    """Of one test."""

    test_id: str
    tier: int
    verdict: str

    @property
    def service(self) -> str:
        """``compute``, ``identity``, ``image``, ``network``, or ``scenario`` for what uses several of them."""
        words = self.test_id.split(".")
        return words[words.index("api") + 1] if "api" in words else "scenario"

    @property
    def name(self) -> str:
        """The id without its marks."""
        return self.test_id.partition("[")[0]


def load(path: Path) -> list[Expectation]:
    """All of them, in the file's order."""
    found = []
    for line in path.read_text(encoding="ascii").splitlines():
        test_id, tier, verdict = line.split("\t")
        found.append(Expectation(test_id, int(tier), verdict))
    return found


def save(expectations: Iterable[Expectation], path: Path) -> None:
    lines = [f"{one.test_id}\t{one.tier}\t{one.verdict}\n" for one in expectations]
    path.write_text("".join(lines), encoding="ascii")


def chosen(expectations: Iterable[Expectation], tier: int | None, service: str | None) -> list[Expectation]:
    """Those of a tier and a service, of all where None, that are to be run. A tier includes those below."""
    return [
        one for one in expectations
        if (tier is None or one.tier <= tier) and (service is None or one.service == service)
        and not one.verdict.startswith(NOT_RUN)
    ]


def learn(expectations: Iterable[Expectation], outcomes: Mapping[str, str]) -> list[Expectation]:
    """What is known after a run: ``outcomes`` has ``passed`` or a reason for each test that ran.

    A test that fails keeps the reason that somebody has written down for it.
    """
    learnt = []
    for one in expectations:
        verdict = outcomes.get(one.test_id, one.verdict)
        if verdict == UNEXPLAINED and one.verdict != PASSED:
            verdict = one.verdict
        learnt.append(dataclasses.replace(one, verdict=verdict))
    return learnt
