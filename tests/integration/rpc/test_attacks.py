"""A compromised compute host: it has its own key and everything on its wire, and nothing else yields to it."""

from __future__ import annotations

import collections
import dataclasses
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from nova_lite.core.clock import SystemClock
from nova_lite.core.context import system_context
from nova_lite.core.errors import NovaLiteError
from nova_lite.core.ids import new_hex
from nova_lite.db import migration
from nova_lite.objects.claim import ClaimRequest, Decision
from nova_lite.objects.operation import OperationResult, Progress
from nova_lite.objects.service import ServiceRecord
from nova_lite.objects.states import PowerState, VmState
from nova_lite.rpc.bus import open_driver
from nova_lite.rpc.codec import Codec
from nova_lite.rpc.drivers.base import Outgoing
from nova_lite.rpc.envelope import Circumstances, Request
from nova_lite.rpc.interface import interface_of
from nova_lite.rpc.pending import Pending
from nova_lite.rpc.privacy import Privacy
from nova_lite.rpc.sessions import Sessions
from nova_lite.rpc.signing import Keyring, NoSigner
from nova_lite.rpc.target import Target
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.conductor import Conductor
from tests.builders.operations import an_operation
from tests.contract.db.cloud import a_report
from tests.integration.rpc.attacked import EVIL, VICTIM, Scene
from tests.patience import PATIENCE

FUZZ = 300
CONTEXT = system_context()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("database") / "empty.sqlite"
    migration.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def scene(tmp_path: Path, empty: Path) -> Iterator[Scene]:
    made = Scene(tmp_path, empty)
    yield made
    made.close()


def _finish(scene: Scene, host: str) -> OperationResult:
    operation = scene.grant.operation
    return OperationResult(
        operation_id=operation.id, epoch=operation.epoch, host=host, outcome="done", vm_state=VmState.ACTIVE
    )


def _service(host: str) -> ServiceRecord:
    return ServiceRecord(
        uuid=new_hex(), host=host, binary="nova-compute", topic="compute", last_seen_at=1, updated_at=1
    )


Attack = Callable[[Scene, Conductor], object]

# Requests that the authoriser refuses: no handler runs.
FORBIDDEN: dict[str, Attack] = {
    "claim": lambda scene, conductor: conductor.claim(
        CONTEXT, ClaimRequest(operation_id=scene.grant.operation.id, epoch=1, candidates=("evil",))
    ),
    "no_valid_host": lambda scene, conductor: conductor.no_valid_host(
        CONTEXT, scene.grant.operation.id, 1, Decision(hosts=0)
    ),
    "host_states": lambda scene, conductor: conductor.host_states(CONTEXT),
    "begin": lambda scene, conductor: conductor.operation_begin(CONTEXT, scene.grant.operation.id, 1, "victim"),
    "finish": lambda scene, conductor: conductor.operation_finish(CONTEXT, _finish(scene, "victim")),
    "renew": lambda scene, conductor: conductor.renew_leases(
        CONTEXT, "victim", {scene.grant.operation.id: Progress(epoch=1, at=scene.clock.now())}
    ),
    "unfinished": lambda scene, conductor: conductor.unfinished_operations(CONTEXT, "victim"),
    "instances": lambda scene, conductor: conductor.host_instances(CONTEXT, "victim"),
    "disowned": lambda scene, conductor: conductor.disowned_guests(CONTEXT, "victim", [scene.instance.uuid]),
    "power": lambda scene, conductor: conductor.power_state_changed(
        CONTEXT, "victim", scene.instance.uuid, PowerState.SHUTDOWN, scene.clock.now()
    ),
    "register": lambda scene, conductor: conductor.register_host(CONTEXT, a_report("victim")),
    "report": lambda scene, conductor: conductor.report_host(CONTEXT, a_report("victim")),
    "service": lambda scene, conductor: conductor.service_seen(CONTEXT, _service("victim")),
}

