"""Our own programs of a cloud: nova-lite-manage, and the daemons under the supervisor until they are ready."""

import os
import subprocess
import time

from stack.backing import Backing
from stack.cloud import Cloud
from stack.errors import StackError
from stack.processes import POLL
from stack.rest import ApiError, Client
from stack.supervision import Program, Supervisor

PRIORITY = 50
READY_TIMEOUT, READY_TIMEOUT_PER_DAEMON = 300.0, 3.0  # seconds; where much else runs they take a minute


class Control:
    """Runs what is in bin/ for one cloud."""

    def __init__(self, cloud: Cloud, supervisor: Supervisor) -> None:
        self._cloud = cloud
        self._supervisor = supervisor
        self._log = cloud.log / "nova-lite-manage.log"

    def programs(self, digest: str) -> list[Program]:
        """The daemons for the supervisor; a new digest of their configuration has it restart them."""
        found = []
        for offset, daemon in enumerate(self._cloud.daemons):
            files = [word for path in daemon.configuration for word in ("--config-file", str(path))]
            argv = (str(self._cloud.root / "bin" / daemon.program), *files)
            found.append(Program(daemon.name, argv, {"NOVA_LITE_CONFIGURATION": digest}, PRIORITY + offset))
        return found

    def wait_servers(self, backing: Backing) -> str:
        """Every private server answers; which ones there are."""
        for name in backing.servers:
            self._wait_server(backing, name)
        return ", ".join(backing.servers) + " ready" if backing.servers else "none needed"

    def migrate(self, backing: Backing) -> str:
        """The database has the newest schema."""
        database = self._cloud.choices.database
        if database in backing.servers:
            self._wait_server(backing, database)
        self._manage("db", "upgrade")
        return f"{database} migrated"

    def _wait_server(self, backing: Backing, name: str) -> None:
        self._supervisor.start(name)
        backing.servers[name].wait_ready()

    def bootstrap(self, admin_password: str, service_password: str) -> str:
        """Service keys, users, roles, projects and catalog are there."""
        passwords = {"NOVA_LITE_ADMIN_PASSWORD": admin_password, "NOVA_LITE_SERVICE_PASSWORD": service_password}
        self._manage("keys", "generate", str(self._cloud.etc / "keys"), *self._cloud.identities)
        self._manage("bootstrap", **passwords)
        return "keys, users and catalog there"

    def start(self, client: Client, admin_password: str) -> str:
        """The daemons run, the API answers, and every service reports itself up."""
        started = [daemon.name for daemon in self._cloud.daemons if self._supervisor.start(daemon.name)]
        timeout = READY_TIMEOUT + READY_TIMEOUT_PER_DAEMON * len(self._cloud.daemons)
        deadline = time.monotonic() + timeout
        while lacking := self._lacking(client, admin_password):
            if time.monotonic() > deadline:
                log = self._cloud.log / f"{lacking[0]}.log"
                raise StackError(f"not ready after {timeout:.0f} s: {', '.join(lacking)}", log=log)
            time.sleep(POLL)
        return f"{len(self._cloud.daemons)} up, {len(started)} of them started now"

    def _lacking(self, client: Client, admin_password: str) -> list[str]:
        """Daemons that are not up yet; the API lists them all, so it is named while it cannot be asked itself."""
        states = self._supervisor.states()
        if dead := [daemon.name for daemon in self._cloud.daemons if states.get(daemon.name) != "RUNNING"]:
            return dead
        try:
            client.login("admin", admin_password, "admin")
            services = client.get("/compute/v2.1/os-services")["services"].items()
        except (ApiError, OSError):
            return ["nova-lite-api"]
        up = {(entry.get("binary"), entry.get("host")) for entry in services if entry.get("state") == "up"}
        binaries = {binary for binary, _ in up}
        return [
            daemon.name
            for daemon in self._cloud.daemons
            if daemon.program != "nova-lite-api"
            and ((daemon.registered, daemon.host) not in up if daemon.host else daemon.registered not in binaries)
        ]

    def _manage(self, *args: str, **environment: str) -> None:
        command = (
            str(self._cloud.root / "bin/nova-lite-manage"),
            "--config-file",
            str(self._cloud.etc / "nova-lite.conf"),
            *args,
        )
        with self._log.open("ab") as log:
            done = subprocess.run(
                command,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            )
        if done.returncode != 0:
            raise StackError(f"nova-lite-manage {' '.join(args[:2])} failed", log=self._log)
