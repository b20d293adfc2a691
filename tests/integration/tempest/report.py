"""docs/compatibility.md: how many tests pass, and each that does not with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.integration.tempest import expectations
from tests.integration.tempest.expectations import PASSED, Expectation

FILE = Path(__file__).resolve().parents[3] / "docs" / "compatibility.md"
_HEAD = """# Compatibility

Written by `tests/integration/tempest/run` from its last runs: Tempest 47.0.0 against a cloud of two pretended hosts.
`tests/integration/tempest/expected.tsv` holds the verdict of every test; CI runs a part of them again.

Tier 1 is compute's core, tier 2 what a cloud of one host without volumes can be asked, tier 3 the rest: volumes,
several hosts, guests that are talked to, and what is configured away elsewhere too.

| service | tier | tests | pass |
|---|---|---|---|
"""
_GUESTS = """
## Real guests

These pass with guests that QEMU runs too (`tests/integration/tempest/run --hypervisor qemu`; CI runs all of them):
Tempest logs in to the guests by ssh at the fixed addresses of the shared network, with keys from their config drives.

"""


def write() -> None:
    """The page, from what is known."""
    FILE.write_text(text(expectations.load(expectations.PRETENDED), expectations.load(expectations.REAL)), "utf-8")


def text(pretended: Sequence[Expectation], real: Sequence[Expectation]) -> str:
    """The whole page."""
    return _HEAD + _counts(pretended) + _guests(real) + _reasons(pretended)


def _counts(known: Sequence[Expectation]) -> str:
    groups: dict[tuple[str, int], list[Expectation]] = defaultdict(list)
    for one in known:
        groups[one.service, one.tier].append(one)
    return "".join(
        f"| {service} | {tier} | {len(members)} | {sum(one.verdict == PASSED for one in members)} |\n"
        for (service, tier), members in sorted(groups.items())
    )


def _guests(real: Sequence[Expectation]) -> str:
    passed = "".join(_line(one) for one in real if one.verdict == PASSED)
    return _GUESTS + passed + _by_reason([one for one in real if one.verdict != PASSED])


def _reasons(known: Sequence[Expectation]) -> str:
    """Each test of the lower tiers; of the last, how many have the same reason."""
    lines = []
    failed = [one for one in known if one.verdict != PASSED]
    for service in sorted({one.service for one in failed}):
        members = [one for one in failed if one.service == service]
        lines.append(f"\n## {service.capitalize()}: what does not pass\n")
        lines.append(_by_reason([one for one in members if one.tier < 3]))
        lines.append(_counted([one for one in members if one.tier == 3]))
    return "".join(lines)


def _by_reason(members: Sequence[Expectation]) -> str:
    return "".join(
        f"\n**{reason}** ({len(found)})\n\n" + "".join(map(_line, found)) for reason, found in _grouped(members)
    )


def _counted(members: Sequence[Expectation]) -> str:
    if not members:
        return ""
    rows = "".join(f"| {reason} | {len(found)} |\n" for reason, found in _grouped(members))
    return f"\n| in tier 3 | tests |\n|---|---|\n{rows}"


def _grouped(members: Sequence[Expectation]) -> list[tuple[str, list[Expectation]]]:
    """By reason, the most frequent first."""
    reasons: dict[str, list[Expectation]] = defaultdict(list)
    for one in members:
        reasons[one.verdict].append(one)
    return sorted(reasons.items(), key=lambda item: -len(item[1]))


def _line(one: Expectation) -> str:
    return f"- `{one.name.removeprefix('tempest.')}`\n"
