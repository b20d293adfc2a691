"""A consumer that has died for good ends its service, and that its process, with a status that says so."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nova_lite.core import concurrency
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import NovaLiteError
from nova_lite.rpc import Server
from tests.contract.rpc.contracts import Office, Post
from tests.contract.rpc.deaths import WAYS, possible
from tests.contract.rpc.fabric import TRANSPORTS, Fabric
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]
dying = pytest.mark.parametrize(("fabric", "way"), [
    (transport, way) for transport in TRANSPORTS for way in WAYS if possible(transport, way, concurrency.backend())
], indirect=["fabric"])


@dying
def test_waiting_for_the_server_raises_what_killed_its_consumer(
    fabric: Fabric, context: RequestContext, way: str
) -> None:
    bus = fabric.bus("post@any")
    server, post = bus.server(), bus.proxy(Post)
    server.serve(Post, Office("office"))
    server.start()
    assert post.who(context) == "office"
    waiting = concurrency.spawn(_death, server)
    WAYS[way](server)
    while not waiting.dead:
        with contextlib.suppress(NovaLiteError, TimeoutError):  # what comes in now meets the dead consumer
            bus.proxy(Post, timeout=1.0).who(context)
        concurrency.event().wait(0.01)
    assert waiting.wait(PATIENCE) is not None
    server.kill()


def _death(server: Server) -> BaseException | None:
    try:
        server.wait()
    except BaseException as error:  # noqa: BLE001 - that of a task that was killed is none of Exception
        return error
    return None


@dying
def test_its_process_ends_and_says_why(fabric: Fabric, way: str) -> None:
    settings = json.dumps({**dataclasses.asdict(fabric.settings), "identity": "mortal"})
    command = [sys.executable, "-m", "tests.contract.rpc.mortal_process", settings, way]
    environment = {**os.environ, "NOVA_LITE_CONCURRENCY": concurrency.backend(), "PYTHONWARNINGS": "ignore"}
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=5 * PATIENCE, check=False
    )
    assert ended.stdout == "mortal\n", ended.stderr
    assert ended.returncode == 1, ended.stderr
    assert "mortal died" in ended.stderr
