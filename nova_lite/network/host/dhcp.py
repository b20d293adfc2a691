"""The DHCP server of one network: a dnsmasq in its namespace that knows the host's interfaces and nobody else."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.errors import Unavailable
from nova_lite.network.host.names import INSIDE
from nova_lite.network.host.run import Run

PATIENCE, POLL = 5.0, 0.01  # seconds until a dnsmasq that was told to end is killed, and between two looks


class DhcpServer:
    """``directory`` holds its configuration, its entries and its pid; whoever dnsmasq runs as must reach it."""

    def __init__(self, directory: Path, namespace: str, run: Run, clock: Clock) -> None:
        self._directory, self._namespace, self._run, self._clock = directory, namespace, run, clock
        self._configuration, self._hosts = directory / "dnsmasq.conf", directory / "hosts"

    def serve(self, lines: Sequence[str], hosts: Sequence[str], fresh: bool) -> None:
        """The server runs with this configuration and these entries. ``fresh``: its namespace is another one now.

        Raises NovaLiteError.
        """
        if not lines:
            self.stop()
            return
        configuration = "".join(f"{line}\n" for line in (*self._usual(), *lines))
        gone = set(_read(self._hosts).splitlines()) - set(hosts)
        changed = _write(self._configuration, configuration)
        news = _write(self._hosts, "".join(f"{line}\n" for line in hosts))
        pid = self.pid()
        # What it has leased it does not give to another interface: only a new one knows that an address is free again.
        if pid is None or fresh or changed or gone:
            self.stop()
            self._run(["ip", "netns", "exec", self._namespace, "dnsmasq", self._mark()])
        elif news:
            os.kill(pid, signal.SIGHUP)

    def stop(self) -> None:
        """It does not run. Absent already is success. Raises Unavailable when it does not go."""
        pid = self.pid()
        if pid is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            if self._gone(pid):
                return
        raise Unavailable(f"dnsmasq {pid} of {self._namespace} does not end")

    def pid(self) -> int | None:
        """Its process, None when it does not run."""
        text = _read(self._directory / "pid").strip()
        return int(text) if text.isdigit() and self._runs(int(text)) else None

    def _runs(self, pid: int) -> bool:
        # Of a process that has ended nothing is left there, nor of one that only its number was given to.
        return self._mark() in _read(Path(f"/proc/{pid}/cmdline")).split("\0")

    def _gone(self, pid: int) -> bool:
        """In time. The process itself: its pid file it removes while it still runs."""
        deadline = self._clock.monotonic() + PATIENCE
        while self._runs(pid):
            if self._clock.monotonic() > deadline:
                return False
            concurrency.sleep(POLL)
        return True

    def _mark(self) -> str:
        return f"--conf-file={self._configuration}"

    def _usual(self) -> tuple[str, ...]:
        """It asks no name server, remembers nothing on disk, and answers only whom it knows."""
        return (
            f"interface={INSIDE}", "bind-interfaces", "except-interface=lo", "port=0", "no-resolv", "no-hosts",
            "no-ping", "dhcp-authoritative", "leasefile-ro", "dhcp-lease-max=65536", "quiet-dhcp",
            f"dhcp-hostsfile={self._hosts}", f"pid-file={self._directory / 'pid'}",
        )


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _write(path: Path, text: str) -> bool:
    """Whether it was another text before."""
    if path.exists() and _read(path) == text:
        return False
    scratch = path.with_name(f"{path.name}.new")
    scratch.write_text(text)
    scratch.chmod(0o644)
    os.replace(scratch, path)
    return True
