"""The unmodified openstack client, a process for each command."""

from __future__ import annotations

import os
import subprocess
import time

from tests.clients.stack import ROOT, Stack
from tests.e2e.serial_console import PATIENCE


def openstack(stack: Stack, *words: str) -> subprocess.CompletedProcess[str]:
    """What a command leaves behind."""
    return subprocess.run([str(ROOT / ".venv/bin/openstack"), *words], env={**os.environ, **stack.openrc()},
                          capture_output=True, text=True, timeout=PATIENCE, check=False)


def console_address(stack: Stack, server: str, kind: str) -> str:
    """Where a console is, ``novnc`` or ``serial``."""
    until = time.monotonic() + PATIENCE
    while True:
        shown = openstack(stack, "console", "url", "show", f"--{kind}", "-f", "value", "-c", "url", server)
        if shown.returncode == 0:
            return shown.stdout.strip()
        # The host has ten seconds: a machine that is busy with other things stands still for longer now and then.
        assert "does not answer now" in shown.stderr and time.monotonic() < until, shown.stderr
