"""The servers a cloud stands on, as its choices say: RabbitMQ, a database server, a private libvirtd."""

from dataclasses import dataclass

from stack import hypervisor
from stack.cloud import MARIADB, POSTGRESQL, RABBIT, Cloud
from stack.files import write_private
from stack.servers import Libvirt, MariaDB, PostgreSQL, RabbitMQ, Server
from stack.supervision import Program

LIBVIRT_FILE = "libvirt-uri"
PRIVATE = "private"
EARLY = 10  # priority: before our daemons at the start, after them at the end


@dataclass(frozen=True)
class Backing:
    """The private servers by the name of their program, and where clients find what."""

    servers: dict[str, Server]
    database_url: str
    broker_url: str
    libvirt_uri: str

    def programs(self) -> list[Program]:
        """How the supervisor runs the servers."""
        found = []
        for name, server in self.servers.items():
            process = server.process()
            signal = process.stop_signal.name.removeprefix("SIG")
            found.append(Program(name, process.argv, process.env, EARLY, signal, autostart=True))
        return found


def packages(cloud: Cloud) -> tuple[str, ...]:
    """Debian packages of the servers that the choices name."""
    kinds: list[type[Server]] = []
    if cloud.choices.hypervisor == "qemu":
        kinds.append(Libvirt)
    if cloud.choices.broker == "rabbit":
        kinds.append(RabbitMQ)
    if cloud.choices.database != "sqlite":
        kinds.append(PostgreSQL if cloud.choices.database == "postgresql" else MariaDB)
    return tuple(name for kind in kinds for name in kind.packages)


def backing(cloud: Cloud, libvirt: str) -> Backing:
    """The servers of the cloud; `libvirt` as decided by choose_libvirt()."""
    servers: dict[str, Server] = {}
    database_url, broker_url = f"sqlite:///{cloud.lib / 'db/nova-lite.sqlite'}", ""
    base = cloud.choices.port_base
    if cloud.choices.broker == "rabbit":
        servers["rabbitmq"] = RabbitMQ(cloud.servers / "rabbitmq", base + RABBIT)
        broker_url = servers["rabbitmq"].url
    if cloud.choices.database == "postgresql":
        servers["postgresql"] = PostgreSQL(cloud.servers / "postgresql", base + POSTGRESQL)
    if cloud.choices.database == "mariadb":
        servers["mariadb"] = MariaDB(cloud.servers / "mariadb", base + MARIADB)
    if cloud.choices.database in servers:
        database_url = servers[cloud.choices.database].url
    if libvirt == PRIVATE:
        servers["libvirtd"] = Libvirt(cloud.servers / "libvirt")
        libvirt = servers["libvirtd"].url
    for name, server in servers.items():
        server.log = cloud.log / f"{name}.log"
    return Backing(servers, database_url, broker_url, libvirt)


def known_libvirt(cloud: Cloud) -> str:
    """What choose_libvirt() chose before: a URI, "private", or nothing."""
    path = cloud.etc / LIBVIRT_FILE
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def choose_libvirt(cloud: Cloud) -> tuple[str, str]:
    """The libvirt of the cloud (URI, or "private"), chosen once, and what to tell about it."""
    if cloud.choices.hypervisor == "fake":
        return "", "fake: guests are pretended"
    if known := known_libvirt(cloud):
        return known, ("a private libvirtd" if known == PRIVATE else known) + ", as before"
    decision = hypervisor.decide(cloud.instances)
    chosen = decision.uri or PRIVATE
    write_private(cloud.etc / LIBVIRT_FILE, chosen + "\n")
    return chosen, f"{decision.uri or 'a private libvirtd'} ({decision.why})"
