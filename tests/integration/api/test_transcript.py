"""A long session of the unmodified openstack client, command after command, as transcript.txt has it.

Its sections are tests of their own, each of which needs those before it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.command_line import CommandLine
from tests.clients.stack import Stack

TRANSCRIPT = Path(__file__).with_name("transcript.txt")
_, *_SECTIONS = re.split(r"^# (.+)\n", TRANSCRIPT.read_text().partition("\n\n")[2], flags=re.MULTILINE)
SECTIONS = dict(zip(_SECTIONS[::2], _SECTIONS[1::2], strict=True))


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    home = tmp_path_factory.mktemp("session")
    (home / "image.raw").write_bytes(bytes(1 << 20))
    (home / "script.sh").write_text("echo hi\n")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / "key"], check=True)
    with Stack(home / "state", "--hypervisor", "fake", "--no-demo") as stack, CommandLine(stack, home) as shell:
        yield shell


class Session:
    """What was learnt so far, and what went wrong."""

    def __init__(self, cli: CommandLine) -> None:
        self._cli = cli
        (host,) = cli.ask("compute service list --service nova-compute")
        self._names = {"host": host["Host"]}
        self.complaints: list[str] = []

    def play(self, line: str) -> None:
        """One line of the transcript."""
        if found := re.fullmatch(r"(\S+) is ([A-Z_]+|idle)", line):
            return self._cli.wait(*found.groups())
        if found := re.fullmatch(r"fails: (.+?): (.+)", line):
            return self._refused(*found.groups())
        self._learn(line)
        done = self._cli.run(line.format(**self._names))
        if done.status:
            self.complaints.append(f"{line}: {done.stderr.strip()}")
        return None

    def _refused(self, words: str, command: str) -> None:
        done = self._cli.run(command)
        said = done.stdout + done.stderr
        if not done.status or words not in said or "Traceback" in said:
            self.complaints.append(f"{command}: ended with {done.status}, and not in {words!r}: {said.strip()}")

    def _learn(self, line: str) -> None:
        if "{request}" in line:
            self._names["request"] = self._cli.ask("server event list vm1")[-1]["Request ID"]
        if "{rule}" in line:
            self._names["rule"] = self._cli.ask("access rule list")[0]["ID"]
        if "{group}" in line:
            self._names["group"] = self._cli.ask("server group show grp1")["id"]


@pytest.fixture(scope="module")
def session(cli: CommandLine) -> Session:
    return Session(cli)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_command_does_what_its_user_expects(session: Session, section: str) -> None:
    session.complaints.clear()
    for line in SECTIONS[section].splitlines():
        if line:
            session.play(line)
    assert session.complaints == []


def test_nothing_is_left(cli: CommandLine, session: Session) -> None:
    assert cli.ask("server list --all-projects") == []
    assert [row["Name"] for row in cli.ask("network list")] == ["private", "public"]
