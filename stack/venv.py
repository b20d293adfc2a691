"""The virtual environment of the checkout: made from pinned requirements, left alone while they do not change."""

import hashlib
import importlib.util
import json
import subprocess
import sys
import sysconfig
from pathlib import Path

from stack.errors import StackError
from stack.files import locked
from stack.pinned import ATTEMPTS

STAMP = ".nova-lite-requirements"
RUNTIME, LIBVIRT = "requirements.txt", "requirements-libvirt.txt"


def requirement_files(root: Path, hypervisor: str) -> tuple[Path, ...]:
    """What a cloud needs: libvirt's bindings are built on the machine, so only where they are used."""
    return (root / RUNTIME, root / LIBVIRT) if hypervisor == "qemu" else (root / RUNTIME,)


def build_packages(hypervisor: str) -> tuple[str, ...]:
    """Debian packages that making the environment with this interpreter needs."""
    venv = () if importlib.util.find_spec("ensurepip") else ("python3-venv",)
    if hypervisor != "qemu":
        return venv
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    return (*venv, *(() if headers.exists() else ("python3-dev",)), "libvirt-dev", "pkg-config", "gcc", "libc6-dev")


def stamps(files: tuple[Path, ...], version: str) -> dict[str, str]:
    """File name to a digest of its text and the interpreter's version."""
    return {path.name: hashlib.sha256(version.encode() + path.read_bytes()).hexdigest() for path in files}


def ensure(root: Path, hypervisor: str, log: Path, more: tuple[str, ...] = ()) -> str:
    """Make or mend the environment; what was done. ``more``: further requirement files, as the tests have.

    Raises StackError when venv or pip fails.
    """
    files = (*requirement_files(root, hypervisor), *(root / name for name in more))
    environment = root / ".venv"
    with locked(files[0]):  # two clouds of one checkout share the environment: one makes it, the other waits
        version = _version(environment)
        have = _recall(environment / STAMP) if version else {}
        if stamps(files, version).items() <= have.items():
            return "is current"
        if not version:
            _run((sys.executable, "-m", "venv", "--clear", str(environment)), log, "make the virtual environment")
        options = [word for path in files for word in ("-r", str(path))]
        pip = (str(environment / "bin/python"), "-m", "pip", "--disable-pip-version-check")
        # Every package is pinned, so there is nothing to resolve: --no-deps halves the time.
        _run((*pip, "install", "-q", "--no-deps", *options), log, "install the pinned packages", ATTEMPTS)
        (environment / STAMP).write_text(json.dumps({**have, **stamps(files, _version(environment))}), encoding="ascii")
        return "mended" if version else "made"


def _version(environment: Path) -> str:
    """Version of the environment's interpreter; empty when it does not work or is too old."""
    try:
        command = (
            str(environment / "bin/python"),
            "-c",
            "import pip, sys; sys.version_info >= (3, 11) and print(sys.version)",
        )
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _recall(stamp: Path) -> dict[str, str]:
    try:
        return dict(json.loads(stamp.read_text(encoding="ascii")))
    except (FileNotFoundError, ValueError):
        return {}


def _run(command: tuple[str, ...], log: Path, task: str, attempts: int = 1) -> None:
    with log.open("ab") as output:
        for _ in range(attempts):
            done = subprocess.run(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, check=False)
            if done.returncode == 0:
                return
    raise StackError(f"could not {task}", "is the package index reachable? then run this again", log)
