"""What a listener on the network sees: everything without encryption, nothing of a payload with it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from nova_lite.core.context import system_context
from nova_lite.rpc.signing import generate
from tests.contract.rpc.contracts import Parcel, Post
from tests.integration.rpc.tcp_proxy import TcpProxy
from tests.integration.rpc.test_tcp_faults import over_rabbit, over_zmq
from tests.patience import PATIENCE

SECRET = "the-secret-name-of-a-parcel"


@pytest.mark.parametrize("encryption", ["off", "on"])
@pytest.mark.parametrize("transport", ["zmq", "rabbit"])
def test_a_payload_is_not_seen_on_the_wire(
    transport: str, encryption: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for identity in ("client", "post@any"):
        generate(tmp_path / "keys", identity)
    changes = {"key_dir": str(tmp_path / "keys"), "encryption": encryption, "heartbeat": PATIENCE}
    if transport == "zmq":
        scene = over_zmq(tmp_path, **changes)
    else:
        scene = over_rabbit(request.getfixturevalue("broker"), **changes)
    try:
        assert _seen(scene.proxy, scene.patient) is (encryption == "off")
    finally:
        scene.fabric.close()
        scene.proxy.__exit__(None, None, None)


def _seen(proxy: TcpProxy, client: Post) -> bool:
    """Whether the secret crosses the wire in calls and answers, the first and later ones, and in casts."""
    for _ in range(3):
        assert client.weigh(system_context(), Parcel(name=SECRET)).name == SECRET
    client.drop(dataclasses.replace(system_context(), request_id=SECRET), 1)
    assert len(proxy.heard) > 4 * len(SECRET)
    return SECRET.encode() in bytes(proxy.heard)
