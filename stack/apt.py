"""Debian packages: which are missing, and one apt-get for all of them."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from stack.errors import StackError


def available() -> bool:
    """Whether this is a machine of Debian's kind."""
    return shutil.which("dpkg-query") is not None and shutil.which("apt-get") is not None


def installed(packages: Iterable[str]) -> set[str]:
    """Those of the packages that dpkg has installed; none where there is no dpkg."""
    names = list(packages)
    command = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return set()
    return {line.split()[0] for line in answer.splitlines() if line.endswith(" installed")}


def missing(packages: Iterable[str]) -> tuple[str, ...]:
    """Those of the packages that are not installed, each once, in order."""
    names = tuple(dict.fromkeys(packages))
    have = installed(names)
    return tuple(name for name in names if name not in have)


def knows(packages: Iterable[str]) -> bool:
    """Whether apt has a candidate for every package: without package lists it has none."""
    names = list(packages)
    answer = subprocess.run(["apt-cache", "policy", *names], capture_output=True, text=True, check=False).stdout
    return answer.count("Candidate: ") == len(names) and "Candidate: (none)" not in answer


def update(log: Path | None = None) -> None:
    """Fetch package lists. Raises StackError when not root or when apt-get fails."""
    if os.geteuid() != 0:
        raise StackError("apt has no package lists", "apt-get update, as root")
    if not _run(["apt-get", "update", "-q"], log):
        raise StackError("apt-get update failed", "mend apt, then run this again", log)


def _run(command: list[str], log: Path | None) -> bool:
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    if log is None:
        return subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode == 0
    with log.open("ab") as output:
        return subprocess.run(command, env=environment, stdout=output, stderr=output, check=False).returncode == 0


def install(packages: Iterable[str], log: Path | None = None) -> None:
    """Install the packages; package lists are fetched only when apt does not know one of them or its version has gone.

    Raises StackError when not root or when apt-get fails.
    """
    names = list(packages)
    if not names:
        return
    if os.geteuid() != 0:
        raise StackError(f"these Debian packages are needed: {' '.join(names)}", f"apt-get install {' '.join(names)}")
    command = ["apt-get", "install", "-y", "-q", "-o", "DPkg::Lock::Timeout=300", "--no-install-recommends", *names]
    if knows(names) and _run(command, log):
        return
    update(log)
    if not _run(command, log):
        raise StackError(f"apt-get could not install: {' '.join(names)}", "mend apt, then run this again", log)
