"""What travels is what is recorded in tests/wire; what was released is still understood."""

from __future__ import annotations

import subprocess
import sys

from tests.style import source

CONTRACTS = ("nova_lite.rpcapi.compute", "nova_lite.rpcapi.conductor", "nova_lite.rpcapi.scheduler")
NOTIFICATIONS = "nova_lite.notifications.payloads"
COMMAND = ("-m", "nova_lite.rpc.wire")


def test_contracts_are_as_recorded() -> None:
    run = subprocess.run(
        [sys.executable, *COMMAND, "--check", "tests/wire", *CONTRACTS, NOTIFICATIONS], cwd=source.ROOT,
        capture_output=True, text=True
    )
    again = f"python {' '.join(COMMAND)} tests/wire {' '.join(CONTRACTS)} {NOTIFICATIONS}"
    assert run.returncode == 0, f"{run.stderr}Unless a version must grow, run: {again}"


def test_every_contract_is_recorded() -> None:
    modules = {f"nova_lite.rpcapi.{path.stem}" for path in (source.ROOT / "nova_lite/rpcapi").glob("*.py")}
    assert modules - {"nova_lite.rpcapi.__init__"} == set(CONTRACTS)
