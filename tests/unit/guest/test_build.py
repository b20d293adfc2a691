from pathlib import Path

import pytest

from guest import build, tools
from guest.errors import GuestBuildError, ToolsMissing
from guest.recipe import Request


def test_the_cache_is_beside_the_output_unless_told(tmp_path: Path) -> None:
    output = tmp_path / "guest.qcow2"
    assert build.parse(["--output", str(output)]) == Request(output, tmp_path / "guest-cache", with_ssh=False)
    given = build.parse(["--output", str(output), "--cache", str(tmp_path / "debs"), "--with-ssh"])
    assert given == Request(output, tmp_path / "debs", with_ssh=True)


@pytest.mark.parametrize("arguments", [[], ["--output"], ["--output", "x", "--speed"]])
def test_bad_options_end_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        build.parse(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_missing_tools_are_all_named_with_their_packages() -> None:
    wanted = [tools.Tool("no-such-program", "one"), tools.Tool("/no/such/file", "two"), tools.Tool("sh", "dash")]
    with pytest.raises(ToolsMissing) as raised:
        tools.check(wanted)
    assert raised.value.missing.items() >= {"no-such-program": "one", "/no/such/file": "two"}.items()
    assert "sh" not in raised.value.missing
    assert "apt-get install" in str(raised.value)


def test_what_must_be_installed_leaves_out_what_every_debian_has() -> None:
    assert "busybox-static" in tools.APT_PACKAGES
    assert not {"apt", "dpkg"} & set(tools.APT_PACKAGES)


def test_a_program_that_fails_is_quoted() -> None:
    with pytest.raises(GuestBuildError, match=r"^sh ended with 3: why$"):
        tools.run("sh", "-c", "echo why >&2; exit 3")
