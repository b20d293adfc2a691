"""The routes of Nova 34.0.0, as facts: ``nova_routes.tsv`` has a line per method, path and action."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Row:
    """``since`` and ``until`` (empty: to this day) are microversions; ``success`` and ``errors`` statuses in words."""

    method: str
    path: str
    action: str
    since: str
    until: str
    state: str
    success: str
    errors: str

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.action}".strip()

    @property
    def gone(self) -> bool:
        """Whether Nova has taken it away, and says so."""
        return self.state.startswith("gone: HTTP 410")


def _rows() -> list[Row]:
    with Path(__file__).with_suffix(".tsv").open() as lines:
        return [Row(**line) for line in csv.DictReader(lines, delimiter="\t")]


# Without those that stand outside of the versions.
ROWS = [row for row in _rows() if not row.path.startswith("(root)")]
CURRENT = [row for row in ROWS if not row.gone]
