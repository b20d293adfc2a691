"""Run by Tempest's interpreter: reads a subunit stream from a file and prints each test's outcome as JSON lines.

A line: {"id": …, "status": "success" | "fail" | "skip" …, "reason": why it was skipped, "log": traceback}.
"""

from __future__ import annotations

import json
import sys

import subunit
import testtools


class Outcomes(testtools.StreamResult):  # type: ignore[misc]  # has no types
    """Collects what the stream says of each test."""

    def __init__(self) -> None:
        super().__init__()
        self.tests: dict[str, dict[str, str]] = {}

    def status(self, test_id: str | None = None, test_status: str | None = None, **more: object) -> None:
        if test_id is None or test_status == "exists":  # the listing before the run
            return
        test = self.tests.setdefault(test_id, {"id": test_id, "status": "inprogress", "reason": "", "log": ""})
        if test_status not in (None, "inprogress"):
            test["status"] = str(test_status)
        content = more.get("file_bytes")
        if isinstance(content, bytes | memoryview) and more.get("file_name") in ("reason", "traceback"):
            field = "reason" if more["file_name"] == "reason" else "log"
            test[field] += bytes(content).decode("utf-8", "replace")


def main() -> None:
    outcomes = Outcomes()
    with open(sys.argv[1], "rb") as stream:
        subunit.ByteStreamToStreamResult(stream, non_subunit_name="stdout").run(outcomes)
    for test in outcomes.tests.values():
        print(json.dumps(test))


if __name__ == "__main__":
    main()
