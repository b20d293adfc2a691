"""What two files of ``ask`` differ in; with ``--record``, the first (of ``ask --sample``) as the data of the test.

``python -m tests.functional.nova.compare NOVA OURS [--record]``
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.functional.nova import answers
from tests.functional.nova.differing import reason

Records = dict[str, dict[str, Any]]


def read(path: Path) -> Records:
    """The records of a file, by the keys of their requests."""
    return {record["key"]: record for record in map(json.loads, path.read_text().splitlines())}


def _telling(answer: dict[str, Any]) -> bool:
    """Whether it says something of Nova: not that it failed, nor that its router knows no such path or method."""
    unrouted = isinstance(answer["body"], dict) and "title" in answer["body"]
    return answer["status"] < 500 and not unrouted and not reason(answer["key"])


def compare(theirs: Records, ours: Records) -> int:
    """Print what differs without a reason; how much that is."""
    wrong = 0
    for key, answer in theirs.items():
        if key not in ours or not _telling(answer):
            continue
        parts = ("status", "headers", "body")
        found = answers.differences({part: answer[part] for part in parts}, {part: ours[key][part] for part in parts})
        if found:
            wrong += 1
            print(key, *found, answer["text"][:200], ours[key]["text"][:200], sep="\n    ")
    return wrong


def record(theirs: Records) -> None:
    """Write the data of the test: forms once, and by the names of requests which form they got."""
    forms: list[str] = []
    kept: dict[str, int] = {}
    for _, answer in sorted(theirs.items()):
        if answer["scene"] == "setting" or not _telling(answer):
            continue
        form = json.dumps({part: answer[part] for part in ("status", "headers", "body")}, sort_keys=True)
        if form not in forms:
            forms.append(form)
        kept[answer["name"]] = forms.index(form)
    lines = ",\n".join(f"  {form}" for form in forms)
    answers.RECORDED.write_text(f'{{"forms": [\n{lines}\n], "answers":\n{json.dumps(kept)}}}\n')
    print(f"recorded {len(kept)} answers in {len(forms)} forms")


def main() -> int:
    theirs, ours = read(Path(sys.argv[1])), read(Path(sys.argv[2]))
    wrong = compare(theirs, ours)
    print(f"{wrong} of {len(theirs)} differ")
    if "--record" in sys.argv:
        record(theirs)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
