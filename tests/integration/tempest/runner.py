"""Runs tests of Tempest by their ids against a cloud, and says how each ended."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.clients.stack import Stack
from tests.integration.tempest import environment, resources, settings
from tests.integration.tempest.expectations import PASSED, UNEXPLAINED

_STESTR = """[DEFAULT]
test_path={path}
top_dir={top}
group_regex=([^\\.]*\\.)*
"""


# With guests that boot, one class takes as long as all the others: it has a worker of its own.
LONGEST = "ServerActionsTestJSON"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """Of one test: ``status`` as subunit names it; ``reason`` of a skip, ``log`` of a failure."""

    test_id: str
    status: str
    reason: str = ""
    log: str = ""

    @property
    def verdict(self) -> str:
        """``passed``, or why not as far as the run tells."""
        if self.status == "success":
            return PASSED
        return f"skipped: {' '.join(self.reason.split())}" if self.status == "skip" else UNEXPLAINED


def complaints(outcomes: Iterable[Outcome]) -> str:
    """Of those that did not pass: how they ended, and the ends of their logs. Empty when all passed."""
    return "\n".join(
        f"{one.test_id}: {one.status} {one.reason}\n{one.log[-2000:]}" for one in outcomes if one.verdict != PASSED
    )


class Tempest:
    """Tempest, set up for one cloud, in a directory of its own. ``real``: the cloud's guests are."""

    def __init__(self, stack: Stack, directory: Path, *, real: bool = False) -> None:
        self._venv = environment.ensure()
        self._directory, self._real = directory, real
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "locks").mkdir(exist_ok=True)
        (package,) = self._venv.glob("lib/python3*/site-packages/tempest")
        text = _STESTR.format(path=package / "test_discover", top=package.parent)
        (directory / ".stestr.conf").write_text(text)
        there = resources.prepare(stack, directory, real=real)
        self._config = settings.write(stack.openrc(), there, directory)

    def run(self, test_ids: Iterable[str], workers: int = 2, patience: float = 3600.0) -> list[Outcome]:
        """Run these; the outcome of each, also of those that the run says nothing of (status ``missing``).

        A class whose preparation fails takes all its tests with it. What has not run after ``patience`` seconds, does
        not run any more.
        """
        wanted = list(test_ids)
        listing = self._directory / "tests.txt"
        listing.write_text("".join(f"{test_id}\n" for test_id in wanted))
        stream = self._directory / "subunit"
        with stream.open("wb") as output, (self._directory / "stestr.log").open("wb") as log:
            process = subprocess.Popen(
                [self._venv / "bin/stestr", "run", "--subunit", "--load-list", listing, *self._shared_by(workers)],
                cwd=self._directory, env=self._environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=log,
                start_new_session=True,
            )
            _wait(process, patience)
        return self._outcomes(stream, wanted)

    def _shared_by(self, workers: int) -> list[str | Path]:
        if not self._real:
            return ["--concurrency", str(workers)]
        file = self._directory / "workers.yaml"
        file.write_text(json.dumps([{"worker": [LONGEST]}, {"worker": [f"^(?!.*{LONGEST})"]}]))
        return ["--worker-file", file]

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ, "PATH": f"{self._venv / 'bin'}:{os.environ['PATH']}", "TEMPEST_CONFIG": str(self._config),
            "TEMPEST_CONFIG_DIR": str(self._directory), "OS_TEST_TIMEOUT": "600", "PYTHONWARNINGS": "ignore",
        }

    def _outcomes(self, stream: Path, wanted: Sequence[str]) -> list[Outcome]:
        script = Path(__file__).with_name("outcomes.py")
        done = subprocess.run(
            [self._venv / "bin/python", script, stream], capture_output=True, text=True, check=True
        )
        told = {}
        for line in done.stdout.splitlines():
            test = json.loads(line)
            told[test["id"]] = Outcome(test["id"], test["status"], test["reason"], test["log"])
        classes = {_class_in(test_id): outcome for test_id, outcome in told.items() if "(" in test_id}
        return [told.get(test_id) or _of_class(classes, test_id) for test_id in wanted]


def _wait(process: subprocess.Popen[bytes], patience: float) -> None:
    """For its end, or end it, with its workers. What it has said until then is worth reading."""
    try:
        process.wait(patience)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise


def _class_in(test_id: str) -> str:
    """The class of ``setUpClass (package.module.Class)``."""
    return test_id.partition("(")[2].rstrip(")")


def _of_class(classes: dict[str, Outcome], test_id: str) -> Outcome:
    found = classes.get(test_id.partition("[")[0].rpartition(".")[0])
    if found is None:
        return Outcome(test_id, "missing")
    return dataclasses.replace(found, test_id=test_id)
