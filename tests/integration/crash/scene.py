"""A cloud of real processes with the servers that it needs, on each kind of stack; what is TCP may go through links."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path

from nova_lite.db.session import Database
from stack.servers import MariaDB, PostgreSQL, RabbitMQ
from tests.builders.guests import qcow2_header
from tests.integration.crash.checker import findings
from tests.integration.crash.notices import Told
from tests.integration.crash.wrong import Wrong
from tests.integration.link import Link
from tests.integration.processes import Hosts, Processes

Servers = dict[str, RabbitMQ | PostgreSQL | MariaDB]
STACKS = ("zmq-sqlite", "rabbit-postgresql", "zmq-mariadb")


@dataclasses.dataclass(frozen=True)
class Scene:
    """A running cloud; its servers (``broker``, ``database``) and links (those, and ``api``) by name;

    what it has told the world.
    """

    cloud: Processes
    servers: Servers
    links: dict[str, Link]
    told: Told

    @property
    def instances_paths(self) -> dict[str, Path]:
        return {host: self.cloud.directory / host / "instances" for host in self.cloud.hosts}

    def upload(self) -> str:
        """An image to boot from, whose guests take passwords; its id."""
        path = self.cloud.directory / "image.qcow2"
        path.write_bytes(qcow2_header(1 << 20).ljust(1 << 16, b"\0"))
        return self.cloud.client.upload(path, hw_qemu_guest_agent="yes")

    def findings(self, wanted: set[str] | None = None, patience: float = 240.0) -> list[Wrong]:
        """What is wrong, once hosts have had time to clear away what was taken from them, and the world was told of it.

        ``wanted``: see :func:`tests.integration.crash.checker.findings`.
        """
        database = Database(self.cloud.database_url)
        deadline, paths = time.monotonic() + patience, self.instances_paths
        try:
            while (wrong := findings(database, paths, wanted, self.told)) and time.monotonic() < deadline:
                time.sleep(0.2)
            return wrong
        finally:
            database.close()


@contextlib.contextmanager
def servers(stack: str, directory: Path) -> Iterator[Servers]:
    """The servers of a stack; none for the embedded one."""
    with contextlib.ExitStack() as running:
        found: Servers = {}
        if stack.startswith("rabbit"):
            found["broker"] = running.enter_context(RabbitMQ(directory / "rabbit"))
        if stack.endswith("postgresql"):
            found["database"] = running.enter_context(PostgreSQL(directory / "postgresql"))
        elif stack.endswith("mariadb"):
            found["database"] = running.enter_context(MariaDB(directory / "mariadb"))
        yield found


@contextlib.contextmanager
def scene(
    running: Servers, directory: Path, hosts: Hosts = ("h1",), *, down_after: float = 300.0,
    copies: int = 1, linked: bool = False,
) -> Iterator[Scene]:
    """A cloud on these servers. ``linked``: it reaches them, and everybody its API, through links."""
    directory.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        links = {}
        urls = {name: server.url for name, server in running.items()}
        for name, server in running.items() if linked else ():
            links[name] = stack.enter_context(Link(server.port))
            urls[name] = server.url.replace(f":{server.port}/", f":{links[name].port}/")
        cloud = Processes(
            directory, hosts, urls.get("broker", ""), urls.get("database", ""), down_after, copies=copies
        )
        if linked:
            links["api"] = stack.enter_context(Link(cloud.port))
            cloud.behind(links["api"].port)
        yield Scene(stack.enter_context(cloud), running, links, Told(cloud.spool))
