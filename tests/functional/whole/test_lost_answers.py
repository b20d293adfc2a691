"""Whatever a conductor is asked, its first answer gets lost: who asks again is answered, and nothing is done twice."""

from __future__ import annotations

import collections
from collections.abc import Iterator
from pathlib import Path

import pytest

from nova_lite.objects.states import PowerState
from nova_lite.rpc import LocalExchange
from nova_lite.rpc.codec import Codec
from nova_lite.rpc.drivers.local import LocalListener, Parcel
from nova_lite.rpc.errors import CallTimeout
from nova_lite.rpc.signing import NoSigner
from nova_lite.rpc.target import Target
from tests.functional.whole.cloud import Cloud
from tests.functional.whole.test_moves import consistent

pytestmark = pytest.mark.promise(1, 2)
HOSTS = ("a", "b")
# What is asked once for each thing that it is about.
OF_OPERATIONS = ("claim", "operation_begin", "operation_finish")


class LosingExchange(LocalExchange):
    """The wire. ``lost``: how often an answer was lost, by method."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: collections.Counter[str] = collections.Counter()
        self._asked: collections.Counter[tuple[str, str]] = collections.Counter()

    def pick(self, target: Target) -> LocalListener:
        listener = super().pick(target)
        return _Losing(listener, self) if target.topic == "conductor" else listener

    def is_lost(self, parcel: Parcel) -> bool:
        """Whether the answer to this message gets lost: every second one is, of the same sender and method."""
        request = Codec(NoSigner(), 1 << 24).open_request(parcel.message.payload)
        asked = (request.sender, request.method)
        self._asked[asked] += 1
        lost = bool(self._asked[asked] % 2)
        self.lost[request.method] += lost
        return lost


class _Losing(LocalListener):
    def __init__(self, listener: LocalListener, wire: LosingExchange) -> None:
        self._listener, self._wire = listener, wire

    def put(self, parcel: Parcel) -> None:
        if parcel.message.kind == "call" and self._wire.is_lost(parcel):
            parcel = parcel._replace(answer=lambda _: parcel.gone(CallTimeout("the answer was lost")))
        self._listener.put(parcel)

    def alive(self) -> bool:
        return self._listener.alive()


class LossyCloud(Cloud):
    """A cloud on such a wire. Nothing in it is saved by the end of a lease: who was not answered asks again himself."""

    def __init__(self, directory: Path) -> None:
        more = "lease_interval = 0.5\n[api]\nallow_resize_to_same_host = false\n[conductor]\nlease = 3600\n"
        super().__init__(directory, HOSTS, more)
        self.wire = self._exchange = LosingExchange()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LossyCloud]:
    lossy = LossyCloud(tmp_path_factory.mktemp("lossy"))
    with lossy:
        yield lossy


@pytest.fixture
def server(cloud: LossyCloud, image_file: Path) -> Iterator[str]:
    made = cloud.client.boot(cloud.client.upload(image_file), availability_zone="nova:a")
    cloud.client.wait_status(made, "ACTIVE")
    yield made
    cloud.client.ask("DELETE", f"/servers/{made}")
    cloud.client.wait_gone(made)
    assert [cloud.guests(host) for host in HOSTS] == [{}, {}]
    for method in OF_OPERATIONS:  # else the test has shown nothing
        assert cloud.wire.lost[method] > 0, f"no answer to {method} was lost"
    consistent(cloud)


def places(cloud: LossyCloud, server: str) -> dict[str, PowerState]:
    """The hosts that have a guest of this server, and whether it runs there."""
    return {host: found[server].power_state for host in HOSTS if server in (found := cloud.guests(host))}


def test_a_server_that_leaves_does_not_run_in_two_places(cloud: LossyCloud, server: str) -> None:
    """The source took the second answer for a refusal, and switched its guest on again."""
    client = cloud.client
    for decision, code, home in (("revertResize", 202, "a"), ("confirmResize", 204, "b")):
        assert client.act(server, "migrate").status_code == 202
        client.wait_status(server, "VERIFY_RESIZE")
        assert places(cloud, server) == {"a": PowerState.SHUTDOWN, "b": PowerState.RUNNING}
        answer = client.act(server, decision)
        assert answer.status_code == code, answer.text
        client.wait_status(server, "ACTIVE")
        assert places(cloud, server) == {home: PowerState.RUNNING}
