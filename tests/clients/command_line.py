"""A user's shell in which the unmodified openstack client is called, command after command."""

from __future__ import annotations

import json
import os
import pty
import select
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from stack.processes import wait_until
from tests.clients.stack import Stack

PATIENCE = 300.0  # seconds that a command may take, or a state to come
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    status: int
    stdout: str
    stderr: str


class _Client:
    """A process of the client, at a terminal of its own."""

    def __init__(self, environment: dict[str, str], home: Path) -> None:
        read, write = os.pipe()
        self._terminal, theirs = pty.openpty()
        self._commands = os.fdopen(write, "w")
        try:
            self._process = subprocess.Popen(
                [ROOT / ".venv/bin/python", "-W", "ignore", "-m", "tests.clients.openstack_process", str(read)],
                env=environment, cwd=home, stdin=theirs, stdout=subprocess.PIPE, text=True, pass_fds=(read,),
            )
        finally:
            os.close(read)
            os.close(theirs)

    def run(self, command: str) -> Answer:
        """A command, to its end."""
        assert self._process.stdout is not None
        print(json.dumps(shlex.split(command)), file=self._commands, flush=True)
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        assert ready, f"the client waits for an answer at its terminal, or hangs: {command}"
        answer = self._process.stdout.readline()
        assert answer, f"the client died of: {command}"
        return Answer(**json.loads(answer))

    def end(self) -> None:
        """Let it go."""
        self._commands.close()
        os.close(self._terminal)  # who still asks there is told that nobody answers
        self._process.communicate(timeout=60)


class CommandLine:
    """A shell after ``. ./openrc``, in the directory ``home``."""

    def __init__(self, stack: Stack, home: Path) -> None:
        self.home = home
        self.environment = {**stack.openrc(), "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
        self._process = self._start()

    def _start(self) -> _Client:
        return _Client(self.environment, self.home)

    def __enter__(self) -> CommandLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.end()

    def run(self, command: str) -> Answer:
        """A command, without its first word; whatever comes of it."""
        if not command.startswith("--"):
            return self._process.run(command)
        once = self._start()  # the client remembers options like the version asked for
        try:
            return once.run(command)
        finally:
            once.end()

    def ask(self, command: str) -> Any:
        """What a command says with ``-f json``; it must succeed."""
        return json.loads(self.do(f"{command} -f json"))

    def do(self, command: str) -> str:
        """A command that must succeed; its output."""
        done = self.run(command)
        assert done.status == 0, f"openstack {command}: {done.stdout}{done.stderr}"
        return done.stdout

    def wait(self, server: str, status: str) -> None:
        """Ask until nothing is being done to the server, and it has the status unless that is ``idle``."""
        seen: Any = {}

        def reached() -> bool:
            seen.update(self.ask(f"server show {server}"))
            return seen["OS-EXT-STS:task_state"] is None and status in (seen["status"], "idle")
        assert wait_until(reached, PATIENCE), f"{server} is {seen['status']}, not {status}"
