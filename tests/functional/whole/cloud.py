"""A whole cloud in one process: the composition roots of ``cmd`` on one local bus, SQLite and the fake driver."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec

# The composition roots choose the process's back end when they are imported; a test process is not to be patched.
os.environ["NOVA_LITE_CONCURRENCY"] = "threading"

from nova_lite import conf, rpc
from nova_lite.cmd import api, compute, conductor, manage, scheduler
from nova_lite.core.clock import SystemClock
from nova_lite.core.service import PeriodicTasks, Service
from nova_lite.rpc.drivers.local import LocalListener
from nova_lite.rpc.target import Target
from nova_lite.virt.fake.hypervisor import FakeDomain
from tests.clients.cloud import Client

PASSWORD = "a password of the tests"

CONFIGURATION = """
[DEFAULT]
state_path = {directory}/{host}
host = {host}
[rpc]
transport = local
signing = false
[database]
connection = sqlite:///{directory}/db.sqlite
[api]
port = {port}
public_url = http://127.0.0.1:{port}
[image]
store_dir = {directory}/images
[identity]
token_key_dir = {directory}/tokens
[conductor]
requeue_after = 1
reaper_interval = 0.2
host_down_after = {down_after}
[compute]
driver = fake
report_interval = 0.5
auth_url = http://127.0.0.1:{port}/identity/v3
image_url = http://127.0.0.1:{port}/image
password = {password}
instances_path = {directory}/{host}/instances
image_cache_path = {directory}/{host}/cache
{more}
"""


class Cloud:
    """Its services by name: ``api``, ``conductor``, ``scheduler``, and the names of the hosts."""

    def __init__(
        self, directory: Path, hosts: tuple[str, ...] = ("h1",), more: str = "", down_after: float = 30, port: int = 0
    ) -> None:
        self.directory, self.hosts = directory, hosts
        self._more, self._down_after = more, down_after
        self._socket = socket.create_server(("127.0.0.1", port), backlog=100)
        self._port = int(self._socket.getsockname()[1])
        self._clock = SystemClock()
        self._exchange = rpc.LocalExchange()
        self._buses: list[rpc.Bus] = []
        self.services: dict[str, Service] = {}
        self.client = Client(f"http://127.0.0.1:{self._port}", "admin", PASSWORD)

    def configuration(self, host: str, more: str = "") -> str:
        """The configuration file of the services of a host; ``more``: what is only this one's."""
        path = self.directory / f"{host}.conf"
        path.write_text(CONFIGURATION.format(
            directory=self.directory, host=host, port=self._port, password=PASSWORD, more=self._more + more,
            down_after=self._down_after,
        ))
        return str(path)

    def __enter__(self) -> Cloud:
        central = self.configuration("control")
        os.environ["NOVA_LITE_ADMIN_PASSWORD"] = os.environ["NOVA_LITE_SERVICE_PASSWORD"] = PASSWORD
        for command in (["db", "upgrade"], ["bootstrap"]):
            assert manage.main(["--config-file", central, *command]) == 0
        self._settings = conf.load([central])
        self.start_conductor()
        self.start_scheduler()
        self._start("api", api.build(self._settings, self._socket, self.bus("nova-api@control")))
        for host in self.hosts:
            self.start_host(host)
        self.client.wait_for_hosts(len(self.hosts))
        return self

    def start_conductor(self) -> None:
        """Start the conductor."""
        self._start("conductor", conductor.build(self._settings, self.bus("nova-conductor@control")))

    def start_scheduler(self) -> None:
        """Start the scheduler."""
        self._start("scheduler", scheduler.build(self._settings, self.bus("nova-scheduler@control")))

    def start_host(self, host: str, more: str = "") -> None:
        """Start a compute service; its guests of before are still there."""
        self._start(host, compute.build(conf.load([self.configuration(host, more)]), self.bus(f"nova-compute@{host}")))

    @contextlib.contextmanager
    def failing(self, host: str, failures: str) -> Iterator[None]:
        """A host whose hypervisor fails like this, as the fake driver's option says."""
        self.stop(host)
        self.start_host(host, f"[fake]\nfailures = {failures}\n")
        self.client.wait_for_hosts(len(self.services) - 3)
        yield
        self.stop(host)
        self.start_host(host)

    def bus(self, identity: str) -> rpc.Bus:
        """A bus of one more participant."""
        settings = rpc.BusSettings(transport="local", identity=identity, signing=False)
        self._buses.append(rpc.connect(settings, self._clock, self._exchange))
        return self._buses[-1]

    def _start(self, name: str, service: Service) -> None:
        service.start()
        self.services[name] = service

    def listeners(self) -> list[LocalListener]:
        """Where the services hear."""
        found = self._exchange.all(Target("scheduler")) + self._exchange.all(Target("conductor"))
        return [*found, *self._exchange.all(Target("compute"))]

    def guests(self, host: str) -> dict[str, FakeDomain]:
        """The guests that the host's hypervisor has, by uuid; it may be destroying some meanwhile."""
        found = {}
        for file in (self.directory / host / "instances").glob("*.json"):
            with contextlib.suppress(FileNotFoundError):  # destroyed since the directory was read
                found[file.stem] = msgspec.json.decode(file.read_bytes(), type=FakeDomain)
        return found

    def stop(self, name: str) -> None:
        """Stop one service."""
        self.services.pop(name).stop(5.0)

    def kill(self, name: str) -> None:
        """End one service at once. What it was about to tell by itself has been heard when this returns."""
        service = self.services.pop(name)
        service.kill()
        for part in service._parts:
            if isinstance(part, PeriodicTasks):
                part.wait()

    def __exit__(self, *_: object) -> None:
        for name in reversed(list(self.services)):
            self.stop(name)
        for bus in self._buses:
            bus.close()
        self.client.close()
