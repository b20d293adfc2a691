"""The compute API alone: the real application over a real database; nobody hears its casts, the test plays compute."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import webob
from oslo_config import cfg
from oslo_policy import policy as oslo_policy
from sqlalchemy import create_engine

from nova_lite.api.compute import app, versions
from nova_lite.api.compute.lifecycle import Deadlines, Lifecycle
from nova_lite.api.compute.networks import ServerNetworks
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.dialect import Frame
from nova_lite.api.faults import RENDERERS
from nova_lite.api.middleware.authtoken import AuthToken
from nova_lite.api.middleware.faults import Faults
from nova_lite.api.middleware.request_id import RequestId
from nova_lite.api.policy import Policy
from nova_lite.api.urlmap import UrlMap
from nova_lite.core.clock import SystemClock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import NotFound, Unauthenticated
from nova_lite.db.models import whole_metadata
from nova_lite.db.network import DatabaseNetworkStore
from nova_lite.db.reads import operations as operation_reads
from nova_lite.db.session import Database
from nova_lite.db.writes import claims, flavors, hosts, operations
from nova_lite.db.writes import services as registry
from nova_lite.identity.access_rules import Asked
from nova_lite.network.servers import ServerPorts
from nova_lite.network.service import Networking
from nova_lite.objects.claim import ClaimRequest
from nova_lite.objects.fault import Fault
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.host import HostReport, Inventory
from nova_lite.objects.image import Image, ImageMeta
from nova_lite.objects.network import NetworkQuota
from nova_lite.objects.operation import Operation, OperationEvent, OperationResult
from nova_lite.objects.quota import Quota
from nova_lite.objects.service import ServiceRecord
from nova_lite.objects.states import Action, PowerState, VmState
from nova_lite.rpc import Bus, BusSettings, LocalExchange, connect
from nova_lite.rpcapi.compute import Compute
from nova_lite.rpcapi.scheduler import Scheduler

PROJECT, OTHER_PROJECT, ADMIN_PROJECT = "1" * 32, "2" * 32, "3" * 32
IMPLIED = {
    "admin": ("admin", "manager", "member", "reader"), "member": ("member", "reader"), "reader": ("reader",),
    "nobody": (),
}
IMAGE = "10000000-0000-4000-8000-000000000001"
QUEUED_IMAGE = "10000000-0000-4000-8000-000000000002"
LARGE_IMAGE = "10000000-0000-4000-8000-000000000003"
HOST = "host1"
DATABASE = "cloud.sqlite"

ENDS = {
    Action.CREATE: (VmState.ACTIVE, PowerState.RUNNING), Action.PAUSE: (VmState.PAUSED, PowerState.PAUSED),
    Action.UNPAUSE: (VmState.ACTIVE, PowerState.RUNNING), Action.STOP: (VmState.STOPPED, PowerState.SHUTDOWN),
    Action.START: (VmState.ACTIVE, PowerState.RUNNING), Action.REBOOT: (VmState.ACTIVE, PowerState.RUNNING),
    Action.DELETE: (VmState.DELETED, PowerState.NOSTATE),
    Action.SUSPEND: (VmState.SUSPENDED, PowerState.SHUTDOWN), Action.RESUME: (VmState.ACTIVE, PowerState.RUNNING),
    Action.REBUILD: (VmState.ACTIVE, PowerState.RUNNING), Action.RESIZE: (VmState.RESIZED, PowerState.RUNNING),
    Action.CREATE_IMAGE: (None, PowerState.RUNNING), Action.RESCUE: (VmState.RESCUED, PowerState.RUNNING),
    Action.REVERT_RESIZE: (VmState.ACTIVE, PowerState.RUNNING),
    Action.SHELVE: (VmState.SHELVED_OFFLOADED, PowerState.NOSTATE),
}


class NamingTokens:
    """A token is ``role@project`` or ``role@project@user`` and says who it is."""

    def validate(self, token: str, request_id: str, asked: Asked) -> RequestContext:
        role, _, rest = token.partition("@")
        project, _, user = rest.partition("@")
        if role not in IMPLIED:
            raise Unauthenticated("no such token")
        return RequestContext(
            request_id=request_id, user_id=user or f"{role}-of-{project[:4]}", project_id=project, roles=IMPLIED[role]
        )


class FewImages:
    """Three images: one to boot from, one that is not there yet, one that needs much."""

    def get_meta(self, context: RequestContext, image_id: str) -> ImageMeta:
        known = {
            IMAGE: ImageMeta(id=IMAGE, name="cirros", size=1 << 20, properties={"os": "linux"}),
            QUEUED_IMAGE: ImageMeta(id=QUEUED_IMAGE, status="queued"),
            LARGE_IMAGE: ImageMeta(id=LARGE_IMAGE, min_ram=1 << 20, min_disk=1000),
        }
        if image_id not in known:
            raise NotFound(f"No image found with ID {image_id}")
        return known[image_id]

    def create(self, image: Image) -> Image:
        return image

    def delete(self, context: RequestContext, image_id: str) -> None:
        """It was not kept."""


class Answer:
    """What came back."""

    def __init__(self, response: webob.Response) -> None:
        self.status = response.status_int
        self.headers = response.headers
        self.body = response.body

    @property
    def json(self) -> dict[str, object]:
        document: dict[str, object] = json.loads(self.body)
        return document

    def at(self, *path: str | int) -> object:
        """The value at a path into the document."""
        value: object = self.json
        for step in path:
            value = value[step]  # type: ignore[index]
        return value

    @property
    def message(self) -> str:
        """The sentence of a fault."""
        (fault,) = self.json.values()
        return str(fault["message"])  # type: ignore[index]


def _url(path: Path) -> str:
    return f"sqlite:///{path / DATABASE}"


def create_schema(path: Path) -> None:
    """The tables, in a new database in the directory ``path``."""
    engine = create_engine(_url(path))
    whole_metadata().create_all(engine)
    engine.dispose()


class ComputeCloud:
    """The API, its database, and hands to play scheduler, conductor and compute with.

    ``network_limits``: those of its network service, None where there is none.
    """

    def __init__(self, path: Path, network_limits: NetworkQuota | None = None) -> None:
        self.clock = SystemClock()
        self.database = Database(_url(path))
        self.exchange = LocalExchange()
        self.bus = self.connect("nova-api@test")
        conf = cfg.ConfigOpts()
        conf([], project="nova-lite", default_config_files=[], default_config_dirs=[])
        policy = Policy(oslo_policy.Enforcer(conf), app.RULES)
        self.frame = Frame(public_url="http://cloud.test", max_request_body=100_000, policy=policy)
        self.application = self._assembled(network_limits)

    def connect(self, identity: str) -> Bus:
        """Another process's bus in the same exchange."""
        return connect(BusSettings(transport="local", identity=identity), self.clock, self.exchange)

    def _assembled(self, network_limits: NetworkQuota | None) -> RequestId:
        scheduler = self.bus.proxy(Scheduler)

        def compute_at(host: str) -> Compute:
            return self.bus.proxy(Compute, host=host)

        networking = networks = None
        if network_limits is not None:
            store = DatabaseNetworkStore(self.database, network_limits, self.clock)
            networking = Networking(store, self.clock, network_limits)
            networks = ServerNetworks(store, ServerPorts(networking.ports, networking.security_groups, self.clock))
        services = ComputeServices(
            database=self.database, networking=networking, networks=networks, images=FewImages(), compute_at=compute_at,
            clock=self.clock, scheduler=scheduler,
            lifecycle=Lifecycle(self.database, scheduler, compute_at, self.clock,
                                Deadlines(create=600, action=300, begin=10)),
            quota=Quota(instances=5, cores=10, ram=8192, key_pairs=3, metadata_items=4), page_size=10,
            down_after=86400.0,
        )
        inner = UrlMap({
            "/": versions.application(self.frame),
            "/compute": versions.application(self.frame),
            "/compute/v2.1": AuthToken(app.application(services, self.frame), NamingTokens(), "compute"),
        })
        return RequestId(
            Faults(inner, RENDERERS["compute"], "http://cloud.test/identity"), "X-Compute-Request-ID", self.clock
        )

    def close(self) -> None:
        self.bus.close()
        self.database.close()

    # -- asking

    def send(self, request: webob.Request) -> Answer:
        return Answer(request.get_response(self.application))

    def ask(self, method: str, path: str, body: object = None, *, token: str = f"member@{PROJECT}",
            version: str = "2.104") -> Answer:
        """One request below ``/compute/v2.1``."""
        headers = {"X-Auth-Token": token, "OpenStack-API-Version": f"compute {version}"}
        request = webob.Request.blank(f"/compute/v2.1{path}", method=method, headers=headers)
        if body is not None:
            request.body = msgspec.json.encode(body)
            request.content_type = "application/json"
        return self.send(request)

    def admin(self, method: str, path: str, body: object = None, *, version: str = "2.104") -> Answer:
        """The same as an admin."""
        return self.ask(method, path, body, token=f"admin@{ADMIN_PROJECT}", version=version)

    def boot(self, *, token: str = f"member@{PROJECT}", version: str = "2.104", **fields: object) -> str:
        """Ask for a server; its id."""
        server = {"name": "vm", "imageRef": IMAGE, "flavorRef": "1", "networks": "auto", **fields}
        answer = self.ask("POST", "/servers", {"server": server}, token=token, version=version)
        assert answer.status == 202, answer.body
        return str(answer.at("server", "id"))

    def act(self, server: str, action: str, argument: object = None, **how: str) -> Answer:
        return self.ask("POST", f"/servers/{server}/action", {action: argument}, **how)

    def status(self, server: str) -> str:
        return str(self.admin("GET", f"/servers/{server}").at("server", "status"))

    # -- playing the other services

    def populate(self) -> None:
        """A flavor or two, a host, a conductor."""
        now = self.clock.now()
        sizes = [
            Flavor(flavorid="1", name="m1.tiny", vcpus=1, memory_mb=512, root_gb=1, extra_specs={"hw:a": "b"}),
            Flavor(flavorid="2", name="m1.huge", vcpus=100, memory_mb=65536, root_gb=10),
            Flavor(flavorid="3", name="m1.secret", vcpus=1, memory_mb=64, root_gb=1, is_public=False),
        ]
        report = HostReport(
            host=HOST, uuid="20000000-0000-4000-8000-000000000001", hypervisor_type="fake", hypervisor_version=1,
            hypervisor_hostname="host1.test", started_at=now, sent_at=now,
            inventory=Inventory(vcpus=100, memory_mb=1 << 20, disk_gb=1000),
        )
        for size in sizes:
            self.database.transact(lambda tx, size=size: flavors.create(tx, size))  # type: ignore[misc]
        self.database.transact(lambda tx: hosts.report(tx, report, now))
        for number, binary in enumerate(("nova-compute", "nova-conductor"), 1):
            record = ServiceRecord(
                uuid=f"30000000-0000-4000-8000-00000000000{number}", host=HOST, binary=binary, topic=binary[5:],
                zone="nova" if binary == "nova-compute" else "internal", last_seen_at=now, updated_at=now,
            )
            self.database.transact(lambda tx, record=record: registry.heartbeat(tx, record, now))  # type: ignore[misc]

    def begin(self, server: str) -> Operation:
        """A host takes up what is queued for a server."""
        now = self.clock.now()
        with self.database.read() as tx:
            operation = operation_reads.of_instance(tx, server)[0]
        if operation.action is Action.CREATE:
            request = ClaimRequest(operation_id=operation.id, epoch=operation.epoch, candidates=(HOST,))
            operation = self.database.transact(lambda tx: claims.claim(tx, request, now, 60.0)).operation
        return self.database.transact(
            lambda tx: operations.begin(tx, operation.id, operation.epoch, HOST, now + 60, now)
        ).operation

    def complete(self, server: str) -> None:
        """A host takes up what is queued for a server, and does it well."""
        operation = self.begin(server)
        vm_state, power_state = ENDS[operation.action]
        now = self.clock.now()
        event = OperationEvent(name="compute_do", host=HOST, started_at=now, finished_at=now, result="Success")
        self._finish(OperationResult(
            operation_id=operation.id, epoch=operation.epoch, host=HOST, outcome="done", vm_state=vm_state,
            power_state=power_state, events=(event,),
        ))

    def fail(self, server: str, message: str) -> None:
        """A host takes up what is queued for a server, and fails for good."""
        operation = self.begin(server)
        fault = Fault(message=message, details="Traceback: secret", created=self.clock.now())
        self._finish(OperationResult(
            operation_id=operation.id, epoch=operation.epoch, host=HOST, outcome="failed", fault=fault,
        ))

    def _finish(self, result: OperationResult) -> None:
        now = self.clock.now()
        self.database.transact(lambda tx: operations.finish(tx, result, now))

    def active(self, **fields: object) -> str:
        """A server that runs."""
        server = self.boot(**fields)  # type: ignore[arg-type]
        self.complete(server)
        return server
