"""RabbitMQ as a node of its own: name, cookie, port mapper, data and ports."""

import socket
import struct
from pathlib import Path
from urllib.parse import quote

from stack.servers.base import Process, Server, reaped

PROGRAMS = Path("/usr/lib/rabbitmq/lib")
AMQP_HEADER = b"AMQP\x00\x00\x09\x01"
CONNECTION_START = (10, 10)
CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
default_user = nova
default_pass = {password}
disk_free_limit.absolute = 50MB
log.file = false
log.console = true
log.console.level = warning
"""


class RabbitMQ(Server):
    """User "nova" with a password, virtual host "/", everything on loopback; it brings its own epmd and ends it."""

    packages = ("rabbitmq-server",)
    programs = ("rabbitmq-server", "erl")
    user = "rabbitmq"
    home = "/var/lib/rabbitmq"

    @property
    def url(self) -> str:
        """AMQP URL of the virtual host "/"."""
        return self._url("/")

    def create_vhost(self, name: str) -> str:
        """Create a virtual host that "nova" may use; its URL."""
        self.ctl("add_vhost", name)
        self.ctl("set_permissions", "-p", name, "nova", ".*", ".*", ".*")
        return self._url(name)

    def ctl(self, *args: str) -> str:
        """Run rabbitmqctl against this node; what it printed. About two seconds: it starts an Erlang of its own."""
        return self._must((*self._as_user, self._script("rabbitmqctl"), *args), self._env, f"rabbitmqctl {args[0]}")

    def prepare(self) -> None:
        """Write configuration and cookie."""
        (self.data_dir / "mnesia").mkdir(exist_ok=True)
        for name, text in self._files().items():
            (self.data_dir / name).touch(0o600)
            (self.data_dir / name).write_text(text, encoding="ascii")
        self._give_away()
        (self.data_dir / ".erlang.cookie").chmod(0o400)

    def process(self) -> Process:
        """The node in the foreground."""
        return Process(reaped((*self._as_user, self._script("rabbitmq-server"))), self._env)

    def ready(self) -> bool:
        """The broker answers a protocol header with connection.start: its listener opens when everything else is up."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as client:
                client.sendall(AMQP_HEADER)
                answer = client.recv(11, socket.MSG_WAITALL)
        except OSError:
            return False
        return len(answer) == 11 and answer[0] == 1 and struct.unpack(">HH", answer[7:11]) == CONNECTION_START

    def _files(self) -> dict[str, str]:
        return {
            "rabbitmq.conf": CONFIGURATION.format(port=self.port, password=self.password),
            "enabled_plugins": "[].\n",
            ".erlang.cookie": self.password.upper(),
        }

    @property
    def _env(self) -> dict[str, str]:
        home = self._seen
        return {
            **super()._env,
            "HOME": home,
            "RABBITMQ_NODENAME": f"nova{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._remembered_port("dist_port")),
            "ERL_EPMD_PORT": str(self._remembered_port("epmd_port")),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": f"{home}/mnesia",
            "RABBITMQ_LOG_BASE": home,
            "RABBITMQ_CONFIG_FILE": f"{home}/rabbitmq.conf",
            "RABBITMQ_CONF_ENV_FILE": f"{home}/none",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{home}/enabled_plugins",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{home}/generated",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
        }

    def _script(self, name: str) -> str:
        """The server's own script: Debian's wrapper would change to the user rabbitmq, and its home, by itself."""
        found = sorted(PROGRAMS.glob(f"rabbitmq_server-*/sbin/{name}"))
        return str(found[-1]) if found else name

    def _url(self, vhost: str) -> str:
        return f"amqp://nova:{self.password}@127.0.0.1:{self.port}/{quote(vhost, safe='') if vhost != '/' else '/'}"
