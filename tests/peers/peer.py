"""What both share: the environment that they are installed in, and how their WSGI applications are served."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import urllib.error
import urllib.request
from abc import abstractmethod
from pathlib import Path

from stack import pinned
from stack.servers import Process, Server

ROOT = Path(__file__).resolve().parents[2]
PINS, PLACE = ROOT / "requirements-openstack.txt", ROOT / "var" / "peers" / "openstack"
READY = "template-is-whole"
# Their packages bring applications for a web server, and none.
SERVE = """
import importlib, sys, waitress
module, port, sys.argv[1:] = sys.argv[1], int(sys.argv[2]), []
waitress.serve(importlib.import_module(module).application, host="127.0.0.1", port=port, threads=8)
"""


class Peer(Server):
    """A service of OpenStack under waitress, with SQLite, on loopback. ``module``: where its application is."""

    packages = ()
    programs = ()
    module: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> Path:
        """The virtual environment that holds both, made if need be."""
        return pinned.ensure(PINS, PLACE)

    def prepare(self) -> None:
        """A copy of what :meth:`make` made once for all tests, then :meth:`configure`."""
        if (self.data_dir / READY).exists():
            return
        template = PLACE / f"{type(self).__name__.lower()}-{hashlib.sha256(PINS.read_bytes()).hexdigest()[:12]}"
        with (self.environment.parent / "templates.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (template / READY).exists():
                shutil.rmtree(template, ignore_errors=True)
                template.mkdir(mode=0o700)
                self.make(template)
                (template / READY).touch()
        shutil.copytree(template, self.data_dir, dirs_exist_ok=True)
        self.configure()

    @abstractmethod
    def make(self, template: Path) -> None:
        """Schema and keys, in a directory of their own: some seconds of work that are the same for every test."""

    @abstractmethod
    def configure(self) -> None:
        """What only this one has: its addresses, its passwords."""

    def process(self) -> Process:
        python = str(self.environment / "bin" / "python")
        return Process((python, "-W", "ignore", "-c", SERVE, self.module, str(self.port)), self.variables())

    def variables(self) -> dict[str, str]:
        """The environment of the process; says where its configuration is."""
        return self._env

    def ready(self) -> bool:
        """It answers with anything but an error of its own."""
        try:
            with urllib.request.urlopen(self.url, timeout=5):
                return True
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False

    def manage(self, program: str, *arguments: str) -> str:
        """Run one of its tools; what it printed. Raises ServerError."""
        command = (str(self.environment / "bin" / program), *arguments)
        return self._must(command, self._env, f"{program} {arguments[-1]}")
