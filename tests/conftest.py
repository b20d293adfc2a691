"""What holds in every layer: for made-up examples, and for what a pytest that was killed has left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import leash

ROOT = Path(__file__).resolve().parents[1]

# The same examples at every run, and no judgement on how busy the machine is. ``-- --hypothesis-profile=default`` has
# others made up.
settings.register_profile(
    "nova-lite", derandomize=True, database=None, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("nova-lite")


@pytest.fixture(scope="session", autouse=True)
def leashed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Brokers, databases, daemons and guests do not outlive a pytest that is killed."""
    directory = tmp_path_factory.getbasetemp()
    os.environ[leash.MARK] = f"{directory}/"
    command = [sys.executable, "-m", "tests.leash", str(directory)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True):
        yield
