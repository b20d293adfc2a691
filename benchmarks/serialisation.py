"""What it costs to encode a record, and to decode and check it: msgspec, which carries ours, and what else could.

The record is that of an instance as a boot sends it to its host. All candidates hold the same fields of the same types
and are told to be strict; each is given three documents that are wrong, too. They run one after another, in an
environment of their own (``requirements-serialisation.txt``), and the least CPU time of many batches counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.peers.environment import interpreter
from benchmarks.report import Row, machine, parser, publish

ROOT = Path(__file__).parents[1]
OURS = "msgspec, msgpack"


def measured(seconds: float) -> list[dict[str, Any]]:
    """What ``benchmarks/peers/codecs.py`` has found, a candidate each."""
    python = interpreter("serialisation", "requirements-serialisation.txt")
    done = subprocess.run(
        [python, "-W", "ignore", "-m", "benchmarks.peers.codecs", str(seconds)], cwd=ROOT, text=True,
        capture_output=True, check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"benchmarks/serialisation: a candidate failed:\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def rows(found: list[dict[str, Any]]) -> list[Row]:
    """Every figure beside ours."""
    ours = next(one for one in found if one["name"] == OURS)
    return [
        Row(name=f"{one['name']}: {figure}", value=one[figure], unit=unit, peer=ours[figure])
        for one in found for figure, unit in (("encode", "us"), ("decode", "us"), ("size", "bytes"))
    ]


def table(found: list[dict[str, Any]]) -> list[str]:
    """What docs/adr/0037 carries."""
    lines = ["| | encode, us | decode and check, us | bytes | refuses |", "|---|---|---|---|---|"]
    for one in found:
        lines.append(
            f"| {one['name']} | {one['encode']:.1f} | {one['decode']:.1f} | {one['size']:,} "
            f"| {', '.join(one['refuses']) or 'nothing'} |"
        )
    return lines


def main() -> int:
    """Measure and print; 0 when it ran whole."""
    made = parser("serialisation", __doc__ or "")
    made.add_argument("--seconds", type=float, default=2.0, help="for each figure (default: 2)")
    chosen = made.parse_args()
    found = measured(chosen.seconds)
    publish(machine() | {"record": "an instance as a boot sends it"}, rows(found), chosen.json)
    print("", *table(found), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
