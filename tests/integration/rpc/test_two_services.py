"""The two services of docs/rpc.md run as daemons, made of core and rpc alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]
# Prints, at the end, which rooms of the project were loaded.
WITNESS = """
import atexit, sys
atexit.register(lambda: print("rooms:", sorted({name.split(".")[1] for name in sys.modules
                                                if name.startswith("nova_lite.")}), flush=True))
"""


def test_two_services_of_core_and_rpc_alone(tmp_path: Path) -> None:
    program = re.findall(r"```python\n(.*?)```", (ROOT / "docs/rpc.md").read_text(), re.DOTALL)[1]
    (tmp_path / "shop.py").write_text(WITNESS + program)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}

    def start(name: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(tmp_path / "shop.py"), name, str(tmp_path / "bus")]
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    with start("stock") as stock, start("till") as till:
        try:
            assert till.stdout is not None
            assert stock.stdout is not None
            assert [till.stdout.readline() for _ in range(4)] == [
                "left: 2\n", "left: 1\n", "left: 0\n", "no tea left {'article': 'tea'} {'tea': 0}\n"
            ]
            for service in (till, stock):
                service.send_signal(signal.SIGTERM)
                assert service.wait(PATIENCE) == 0
                assert service.stdout is not None
                assert service.stdout.read().endswith("rooms: ['core', 'rpc']\n")
        finally:
            for service in (till, stock):
                service.kill()
