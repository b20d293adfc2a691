"""The form in which every benchmark reports: conditions, and rows of figures against target and peer."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import sys
from pathlib import Path
from typing import Literal


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """One figure. ``target`` is a bound in ``unit``; ``better`` says on which side of it is good.

    ``peer`` is the same figure of another system in the same run; ``ratio`` is value / peer.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    better: Literal["lower", "higher"] = "lower"
    peer: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if not self.peer else round(self.value / self.peer, 3)

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        return self.value <= self.target if self.better == "lower" else self.value >= self.target

    def document(self) -> dict[str, object]:
        return {
            "name": self.name, "value": round(self.value, 3), "unit": self.unit, "peer": self.peer,
            "ratio": self.ratio, "target": self.target, "met": self.met,
        }


def machine() -> dict[str, str]:
    """The conditions that every benchmark names."""
    return {
        "cores": str(os.cpu_count()), "python": platform.python_version(), "system": platform.platform(terse=True),
        "load before": f"{os.getloadavg()[0]:.2f}",
    }


def parser(name: str, description: str) -> argparse.ArgumentParser:
    """A command line with the options that all benchmarks share."""
    made = argparse.ArgumentParser(prog=name, description=description)
    made.add_argument("--json", metavar="FILE", help="write the same figures to FILE")
    return made


def publish(conditions: dict[str, str], rows: list[Row], json_file: str | None) -> None:
    """Print the table, and write it as JSON when asked to."""
    for name, value in conditions.items():
        print(f"{name}: {value}")
    widths = (max(len(row.name) for row in rows), 12, 10, 10, 8, 5)
    _line(widths, "figure", "value", "target", "peer", "ratio", "met")
    for row in rows:
        met = {True: "yes", False: "NO", None: ""}[row.met]
        peer, ratio = ("" if value is None else f"{value:g}" for value in (row.peer, row.ratio))
        target = "" if row.target is None else f"{'<=' if row.better == 'lower' else '>='} {row.target:g}"
        _line(widths, row.name, f"{row.value:.4g} {row.unit}", target, peer, ratio, met)
    if json_file:
        document = {"conditions": conditions, "rows": [row.document() for row in rows]}
        Path(json_file).write_text(json.dumps(document, indent=2) + "\n")
    sys.stdout.flush()


def _line(widths: tuple[int, ...], *cells: str) -> None:
    print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())
