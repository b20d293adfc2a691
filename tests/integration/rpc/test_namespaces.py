"""zmq over tcp between two network namespaces, each with an address of its own: as between two machines, signed."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from nova_lite.core.ids import new_hex
from nova_lite.rpc import BusSettings
from nova_lite.rpc.signing import generate
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]
NEAR, FAR = "10.213.0.1", "10.213.0.2"


class Machines(NamedTuple):
    """The names of the namespaces."""

    near: str
    far: str


def _ip(*words: str) -> None:
    subprocess.run(("ip", *words), check=True)


@pytest.fixture
def machines() -> Iterator[Machines]:
    name = f"nlrpc{new_hex()[:6]}"
    made = Machines(f"{name}n", f"{name}f")
    try:
        for namespace in made:
            _ip("netns", "add", namespace)
        _ip("link", "add", "eth0", "netns", made.near, "type", "veth", "peer", "name", "eth0", "netns", made.far)
        for namespace, address in zip(made, (NEAR, FAR), strict=True):
            _ip("-n", namespace, "address", "add", f"{address}/24", "dev", "eth0")
            _ip("-n", namespace, "link", "set", "eth0", "up")
            _ip("-n", namespace, "link", "set", "lo", "up")
        yield made
    finally:
        for namespace in made:
            subprocess.run(("ip", "netns", "delete", namespace), check=False, stderr=subprocess.DEVNULL)


def test_peers_with_addresses_of_their_own_reach_each_other(machines: Machines, tmp_path: Path) -> None:
    ring = tmp_path / "ring.json"
    addresses = {"post": [f"tcp://{FAR}:7001"], "post.far": [f"tcp://{NEAR}:7002", f"tcp://{FAR}:7002"]}
    ring.write_text(json.dumps(addresses))
    for identity in ("post@far", "client@near"):
        generate(tmp_path / "keys", identity)
    settings = BusSettings(
        transport="zmq", identity="", zmq_ring=str(ring), key_dir=str(tmp_path / "keys"), send_timeout=PATIENCE,
    )
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}

    def command(namespace: str, module: str, identity: str) -> list[str]:
        text = json.dumps({**dataclasses.asdict(settings), "identity": identity})
        return ["ip", "netns", "exec", namespace, sys.executable, "-m", module, text]

    serve = [*command(machines.far, "tests.contract.rpc.office_process", "post@far"), "far"]
    with subprocess.Popen(serve, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
            ask = command(machines.near, "tests.integration.rpc.asker_process", "client@near")
            run = subprocess.run(
                ask, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, timeout=5 * PATIENCE,
            )
            assert run.stdout == "process 45 post@far\n"
        finally:
            server.kill()
