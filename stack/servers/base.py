"""What every private server shares: preparation, start, readiness, stop, and what its data directory remembers."""

import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from stack import apt, processes
from stack.errors import StackError, tail

ADMIN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Below those that Linux gives to connections, which would take the port of a server while it is being started again.
PORTS = range(10_000, 18_000)
START = 480.0  # seconds until a server answers: RabbitMQ has taken a minute on a machine that was busy
MARK = "NOVA_LITE_SERVER"  # in the environment of everything that a server starts: the data directory it belongs to
REAPER = Path(__file__).with_name("reaper.py")


class ServerError(StackError):
    """A private server cannot be installed or started."""


@dataclass(frozen=True)
class Process:
    """How a server is run: by Server.start() or, for a stack, by its supervisor."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing uses, that Linux gives to nobody, and this function to nobody for a minute.

    It is left waiting for the last packets of a connection: who binds it by number, with SO_REUSEADDR, gets it.
    """
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))  # without SO_REUSEADDR: what waits for who has chosen it is refused
            except OSError:
                continue
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.listen()
            with socket.create_connection(("127.0.0.1", port)):
                listener.accept()[0].close()  # before its other end: who closes first is the one that waits
            return port
    raise ServerError(f"no port is free between {PORTS.start} and {PORTS.stop}")


def program(name: str) -> str | None:
    """Full path of a program, administrators' directories included (an ordinary user's PATH lacks them)."""
    return shutil.which(name, path=f"{ADMIN_PATH}:{os.environ.get('PATH', '')}")


def reaped(argv: Sequence[str], *options: str) -> tuple[str, ...]:
    """The command under reaper.py."""
    return (sys.executable, str(REAPER), *options, "--", *argv)


def unprivileged(user: str, data_dir: Path, home: str) -> tuple[str, ...]:
    """Prefix that runs a command of root as `user`, with `data_dir` seen at `home`.

    The bind mount in a mount namespace of its own makes the directory reachable whatever the rights of those above it
    (a checkout in root's home, pytest's directories). Nothing of it is visible outside, or left when the command ends.
    """
    script = 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"'
    namespace = ("unshare", "--mount", "--propagation", "private", "--")
    drop = ("setpriv", "--reuid", user, "--regid", user, "--init-groups", "--")
    return (*namespace, "sh", "-c", script, "sh", str(data_dir), home, *drop)


class Server(ABC):
    """A server process with a data directory of its own.

    prepare() is idempotent and leaves a directory that process() can be run on; finish() is run once it is ready. A
    directory that was used before keeps its port, its password and its data.
    """

    packages: ClassVar[tuple[str, ...]]
    programs: ClassVar[tuple[str, ...]]
    user: ClassVar[str] = ""
    home: ClassVar[str] = ""

    def __init__(self, data_dir: Path, port: int | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self.log = self.data_dir / "server.log"
        self._pid_file = self.data_dir / "server.pid"
        self._given_port = port
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """The port: as given, or as remembered, or a free one that is remembered from now on."""
        return self._given_port or self._remembered_port("port")

    @property
    def password(self) -> str:
        """Password of the user "nova", generated once."""
        return self._remember("password", lambda: secrets.token_hex(16))

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients connect, with user and password."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the data directory and configuration, where they are not there yet. Raises ServerError."""

    @abstractmethod
    def process(self) -> Process:
        """The command that runs the server in the foreground."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether the server answers its own protocol now."""

    def finish(self) -> None:  # noqa: B027 - most servers need nothing more
        """What is done through the running server before clients come; idempotent."""

    def missing(self) -> tuple[str, ...]:
        """Debian packages that are needed and not here; empty when the server can run."""
        return () if all(map(self._find, self.programs)) else self.packages

    def install(self) -> None:
        """Install the packages when root. Raises StackError that names them otherwise."""
        apt.install(self.missing())

    def start(self, timeout: float = START) -> Self:
        """Prepare and run the server; returns when it is ready. Raises ServerError with what the log says."""
        if lacking := self.missing():
            raise ServerError(f"not installed: {' '.join(lacking)}", f"apt-get install {' '.join(lacking)}")
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.prepare()
        process = self.process()
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(
                process.argv,
                env=dict(process.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        processes.write_pid(self._pid_file, self._popen.pid)
        try:
            self.wait_ready(timeout)
        except BaseException:
            self.stop()
            raise
        return self

    def wait_ready(self, timeout: float = START) -> None:
        """Return once the server answers and finish() is done.

        Raises ServerError after `timeout` seconds or when it ends.
        """
        deadline = time.monotonic() + timeout
        while not self.ready():
            ended = self._popen is not None and self._popen.poll() is not None
            if ended or time.monotonic() > deadline:
                why = "ended" if ended else f"is not ready after {timeout:.0f} s"
                raise ServerError(f"{type(self).__name__} {why}:\n{tail(self.log)}", log=self.log)
            time.sleep(processes.POLL)
        self.finish()

    def stop(self, timeout: float = 90.0) -> None:
        """End the server in order, if it runs; kill it when that takes longer than `timeout` seconds."""
        self._end(self.process().stop_signal, timeout)

    def kill(self) -> None:
        """End all processes of the server at once, as a crash does."""
        while pids := processes.having(MARK, str(self.data_dir)):
            for pid in pids:
                processes.signal_quietly(pid, signal.SIGKILL)
            self._end(signal.SIGKILL, 5.0)

    def freeze(self) -> None:
        """Stop all processes of the server where they are: they neither work nor end, and connections stay open."""
        for pid in processes.having(MARK, str(self.data_dir)):
            processes.signal_quietly(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        for pid in processes.having(MARK, str(self.data_dir)):
            processes.signal_quietly(pid, signal.SIGCONT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def _end(self, number: signal.Signals, timeout: float) -> None:
        pid = processes.read_pid(self._pid_file)
        if pid is not None:
            processes.end(pid, number, timeout)
        if self._popen is not None:
            self._popen.wait()
            self._popen = None
        self._pid_file.unlink(missing_ok=True)

    @property
    def _as_user(self) -> tuple[str, ...]:
        """Prefix of the server's own commands: root steps down to the package's user, anyone else stays who he is."""
        return unprivileged(self.user, self.data_dir, self.home) if os.geteuid() == 0 else ()

    @property
    def _seen(self) -> str:
        """The data directory as those commands see it."""
        return self.home if os.geteuid() == 0 else str(self.data_dir)

    @property
    def _env(self) -> dict[str, str]:
        return {"PATH": ADMIN_PATH, "LC_ALL": "C.UTF-8", MARK: str(self.data_dir)}

    def _give_away(self) -> None:
        if os.geteuid() == 0:
            for path in (self.data_dir, *self.data_dir.iterdir()):
                shutil.chown(path, self.user, self.user)

    def _find(self, name: str) -> str | None:
        return program(name)

    def _remember(self, name: str, make: Callable[[], str]) -> str:
        path = self.data_dir / name
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(make())
        return path.read_text(encoding="ascii").strip()

    def _remembered_port(self, name: str) -> int:
        return int(self._remember(name, lambda: str(free_port())))

    def _must(self, argv: Sequence[str], env: Mapping[str, str], task: str) -> str:
        done = subprocess.run(argv, env=dict(env), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ServerError(f"{type(self).__name__}: cannot {task}: {(done.stderr or done.stdout).strip()[-2000:]}")
        return done.stdout
