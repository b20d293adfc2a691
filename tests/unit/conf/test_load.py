"""Configuration: what is refused, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from nova_lite import conf


def a_file(directory: Path, text: str, name: str = "a.conf") -> str:
    path = directory / name
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(("text", "words"), [
    ("[api]\nprot = 1\n", ("unknown option 'prot' in [api]", "did you mean 'port'?")),
    ("[apis]\nport = 1\n", ("unknown section [apis]", "did you mean 'api'?")),
    ("[api]\nport = many\n", ("port", "a.conf")),
    ("[api]\nport = 70000\n", ("port", "65535")),
    ("[compute]\ndriver = xen\n", ("driver", "libvirt")),
    ("port = 1\n", ("port",)),
])
def test_a_mistake_is_named(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(conf.ConfigError) as caught:
        conf.load([a_file(tmp_path, text)])
    for word in words:
        assert word in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(conf.ConfigError, match=r"absent\.conf"):
        conf.load([str(tmp_path / "absent.conf")])


def test_later_files_win(tmp_path: Path) -> None:
    first = a_file(tmp_path, "[api]\nport = 1\nworkers = 3\n")
    second = a_file(tmp_path, "[api]\nport = 2\n", "b.conf")
    settings = conf.load([first, second])
    assert (settings.api.port, settings.api.workers) == (2, 3)


def test_paths_follow_the_state_path(tmp_path: Path) -> None:
    settings = conf.load([a_file(tmp_path, "[DEFAULT]\nstate_path = /s\nhost = h\n")])
    assert settings.compute.instances_path == "/s/instances"
    assert settings.process.host == "h"


def test_a_daemon_without_database_refuses_its_address(tmp_path: Path) -> None:
    name = a_file(tmp_path, "[database]\nconnection = sqlite:///x\n")
    assert conf.load([name]).database.connection == "sqlite:///x"
    with pytest.raises(conf.ConfigError, match="no business with the database"):
        conf.load([name], database=False)
