"""A user's shell in which the unmodified openstack client is called, command after command."""

from __future__ import annotations

import json
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.clients.stack import Stack

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    status: int
    stdout: str
    stderr: str


class CommandLine:
    """A shell after ``. ./openrc``, in the directory ``home``."""

    def __init__(self, stack: Stack, home: Path) -> None:
        self.home = home
        self._environment = {**stack.openrc(), "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [ROOT / ".venv/bin/python", "-W", "ignore", "-m", "tests.clients.openstack_process"],
            env=self._environment, cwd=self.home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )

    def __enter__(self) -> CommandLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=30)

    def run(self, command: str) -> Answer:
        """A command, without its first word; whatever comes of it."""
        line = json.dumps(shlex.split(command)) + "\n"
        if command.startswith("--"):  # the client remembers options like the version asked for
            answer = self._start().communicate(line, timeout=60)[0]
        else:
            assert self._process.stdin is not None and self._process.stdout is not None
            self._process.stdin.write(line)
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, f"the client died of: {command}"
        return Answer(**json.loads(answer))

    def ask(self, command: str) -> Any:
        """What a command says with ``-f json``; it must succeed."""
        return json.loads(self.do(f"{command} -f json"))

    def do(self, command: str) -> str:
        """A command that must succeed; its output."""
        done = self.run(command)
        assert done.status == 0, f"openstack {command}: {done.stdout}{done.stderr}"
        return done.stdout

    def wait(self, server: str, status: str) -> None:
        """Ask until the server has the status, or nothing is being done to it if that is ``idle``."""
        seen: Any = {}
        for _ in range(300):
            seen = self.ask(f"server show {server}")
            if seen["status"] == status or (status == "idle" and seen["OS-EXT-STS:task_state"] is None):
                return
        raise AssertionError(f"{server} is {seen['status']}, not {status}")
