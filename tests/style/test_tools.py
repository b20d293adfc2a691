"""The linters, and what is generated."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nova_lite.conf import sample
from tests.style import source


@pytest.mark.parametrize("command", [
    ("ruff", "check", "."),
    ("mypy", "nova_lite", "stack", "guest", "tests", "benchmarks"),
], ids=lambda command: command[0])
def test_linter_is_silent(command: tuple[str, ...]) -> None:
    run = subprocess.run([sys.executable, "-m", *command], cwd=source.ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_configuration_sample_is_current() -> None:
    checked_in = (source.ROOT / "etc/nova-lite/nova-lite.conf.sample").read_text()
    command = "bin/nova-lite-manage config sample --output etc/nova-lite/nova-lite.conf.sample"
    assert checked_in == sample.render(), f"run: {command}"
