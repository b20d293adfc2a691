"""pytest under green threads: ``python -m tests.contract.green ARGS`` patches the process before pytest is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from nova_lite.core import concurrency

ROOT = Path(__file__).parents[2]


def run(place: str, *options: str) -> str:
    """Run the tests of a directory or file on the eventlet back end, in a process of its own.

    :returns: its output when one fails, else nothing.
    """
    command = [sys.executable, "-m", "tests.contract.green", place, *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def main() -> int:
    concurrency.patch("eventlet")
    import pytest

    return pytest.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
