"""stack.sh: the steps that put up a cloud, in order; each finds out for itself what is left to do."""

import hashlib
import socket
from collections.abc import Callable

from stack import apt, backing, bridges, guestimage, links, openrc, processes, settings, supervision, venv
from stack.cloud import Cloud
from stack.control import Control
from stack.demo import Demo
from stack.errors import StackError
from stack.files import password, private_directory, write_private
from stack.options import CHOICES_FILE, recall, remember
from stack.report import Report
from stack.rest import Client
from stack.supervision import Supervisor

FORBIDDEN = set('"\\;#,\n')
TOOLS = ("iproute2", "dnsmasq-base")
PREPARATION = ("directories", "packages", "python", "hypervisor", "networks", "configuration", "supervisor")
CLOUD = ("database", "identity", "servers", "daemons", "openrc")  # the broker starts while the database is filled
DEMO = ("flavor", "image", "key pair", "server", "console")


def plan(demo: bool) -> tuple[str, ...]:
    """Names of the steps, in order."""
    return (*PREPARATION, *CLOUD, *(DEMO if demo else ()))


class Up:
    """Puts up one cloud."""

    def __init__(self, cloud: Cloud, demo: bool, report: Report) -> None:
        self._cloud = cloud
        self._demo = demo
        self._report = report
        self._builder = guestimage.Builder(cloud)
        self._supervisor = Supervisor(cloud)
        self._control = Control(cloud, self._supervisor)
        self._client = Client(cloud.url)
        self._shown = ""

    def run(self) -> None:
        """Do every step. Raises StackError from the one that cannot be done."""
        acts: dict[str, Callable[[], str]] = {
            "directories": self._directories,
            "packages": self._packages,
            "python": lambda: venv.ensure(
                self._cloud.root, self._cloud.choices.hypervisor, self._cloud.log / "pip.log"
            ),
            "hypervisor": self._hypervisor,
            "networks": self._networks,
            "configuration": self._configuration,
            "supervisor": self._supervisor.ensure,
            "database": lambda: self._control.migrate(self._backing),
            "identity": lambda: self._control.bootstrap(self._password("admin"), self._password("service")),
            "servers": lambda: self._control.wait_servers(self._backing),
            "daemons": lambda: self._control.start(self._client, self._password("admin")),
            "openrc": lambda: openrc.write(self._cloud, self._password("admin"), self._backing.libvirt_uri),
            **self._demo_acts(),
        }
        try:
            for name in plan(self._demo):
                self._report.step(name, acts[name])
            if self._shown:
                self._report.plain(self._shown)
        finally:
            self._builder.stop()

    def _demo_acts(self) -> dict[str, Callable[[], str]]:
        demo = Demo(self._client, self._report.progress)
        return {
            "flavor": demo.flavor,
            "image": lambda: demo.image(self._builder.finish()),
            "key pair": lambda: demo.key_pair(self._cloud.python, self._cloud.etc / "demo-key"),
            "server": lambda: demo.server(self._builder.finish()),
            "console": lambda: self._console(demo),
        }

    def _console(self, demo: Demo) -> str:
        text = demo.console()
        self._shown = "\n".join(f"    | {line}" for line in text.splitlines())
        return "its last lines are below" if text else "nothing to show"

    def _directories(self) -> str:
        state = self._cloud.state
        if odd := set(f"{state}{self._cloud.root}") & FORBIDDEN:
            raise StackError(f"supervisord cannot have {' '.join(sorted(odd))} in a path", "use another directory")
        ours = (state / CHOICES_FILE).exists() or state == self._cloud.root / "var"
        if not ours and any(state.iterdir()):
            raise StackError(f"{state} holds files that are not a cloud's", "choose another --state DIR")
        if not processes.having(supervision.MARK, str(state)):
            self._refuse_taken_ports()
        new = recall(state) is None
        for path in self._cloud.directories:
            path.mkdir(parents=True, exist_ok=True)
        for path in self._cloud.private_directories:
            private_directory(path)
        remember(state, self._cloud.choices)
        links.make(state / "run")
        return f"{state} {'made' if new else 'is there'}"

    def _refuse_taken_ports(self) -> None:
        for port in self._cloud.ports:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    raise StackError(f"port {port} is taken", "choose another --port-base")

    def _packages(self) -> str:
        done = self._install()
        if self._demo:
            self._builder.start()
        return done

    def _install(self) -> str:
        if not apt.available():
            return "this is not a Debian machine: using what is installed"
        hypervisor = self._cloud.choices.hypervisor
        tools = (*TOOLS, *guestimage.packages(self._cloud)) if hypervisor == "qemu" else ()
        lacking = apt.missing((*tools, *backing.packages(self._cloud), *venv.build_packages(hypervisor)))
        apt.install(lacking, self._cloud.log / "apt.log")
        return f"{len(lacking)} installed" if lacking else "all there"

    def _hypervisor(self) -> str:
        chosen, told = backing.choose_libvirt(self._cloud)
        self._backing = backing.backing(self._cloud, chosen)
        return told

    def _networks(self) -> str:
        self._plug = bridges.choose(self._cloud, self._backing.libvirt_uri)
        return f"guests have {'bridges' if self._plug.kind == 'bridge' else 'user mode networks'}" + (
            f" ({self._plug.why})" if self._plug.why else ""
        )

    def _configuration(self) -> str:
        found = self._backing
        for server in found.servers.values():
            server.data_dir.mkdir(parents=True, exist_ok=True)
            server.prepare()
        password = self._password("service")
        facts = settings.Facts(found.database_url, found.broker_url, found.libvirt_uri, password, self._plug)
        texts = settings.configuration(self._cloud, facts)
        changed = sum([write_private(path, text) for path, text in texts.items()])
        digest = hashlib.sha256("".join(texts.values()).encode()).hexdigest()[:16]
        programs = [*found.programs(), *self._control.programs(digest)]
        write_private(self._cloud.etc / "supervisord.conf", supervision.configuration(self._cloud, programs))
        return f"{changed} of {len(texts)} files written"

    def _password(self, name: str) -> str:
        return password(self._cloud.etc / f"{name}-password")
