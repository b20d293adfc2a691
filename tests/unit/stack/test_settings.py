"""Configuration that stack.sh writes: the daemons accept it, and secrets are only where they are needed."""

import configparser
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from nova_lite import conf
from stack import settings
from stack.cloud import Cloud, Daemon
from stack.options import BROKERS, DATABASES, HYPERVISORS, Choices
from tests.unit.stack.clouds import FACTS, cloud

ALL = [Choices(*combination) for combination in product(HYPERVISORS, BROKERS, DATABASES)] + [Choices("fake", hosts=3)]


def written(found: Cloud, directory: Path) -> Cloud:
    """The same cloud with its configuration really written below a directory."""
    moved = replace(found, state=directory / "var")
    moved.etc.mkdir(parents=True)
    for path, text in settings.configuration(moved, FACTS).items():
        path.write_text(text, encoding="utf-8")
    return moved


def loaded(daemon: Daemon) -> conf.Settings:
    """What the daemon makes of its files."""
    database = daemon.program in ("nova-lite-api", "nova-lite-conductor")
    return conf.load([str(path) for path in daemon.configuration], database=database)


@pytest.mark.parametrize("choices", ALL, ids=str)
def test_every_daemon_accepts_its_files(choices: Choices, tmp_path: Path) -> None:
    """No unknown option, and no database where none may be; each daemon has its own pid file."""
    found = written(cloud(choices), tmp_path)
    daemons = {daemon.name: loaded(daemon) for daemon in found.daemons}
    pid_files = {each.process.pid_file for each in daemons.values()}
    assert pid_files == {str(found.state / f"run/{name}.pid") for name in daemons}
    assert all(
        each.database.connection == "" for name, each in daemons.items() if "compute" in name or "scheduler" in name
    )
    assert daemons["nova-lite-api"].database.connection == FACTS.database_url
    assert {each.rpc.transport for each in daemons.values()} == {"kombu" if choices.broker == "rabbit" else "zmq"}


def test_no_word_of_the_database_reaches_compute_or_scheduler(tmp_path: Path) -> None:
    """Not even as a comment."""
    found = written(cloud(), tmp_path)
    for daemon in found.daemons:
        text = "".join(path.read_text(encoding="utf-8") for path in daemon.configuration)
        assert ("postgresql" in text) == (daemon.program in ("nova-lite-api", "nova-lite-conductor"))


def test_pretended_hosts_have_names_and_directories_of_their_own(tmp_path: Path) -> None:
    """Three daemons, three hosts."""
    found = written(cloud(Choices("fake", hosts=3)), tmp_path)
    computes = [loaded(daemon) for daemon in found.daemons if daemon.program == "nova-lite-compute"]
    assert [each.process.host for each in computes] == ["fake1", "fake2", "fake3"]
    assert len({each.compute.instances_path for each in computes}) == 3
    assert len({each.process.state_path for each in computes}) == 3


def test_ini_is_read_back() -> None:
    """Booleans as oslo.config writes them."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(settings.ini({"a": {"yes": True, "path": Path("/x y")}, "b": {"n": 3}}))
    assert {name: dict(parser[name]) for name in ("a", "b")} == {"a": {"yes": "true", "path": "/x y"}, "b": {"n": "3"}}


def test_openrc_quotes_what_a_shell_would_expand() -> None:
    """A password with everything in it."""
    text = settings.openrc(cloud(root="/check out"), "it's $HOME", "")
    assert "export OS_PASSWORD='it'\\''s $HOME'" in text
    assert "export PATH='/check out/bin':'/check out/.venv/bin':$PATH" in text
    assert "LIBVIRT_DEFAULT_URI" not in text
