"""A cloud put up by stack.sh in a directory of its own, as a user would put it up, and taken down by unstack.sh."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import TracebackType

import psutil

from tests.clients.cloud import Client
from tests.clients.ports import Ports

ROOT = Path(__file__).resolve().parents[2]
DAEMONS = ("nova-lite-api", "nova-lite-conductor", "nova-lite-scheduler")


class Stack:
    """``options`` as stack.sh takes them; ``root`` the checkout whose scripts are run."""

    def __init__(self, state: Path, *options: str, root: Path = ROOT) -> None:
        self.state, self._options, self._root = state, options, root
        self.output = ""
        self._ports = Ports()

    def __enter__(self) -> Stack:
        try:
            self.output = self.run("stack.sh", "--port-base", str(self._ports.first), *self._options)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            print(self.logs())
        self._end()

    def _end(self) -> None:
        with self._ports:
            self.run("unstack.sh")

    def run(self, script: str, *options: str) -> str:
        """Run one of the scripts on this cloud; its output. It must succeed."""
        done = subprocess.run(
            [self._root / script, "--state", self.state, *options], capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=1500, check=False,
        )
        assert done.returncode == 0, f"{script} failed with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def openrc(self) -> dict[str, str]:
        """The environment that openrc sets, on top of a plain one."""
        shell = f". {self.state}/openrc && env -0"
        done = subprocess.run(
            ["/bin/sh", "-c", shell], capture_output=True, text=True, check=True,
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.state)},
        )
        return dict(line.split("=", 1) for line in done.stdout.split("\0") if line)

    def client(self) -> Client:
        """The admin's client."""
        environment = self.openrc()
        url = environment["OS_AUTH_URL"].partition("/identity")[0]
        return Client(url, environment["OS_USERNAME"], environment["OS_PASSWORD"])

    def daemon(self, name: str) -> psutil.Process:
        """The process of a daemon, by its pid file."""
        return psutil.Process(int((self.state / "run" / f"{name}.pid").read_text()))

    def logs(self) -> str:
        """The ends of all logs, for a failure's message."""
        return "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in sorted((self.state / "log").glob("*.log"))
        )
