"""The process supervisor of a cloud: supervisord's configuration (pure), and its control over its socket."""

import http.client
import os
import socket
import subprocess
import xmlrpc.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from stack import processes
from stack.cloud import Cloud
from stack.errors import StackError

# In the environment of all processes of a cloud: by it unstack.sh finds what belongs to its state directory.
MARK = "NOVA_LITE_STATE"
GRACE = 40.0
BEGIN = 60.0  # seconds until supervisord answers: it takes one, and a machine may stand still for some


@dataclass(frozen=True)
class Program:
    """One supervised process. `priority` orders the start (low first) and, backwards, the stop."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    priority: int = 100
    stop_signal: str = "TERM"
    autostart: bool = False
    grace: int = int(GRACE)


def escaped(text: str) -> str:
    """Text as a value in supervisord's configuration, which expands %(names)s and cuts at ` ;`."""
    return text.replace("%", "%%")


def quoted(word: str) -> str:
    """A word of a command line as supervisord's shlex reads it back: one line, as its file knows lines before words."""
    plain = escaped(word).replace("\\", "\\\\").replace('"', '\\"')
    # A blank before ; or # would begin a comment even within quotes: the quotes are closed and opened between the two.
    return '"' + plain.replace(" ;", ' "";').replace(" #", ' ""#') + '"'


def configuration(cloud: Cloud, programs: Iterable[Program]) -> str:
    """supervisord.conf of the cloud."""
    run, log = cloud.run, cloud.log
    head = [
        "; Written by stack.sh at every run; changes are lost.",
        "[unix_http_server]",
        f"file = {escaped(str(run / 'supervisord.sock'))}",
        "chmod = 0600",
        "",
        "[supervisord]",
        f"logfile = {escaped(str(log / 'supervisord.log'))}",
        "logfile_maxbytes = 5MB",
        "logfile_backups = 1",
        f"pidfile = {escaped(str(cloud.state / 'run/supervisord.pid'))}",
        f"directory = {escaped(str(cloud.state))}",
        f"childlogdir = {escaped(str(log))}",
        f"environment = {MARK}={quoted(str(cloud.state))}",
        *(["user = root"] if os.geteuid() == 0 else []),
        "",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
    ]
    return "\n".join([*head, *(line for program in programs for line in _program(cloud, program))]) + "\n"


def _program(cloud: Cloud, program: Program) -> list[str]:
    environment = ",".join(f"{name}={quoted(value)}" for name, value in sorted(program.env.items()))
    return [
        "",
        f"[program:{program.name}]",
        f"command = {' '.join(map(quoted, program.argv))}",
        *([f"environment = {environment}"] if environment else []),
        f"priority = {program.priority}",
        f"autostart = {str(program.autostart).lower()}",
        "autorestart = true",
        "startsecs = 1",
        "startretries = 20",
        f"stopsignal = {program.stop_signal}",
        f"stopwaitsecs = {program.grace}",
        "killasgroup = true",
        "redirect_stderr = true",
        f"stdout_logfile = {escaped(str(cloud.log / f'{program.name}.log'))}",
        "stdout_logfile_maxbytes = 20MB",
        "stdout_logfile_backups = 1",
    ]


def _outlives(pid: int) -> bool:
    """virtlogd holds the console logs of running guests; the next libvirtd takes it over."""
    return processes.command_line(pid)[:1] == ("virtlogd",)


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class _Transport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: object) -> http.client.HTTPConnection:
        connection = _Connection(self._path)
        self._connection = ("localhost", connection)  # where Transport.close() looks for it
        return connection


class Supervisor:
    """supervisord of one cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._log = cloud.log / "supervisord.log"
        self._pid_file = cloud.state / "run/supervisord.pid"
        self._socket = cloud.run / "supervisord.sock"

    def running(self) -> bool:
        """Whether it runs and answers."""
        try:
            state = cast(dict[str, object], self._call("getState"))
        except (OSError, http.client.HTTPException):
            return False
        return state["statename"] == "RUNNING"

    def ensure(self) -> str:
        """Start it, or have the running one take up the changed configuration; what was done."""
        if self.running():
            return self._reload()
        strays = [pid for pid in processes.having(MARK, str(self._cloud.state)) if not _outlives(pid)]
        processes.end_all(strays, GRACE)
        command = (str(self._cloud.root / ".venv/bin/supervisord"), "-c", str(self._cloud.etc / "supervisord.conf"))
        with self._log.open("ab") as log:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
        if done.returncode != 0 or not processes.wait_until(self.running, BEGIN):
            raise StackError("supervisord did not start", log=self._log)
        return "started" + (f", after {len(strays)} stray processes ended" if strays else "")

    def states(self) -> dict[str, str]:
        """Program to its state: RUNNING, STARTING, BACKOFF, FATAL, STOPPED, EXITED ..."""
        infos = cast(list[dict[str, str]], self._call("getAllProcessInfo"))
        return {info["name"]: info["statename"] for info in infos}

    def start(self, name: str) -> bool:
        """Start the program if it does not run; whether it had to be started."""
        if self.states().get(name) in ("RUNNING", "STARTING"):
            return False
        try:
            self._call("startProcess", name, False)
        except xmlrpc.client.Fault as fault:
            if "ALREADY_STARTED" not in fault.faultString:
                log = self._cloud.log / f"{name}.log"
                raise StackError(f"supervisord cannot start {name}: {fault.faultString}", log=log) from fault
        return True

    def stop(self, *names: str) -> None:
        """Stop these programs in order, all at the same time, and wait for their ends; one may be not there."""
        for name in names:
            try:
                self._call("stopProcess", name, False)
            except xmlrpc.client.Fault as fault:
                if not any(code in fault.faultString for code in ("NOT_RUNNING", "BAD_NAME")):
                    raise StackError(f"supervisord cannot stop {name}: {fault.faultString}", log=self._log) from fault
        stopped = ("STOPPED", "EXITED", "FATAL", "BACKOFF", "UNKNOWN")
        processes.wait_until(lambda: all(self.states().get(name, stopped[0]) in stopped for name in names), GRACE + 5)

    def shutdown(self, timeout: float = 90.0) -> None:
        """Stop everything and supervisord itself; nothing to do when it does not run."""
        if self.running():
            self.stop(*self.states())  # by itself it takes a second from one program to the next
        pid = processes.read_pid(self._pid_file)
        if pid is not None and self._is_supervisord(pid):
            processes.end(pid, timeout=timeout)

    def _call(self, method: str, *args: str | bool) -> object:
        with xmlrpc.client.ServerProxy("http://supervisor", transport=_Transport(self._socket)) as server:
            answer: object = getattr(server.supervisor, method)(*args)
            return answer

    def _reload(self) -> str:
        """What changed is stopped and set up anew; it is started by whoever needs it."""
        changes = cast(list[tuple[list[str], list[str], list[str]]], self._call("reloadConfig"))
        added, changed, removed = changes[0]
        for name in (*changed, *removed):
            self._call("stopProcessGroup", name, True)
            self._call("removeProcessGroup", name)
        for name in (*added, *changed):
            self._call("addProcessGroup", name)
        return f"runs; {len(changed)} programs changed" if changed else "runs"

    def _is_supervisord(self, pid: int) -> bool:
        return "supervisord" in " ".join(processes.command_line(pid))
