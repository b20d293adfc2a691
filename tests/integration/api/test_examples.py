"""The examples of the documentation do what they say, in a cloud as ``stack.sh`` leaves it.

Every block of ``sh`` is a session of a user who waits until nothing is being done to any server before the next
command; every block of ``python`` a program that ends well.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stack.processes import wait_until
from tests.builders import disks
from tests.clients.command_line import PATIENCE, CommandLine
from tests.clients.stack import Stack

ROOT = Path(__file__).resolve().parents[3]
PAGES = ("api.md", "image.md", "identity.md", "network.md", "consoles.md",
         *sorted(f"api/{page.name}" for page in (ROOT / "docs/api").glob("*.md")))
WITHOUT = {"api/not-offered.md", "api/identity.md"}  # pages about what is not there, or that lead to another page
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
OURS = re.compile(r"openstack [^|$>]*")  # what needs no shell
INNER = re.compile(r"\$\((openstack [^()|]*)\)")  # a command whose output the line wants


def blocks(page: str) -> list[tuple[str, str]]:
    """The language and the text of each example of a page."""
    return BLOCK.findall((ROOT / "docs" / page).read_text())


class Reader:
    """Somebody who tries what the pages show."""

    def __init__(self, cli: CommandLine) -> None:
        self._cli = cli
        cli.do("image create --disk-format raw --container-format bare --file image.raw --public nova-lite-guest")
        cli.do("keypair create demo")
        cli.do("server create --image nova-lite-guest --flavor m1.nano --key-name demo --wait demo")

    def follow(self, text: str) -> None:
        """Type a session, line by line."""
        for written in text.replace("\\\n", " ").splitlines():
            line = INNER.sub(lambda found: self._said(found[1]), written)
            if OURS.fullmatch(line):
                self._said(line)
            else:
                self.succeed("/bin/sh", "-c", line)
            if "server" in line:
                self._wait()

    def _said(self, command: str) -> str:
        # By the client that runs already: a new one takes seconds to begin.
        return self._cli.do(shlex.join(shlex.split(command)[1:])).strip()

    def succeed(self, *command: str) -> None:
        """Run a program of the user's that must end well."""
        done = subprocess.run(command, cwd=self._cli.home, env=self._cli.environment, capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        assert done.returncode == 0, f"{command[-1]}\n{done.stdout}{done.stderr}"

    def _wait(self) -> None:
        rows: list[Any] = []

        def idle() -> bool:
            rows[:] = self._cli.ask("server list --long")
            return all(row["Task State"] is None for row in rows)
        assert wait_until(idle, PATIENCE), f"still busy: {rows}"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    home = tmp_path_factory.mktemp("reader")
    (home / "image.raw").write_bytes(bytes(1 << 20))
    (home / "disk.qcow2").write_bytes(disks.a_qcow2(size=1 << 30))
    with Stack(home / "state", "--hypervisor", "fake", "--no-demo") as stack, CommandLine(stack, home) as shell:
        yield Reader(shell)


@pytest.mark.parametrize("page", [page for page in PAGES if page not in WITHOUT])
def test_the_examples_of_a_page_work(reader: Reader, page: str) -> None:
    found = blocks(page)
    assert found, f"docs/{page} has no example"
    for language, text in found:
        if language == "sh":
            reader.follow(text)
        else:
            reader.succeed(str(ROOT / ".venv/bin/python"), "-c", text)
