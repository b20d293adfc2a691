"""The systemd units: systemd itself finds no fault with them, and they fit the daemons that they run."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from nova_lite.conf.process import ProcessSettings
from tests.style import source

UNITS = source.ROOT / "etc/systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
COMMON = UNITS / "nova-lite-.service.d/10-common.conf"
# Tenths of systemd's exposure level, which goes from 0 (tight) to 100.
MOST_EXPOSURE, MOST_OF_NETWORKS = 20, 52
PARENT_PATIENCE = 10  # seconds after the grace in which a parent of workers ends them (nova_lite/core/launcher.py)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as install.sh writes them, for this checkout."""
    directory = tmp_path_factory.mktemp("units")
    for drop_ins in UNITS.glob("*.service.d"):
        shutil.copytree(drop_ins, directory / drop_ins.name)
    for path in (*UNITS.glob("*.service"), *UNITS.glob("*.socket"), *UNITS.glob("*.target")):
        (directory / path.name).write_text(path.read_text().replace("/opt/nova-lite/", f"{source.ROOT}/"))
    return directory


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", "--no-pager", *arguments], capture_output=True, text=True)


@pytest.mark.parametrize("name", [*SERVICES, "nova-lite-networks.socket", "nova-lite.target"])
def test_systemd_finds_no_fault(installed: Path, name: str) -> None:
    done = analyze("verify", str(installed / name))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_daemon_can_reach_is_little(installed: Path, name: str) -> None:
    most = MOST_OF_NETWORKS if name == "nova-lite-networks.service" else MOST_EXPOSURE
    done = analyze("security", "--offline=yes", f"--threshold={most}", str(installed / name))
    assert done.returncode == 0, done.stdout


def test_every_daemon_has_its_unit_and_the_target_wants_it() -> None:
    programs = {path.name for path in (source.ROOT / "bin").iterdir()} - {"nova-lite-manage"}
    assert {name.removesuffix(".service") for name in SERVICES} == programs
    wanted = (UNITS / "nova-lite.target").read_text()
    by_socket = {path.name for path in UNITS.glob("*.socket")}
    assert all(name in wanted or name.replace(".service", ".socket") in by_socket for name in SERVICES)
    assert all(name in wanted for name in by_socket)


def test_a_stop_has_the_time_that_the_daemons_give_it() -> None:
    seconds = re.search(r"^TimeoutStopSec=(\d+)$", COMMON.read_text(), re.MULTILINE)
    assert seconds is not None
    assert int(seconds[1]) > ProcessSettings().stop_grace + PARENT_PATIENCE


def test_the_installer_is_a_script() -> None:
    done = subprocess.run(["bash", "-n", UNITS / "install.sh"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
