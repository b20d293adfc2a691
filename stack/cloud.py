"""One cloud: where its files are, which ports and daemons it has. Pure."""

import hashlib
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from stack import links
from stack.options import Choices

RABBIT, POSTGRESQL, MARIADB = 1, 2, 3
CONSOLES = 10  # the first host's; the others' follow


@dataclass(frozen=True)
class Daemon:
    """One process of ours: its name, its program in bin/, its configuration files in order, the host it speaks for."""

    name: str
    program: str
    configuration: tuple[Path, ...]
    host: str = ""

    @property
    def registered(self) -> str:
        """What the list of services calls it."""
        return self.program.replace("nova-lite-", "nova-")


@dataclass(frozen=True)
class Cloud:
    """A checkout, a state directory and the choices: everything else follows."""

    root: Path
    state: Path
    choices: Choices

    @property
    def etc(self) -> Path:
        """Configuration, keys and passwords."""
        return self.state / "etc"

    @property
    def run(self) -> Path:
        """Pid files and sockets, by a path that is short enough for sockets."""
        return links.short(self.state / "run")

    @property
    def log(self) -> Path:
        """One log per daemon."""
        return self.state / "log"

    @property
    def lib(self) -> Path:
        """Data: database file, images, instances."""
        return self.state / "lib"

    @property
    def instances(self) -> Path:
        """Disks of the guests; the path by which unstack.sh knows them."""
        return self.lib / "instances"

    @property
    def guest_image(self) -> Path:
        """The test image."""
        return self.lib / "guest/nova-lite-guest.qcow2"

    @property
    def networks(self) -> Path:
        """What runs for networks on this machine: where dnsmasq, another user, can reach it, and gone with a reboot."""
        return Path("/run") / f"nova-lite-{self.mark}" / "networks"

    @property
    def servers(self) -> Path:
        """Data directories of the private servers."""
        return self.state / "servers"

    @property
    def python(self) -> Path:
        """The interpreter of the virtual environment."""
        return self.root / ".venv/bin/python"

    @property
    def directories(self) -> tuple[Path, ...]:
        """What has to be there before anything else; QEMU, maybe another user, has to reach the instances."""
        return (self.state, self.lib, self.instances, self.servers)

    @property
    def private_directories(self) -> tuple[Path, ...]:
        """Directories with secrets in them: for their owner alone."""
        return (self.etc, self.state / "run", self.log, self.lib / "db", self.lib / "images")

    @property
    def api_port(self) -> int:
        """Port of the REST API."""
        return self.choices.port_base

    @property
    def ports(self) -> tuple[int, ...]:
        """Every port of the cloud that is not chosen freely: the API's, and those of its servers."""
        used = {"rabbit": RABBIT, "postgresql": POSTGRESQL, "mariadb": MARIADB}
        chosen = (self.choices.broker, self.choices.database)
        servers = (self.api_port + used[name] for name in chosen if name in used)
        return (self.api_port, *servers, *map(self.console_port, self.hosts))

    def console_port(self, host: str) -> int:
        """Port of the consoles of a host's guests."""
        return self.api_port + CONSOLES + self.hosts.index(host)

    @property
    def url(self) -> str:
        """What clients call the API."""
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def mark(self) -> str:
        """A short name that differs between clouds of one machine."""
        return hashlib.sha256(os.fsencode(self.state)).hexdigest()[:8]

    @property
    def host(self) -> str:
        """Name of this machine."""
        return socket.gethostname()

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names of the compute hosts: this machine, or as many pretended ones as wanted."""
        if self.choices.hypervisor == "qemu" or self.choices.hosts == 1:
            return (self.host,)
        return tuple(f"fake{number}" for number in range(1, self.choices.hosts + 1))

    @property
    def daemons(self) -> tuple[Daemon, ...]:
        """Our processes in the order in which they start."""
        shared = self.etc / "nova-lite.conf"
        conductor = Daemon(
            "nova-lite-conductor", "nova-lite-conductor", (shared, self.etc / "nova-lite-conductor.conf")
        )
        scheduler = Daemon("nova-lite-scheduler", "nova-lite-scheduler", (self.etc / "nova-lite-scheduler.conf",))
        api = Daemon("nova-lite-api", "nova-lite-api", (shared, self.etc / "nova-lite-api.conf"))
        return (conductor, scheduler, *map(self._compute, range(len(self.hosts))), api)

    @property
    def identities(self) -> tuple[str, ...]:
        """Who signs messages here."""
        return tuple(f"{daemon.registered}@{daemon.host or self.host}" for daemon in self.daemons)

    def _compute(self, index: int) -> Daemon:
        name = "nova-lite-compute" if len(self.hosts) == 1 else f"nova-lite-compute-{index + 1}"
        return Daemon(name, "nova-lite-compute", (self.etc / f"{name}.conf",), self.hosts[index])
