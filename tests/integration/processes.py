"""A cloud of real processes that a test starts, kills, freezes and starts again, each by its own process group."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType

from nova_lite.rpc import signing
from stack import processes
from tests.clients.cloud import Client
from tests.clients.ports import Ports

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a password of the tests"
CENTRAL = ("api", "conductor", "scheduler")
BEGIN = 300.0  # seconds for all of them to be up: some machines are busy
END = 60.0  # seconds for a process to end when it is asked to

# Leases and periods are short, so that what a fault leaves is mended within a test's patience.
COMMON = """
[DEFAULT]
state_path = {directory}/{host}
host = {host}
stop_grace = 3
[rpc]
transport = {transport}
zmq_ipc_dir = {directory}/rpc
url = {broker_url}
key_dir = {keys}
encryption = {encryption}
[scheduler]
shuffle_best = 1
[notifications]
driver = spool
spool_path = {directory}/notifications
spool_keep = 1000
[conductor]
workers = {conductor_workers}
lease = 2
requeue_after = 1
reaper_interval = 0.25
host_down_after = {down_after}
audit_interval = 5
health_port = {health_port}
"""
CENTER = """
[database]
connection = {database_url}
[api]
workers = {copies}
port = {port}
public_url = http://127.0.0.1:{front}
[image]
store_dir = {directory}/images
[identity]
token_key_dir = {directory}/tokens
[quota]
instances = 1000
cores = 1000
ram = -1
"""
COMPUTE = """
[compute]
driver = {driver}
report_interval = 1
concurrent_operations = 64
lease_interval = 0.5
auth_url = http://127.0.0.1:{front}/identity/v3
image_url = http://127.0.0.1:{front}/image
password = {password}
instances_path = {directory}/{host}/instances
image_cache_path = {directory}/cache
[libvirt]
uri = {libvirt_uri}
virt_type = qemu
[fake]
gates = {directory}/{host}/gates
"""


Hosts = tuple[str, ...] | Mapping[str, str]


class Processes:
    """The daemons by name: ``api``, ``conductor``, ``scheduler``, and the names of the hosts.

    ``hosts`` may come with more options of their hypervisors, pretended or real. ``broker_url`` empty: zmq.
    ``database_url`` empty: SQLite. ``copies``: of scheduler and conductor, each with a name and an identity of its own;
    the second ones are ``scheduler2`` and ``conductor2``. The API has as many workers. What ``more_of_center`` and
    ``more_of_compute`` hold is added to the configuration files and wins.
    """

    more_of_center = more_of_compute = ""
    encryption = "off"

    def __init__(
        self, directory: Path, hosts: Hosts = ("h1",), broker_url: str = "", database_url: str = "",
        down_after: float = 300.0, copies: int = 1,
    ) -> None:
        self.directory, self.hosts = directory, tuple(hosts)
        self._fake = hosts if isinstance(hosts, Mapping) else {}
        more = [f"{name}{number}" for number in range(2, copies + 1) for name in ("conductor", "scheduler")]
        self._central = (*CENTRAL, *more)
        self.names = (*self._central, *self.hosts)
        self.ports = Ports()
        self.port = self.ports.one()
        self.health_ports: dict[str, int] = {}  # of the conductors
        self._values = {
            "directory": directory, "port": self.port, "front": self.port, "password": PASSWORD,
            "broker_url": broker_url, "down_after": down_after,
            "keys": directory / "keys", "encryption": self.encryption, "driver": "fake", "libvirt_uri": "",
            "health_port": 0, "copies": copies, "conductor_workers": 2 if copies == 1 else 1,
            "transport": "kombu" if broker_url else "zmq",
            "database_url": database_url or f"sqlite:///{directory}/db.sqlite",
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.client = Client(f"http://127.0.0.1:{self.port}", "admin", PASSWORD)

    def behind(self, port: int) -> None:
        """Before it starts: everybody reaches the API through this port."""
        self._values["front"] = port
        self.client = Client(f"http://127.0.0.1:{port}", "admin", PASSWORD)

    def with_guests_of(self, libvirt_uri: str) -> None:
        """Before it starts: its hosts drive this libvirt, by software emulation."""
        self._values.update(driver="libvirt", libvirt_uri=libvirt_uri)

    def another_client(self, timeout: float) -> Client:
        """A client of its own for one more thread, with seconds of patience for an answer; to be closed."""
        return Client(self.client.url, "admin", PASSWORD, timeout=timeout)

    @property
    def database_url(self) -> str:
        return str(self._values["database_url"])

    @property
    def spool(self) -> Path:
        """Where its notifications go."""
        return self.directory / "notifications"

    def log(self, name: str) -> Path:
        """The log of a daemon, of all its lives."""
        return self.directory / f"{name}.log"

    def __enter__(self) -> Processes:
        try:
            self._configure()
            self.manage("db", "upgrade")
            self.manage("bootstrap")
            for name in self.names:
                self.start(name)
            self.client.wait_for_hosts(len(self.hosts), BEGIN)
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def _configure(self) -> None:
        (self.directory / "keys").mkdir()
        (self.directory / "rpc").mkdir()
        for name in self._central:
            program = _program(name)
            center = {**self._values, "host": "center" + name.removeprefix(program)}
            if program == "conductor":
                center["health_port"] = self.health_ports[name] = self.ports.one()
            more = "" if program == "scheduler" else CENTER.format(**center) + self.more_of_center
            (self.directory / f"{name}.conf").write_text(COMMON.format(**center) + more)
            signing.generate(self.directory / "keys", f"nova-{program}@{center['host']}")
        for host in self.hosts:
            self.configure_host(host, self.directory / "keys")
            signing.generate(self.directory / "keys", f"nova-compute@{host}")

    def configure_host(self, host: str, keys: Path) -> None:
        """Write the configuration of a compute host that has its keys in that directory."""
        (self.directory / host / "gates").mkdir(parents=True)
        values = {**self._values, "host": host, "keys": keys}
        (self.directory / f"{host}.conf").write_text(
            (COMMON + COMPUTE).format(**values) + self._fake.get(host, "") + self.more_of_compute
        )

    def manage(self, *command: str) -> str:
        """Run nova-lite-manage; what it printed. It must succeed."""
        passwords = {f"NOVA_LITE_{who}_PASSWORD": PASSWORD for who in ("ADMIN", "SERVICE")}
        tool = [sys.executable, "-m", "nova_lite.cmd.manage", "--config-file", str(self.directory / "api.conf")]
        done = subprocess.run(
            [*tool, *command], cwd=ROOT, env={**os.environ, **passwords}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self, name: str) -> None:
        """Start a daemon; it is ready when it shows."""
        program = _program(name) if name in self._central else "compute"
        command = [sys.executable, "-m", f"nova_lite.cmd.{program}", "--config-file"]
        with self.log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [*command, str(self.directory / f"{name}.conf")], cwd=ROOT, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": str(ROOT)},
            )

    def kill(self, name: str) -> None:
        """kill -9 of the daemon with all its workers."""
        process = self._running.pop(name)
        group = [pid for pid in processes.all_pids() if _group_of(pid) == process.pid]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert processes.wait_until(lambda: not any(map(processes.alive, group)), END), f"{name} is still there"

    def ended(self, name: str) -> int | None:
        """The exit status of a daemon that has ended by itself; None while it runs."""
        return self._running[name].poll()

    def disown(self, name: str) -> subprocess.Popen[bytes]:
        """The daemon's process, from now on the caller's, so that another one can be started."""
        return self._running.pop(name)

    def stop(self, name: str) -> int:
        """Ask the daemon to end, and end it when it does not, as a supervisor does; its exit status."""
        process = self._running.pop(name)
        process.terminate()
        try:
            return process.wait(END)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait()

    def freeze(self, name: str) -> None:
        """SIGSTOP: it neither works nor ends, and its connections stay open."""
        os.killpg(self._running[name].pid, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        os.killpg(self._running[name].pid, signal.SIGCONT)

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        self.freeze(name)
        try:
            yield
        finally:
            self.thaw(name)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self.ports, contextlib.closing(self.client):
            self._end()
        if error is not None:
            for name in self.names:
                print(f"--- {name}\n{_tail(self.log(name))}")

    def _end(self) -> None:
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGCONT)
                process.terminate()
        deadline = time.monotonic() + END
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _program(name: str) -> str:
    return name.rstrip("0123456789")


def _tail(path: Path, lines: int = 60) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "(no log)"
