"""docs/compatibility.md: how many tests pass, and each that does not with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.integration.tempest.expectations import PASSED, Expectation

FILE = Path(__file__).resolve().parents[3] / "docs" / "compatibility.md"

_HEAD = """# Compatibility

Written by `tests/integration/tempest/run` from its last runs: Tempest 47.0.0 against a cloud of one pretended host.
`tests/integration/tempest/expected.tsv` holds the verdict of every test; CI runs a part of them again.

| service | tier | tests | pass |
|---|---|---|---|
"""


def text(expectations: Sequence[Expectation]) -> str:
    """The whole page."""
    return _HEAD + _counts(expectations) + _reasons([one for one in expectations if one.verdict != PASSED])


def _counts(expectations: Sequence[Expectation]) -> str:
    groups: dict[tuple[str, int], list[Expectation]] = defaultdict(list)
    for one in expectations:
        groups[one.service, one.tier].append(one)
    return "".join(
        f"| {service} | {tier} | {len(members)} | {sum(one.verdict == PASSED for one in members)} |\n"
        for (service, tier), members in sorted(groups.items())
    )


def _reasons(failed: Sequence[Expectation]) -> str:
    lines = []
    for service in sorted({one.service for one in failed}):
        lines.append(f"\n## {service.capitalize()}: what does not pass\n")
        reasons: dict[str, list[str]] = defaultdict(list)
        for one in failed:
            if one.service == service:
                reasons[one.verdict].append(one.name.removeprefix("tempest."))
        for reason, names in sorted(reasons.items(), key=lambda item: -len(item[1])):
            lines.append(f"\n**{reason}** ({len(names)})\n\n")
            lines += [f"- `{name}`\n" for name in names]
    return "".join(lines)