# Requests in the attacker's own name about what is not its own: the conductor's records refuse or ignore them.
FOREIGN: dict[str, Attack] = {
    "begin": lambda scene, conductor: conductor.operation_begin(
        CONTEXT, scene.grant.operation.id, scene.grant.operation.epoch, "evil"
    ),
    "finish": lambda scene, conductor: conductor.operation_finish(CONTEXT, _finish(scene, "evil")),
    "renew": lambda scene, conductor: conductor.renew_leases(
        CONTEXT, "evil",
        {scene.grant.operation.id: Progress(epoch=scene.grant.operation.epoch, step="mine", at=scene.clock.now())},
    ),
    "power": lambda scene, conductor: conductor.power_state_changed(
        CONTEXT, "evil", scene.instance.uuid, PowerState.SHUTDOWN, scene.clock.now() + 1
    ),
    "impersonate": lambda scene, conductor: conductor.register_host(CONTEXT, a_report("evil", uuid=scene.victim_uuid)),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_is_not_its_business_is_forbidden(scene: Scene, name: str) -> None:
    before = scene.dump()
    _try(FORBIDDEN[name], scene)
    refusal = scene.refusals.get(PATIENCE)
    assert (refusal.identity, refusal.error.code) == (EVIL, "forbidden")
    assert EVIL in refusal.error.message
    assert (scene.ran, scene.dump()) == ([], before)


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_instances_stay_as_they_are(scene: Scene, name: str) -> None:
    before = scene.dump()
    _try(FOREIGN[name], scene)
    scene.settle()
    assert scene.dump() == before


def _try(attack: Attack, scene: Scene) -> None:
    try:
        attack(scene, scene.conductor)
    except NovaLiteError:
        return


def test_other_hosts_do_nothing_for_it(scene: Scene) -> None:
    compute = scene.bus(EVIL, scene.stolen).proxy(Compute, "victim", timeout=PATIENCE)
    compute.run_operation(CONTEXT, scene.instance, an_operation(scene.instance))
    for ask in (
        lambda: compute.console_output(CONTEXT, scene.instance.uuid, 100),
        lambda: compute.destroy_strays(CONTEXT, [scene.instance.uuid]),
        lambda: compute.guests_found(CONTEXT),
    ):
        with pytest.raises(NovaLiteError, match=EVIL):
            ask()
    assert {scene.refusals.get(PATIENCE).identity for _ in range(4)} == {EVIL}
    assert scene.host.done == []


@pytest.mark.parametrize("identity", [VICTIM, "nova-conductor@control", "nova-scheduler@control"])
def test_a_forged_sender_is_refused(scene: Scene, identity: str) -> None:
    shutil.copy(scene.stolen / f"{EVIL}.key", scene.stolen / f"{identity}.key")
    compute = scene.bus(identity, scene.stolen).proxy(Compute, "victim", timeout=PATIENCE)
    with pytest.raises(NovaLiteError, match="signed by"):
        compute.console_output(CONTEXT, scene.instance.uuid, 100)
    assert scene.refusals.get(PATIENCE).error.code == "bad_signature"
    assert scene.host.done == []


class Wire:
    """Raw bytes to the victim, and whether it refused them."""

    def __init__(self, scene: Scene) -> None:
        self._pending = Pending()
        self._driver = open_driver(dataclasses.replace(scene.settings, identity="raw"), self._pending)
        self._scene = scene

    def request(self, signer: str, encrypted: bool = False, **changes: object) -> bytes:
        """As the owner of a key would make it: a captured message, when the signer is not the attacker."""
        now = SystemClock().now()
        method = interface_of(Compute).methods["console_output"].arguments
        request = Request(
            id=new_hex(), kind="call", target="compute.victim", interface="compute", version="1.0",
            method="console_output", arguments=method.encode(method.kind(self._scene.instance.uuid, 100)),
            context=Circumstances("req-1"), sender=signer, reply_to="raw/1", sent_at=now, deadline=now + PATIENCE,
        )
        keyring = Keyring(self._scene.keys, signer, prefix="nova-")
        privacy = Privacy(keyring, Sessions(signer, SystemClock()), True, True) if encrypted else None
        return Codec(keyring, 100_000, None, privacy).seal_request(msgspec.structs.replace(request, **changes))

    def refused(self, payload: bytes) -> str:
        """The code of the refusal; empty when it was served."""
        message_id = new_hex()
        waiter = self._pending.add(message_id)
        self._driver.send(Target("compute", "victim"), Outgoing(message_id, "call", payload, PATIENCE))
        answer = waiter.wait(PATIENCE)
        assert answer is not None
        failure = Codec(NoSigner(), 100_000).open_answer(answer).failure
        return "" if failure is None else failure.code

    def close(self) -> None:
        self._driver.close()


@pytest.fixture
def wire(scene: Scene) -> Iterator[Wire]:
    made = Wire(scene)
    yield made
    made.close()


def test_a_captured_message_works_once_at_its_target_only(scene: Scene, wire: Wire) -> None:
    captured = wire.request("nova-conductor@control")
    assert wire.refused(captured) == ""
    assert [wire.refused(captured) for _ in range(20)] == ["replayed"] * 20
    assert wire.refused(wire.request("nova-conductor@control", target="compute.other")) == "bad_signature"
    assert wire.refused(wire.request("nova-conductor@control", target="conductor")) == "bad_signature"
    assert scene.host.done == [scene.instance.uuid]
    assert {scene.refusals.get(PATIENCE).identity for _ in range(22)} == {"nova-conductor@control"}


def test_a_captured_message_does_not_keep(scene: Scene, wire: Wire) -> None:
    now = SystemClock().now()
    late = wire.request("nova-conductor@control", sent_at=now - 100, deadline=now - 0.1)
    assert wire.refused(late) == "message_expired"
    assert wire.refused(wire.request("nova-conductor@control", deadline=now + 1e9)) == "bad_signature"
    assert scene.host.done == []


@pytest.mark.parametrize("encrypted", [False, True], ids=["signed", "encrypted"])
def test_mutated_and_truncated_messages_are_refused(scene: Scene, wire: Wire, encrypted: bool) -> None:
    chance = random.Random(2026)
    assert wire.refused(wire.request("nova-conductor@control", encrypted)) == ""
    codes = collections.Counter[str]()
    for number in range(FUZZ):
        payload = wire.request("nova-conductor@control", encrypted)
        code = wire.refused(_mutated(payload, chance))
        assert code != "", f"mutation {number}"
        codes[code] += 1
    # How many depends on how long the parts of a message are, which keys and times change a little.
    assert codes["bad_signature"] > FUZZ / 8, "nearly all were not even messages"
    # For others, or for a process that is no more: its sender is told, and nobody has done anything wrong.
    for _ in range(FUZZ - codes.pop("unknown_session", 0)):
        scene.refusals.get(PATIENCE)
    assert scene.refusals.qsize() == 0
    assert scene.host.done == [scene.instance.uuid]


def _mutated(payload: bytes, chance: random.Random) -> bytes:
    kind, at = chance.randrange(8), chance.randrange(len(payload))
    if kind == 0:
        return payload[:at]
    if kind == 1:
        return payload[:at] + payload[at + 1 :]
    if kind == 2:
        return payload[:at] + chance.randbytes(1 + chance.randrange(8)) + payload[at:]
    if kind == 3:
        return chance.randbytes(len(payload))
    other = (payload[at] + chance.randrange(1, 256)) % 256
    return payload[:at] + bytes([other]) + payload[at + 1 :]
