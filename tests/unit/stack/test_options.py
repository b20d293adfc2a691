"""Options of stack.sh: what they mean together with what is remembered."""

from pathlib import Path

import pytest

from stack import options
from stack.options import Choices, Request, UsageError

ROOT = Path("/checkout")
STATE = ROOT / "var"


def test_defaults_are_a_real_cloud_without_broker_and_database_server() -> None:
    """The issue's plain ./stack.sh."""
    request = options.request_of(ROOT, [])
    assert request == Request(STATE)
    assert options.decide(request, None) == Choices("qemu", "embedded", "sqlite", 1, 18774)


def test_named_choices_are_taken() -> None:
    """Every option at once."""
    line = (
        "--hypervisor fake --broker rabbit --database mariadb --hosts 3 --port-base 20000 --no-demo --state /elsewhere"
    )
    request = options.request_of(ROOT, line.split())
    assert request.state == Path("/elsewhere")
    assert not request.demo
    assert options.decide(request, None) == Choices("fake", "rabbit", "mariadb", 3, 20000)


@pytest.mark.parametrize(
    "line",
    ["--bogus", "--hypervisor xen", "--hosts 0", "--hosts many", "--port-base 80", "--demo", "argument", "--hyp fake"],
)
def test_wrong_usage_ends_with_2(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And says what is wrong."""
    with pytest.raises(SystemExit) as ended:
        options.request_of(ROOT, line.split())
    assert ended.value.code == 2
    assert "stack.sh: error:" in capsys.readouterr().err


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    """--help ends with 0."""
    with pytest.raises(SystemExit) as ended:
        options.request_of(ROOT, ["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for option in ("--hypervisor", "--broker", "--database", "--hosts", "--no-demo", "--port-base", "--state"):
        assert option in shown


def test_several_hosts_are_pretended_ones() -> None:
    """--hosts N alone means the fake hypervisor; with a real one it is refused."""
    assert options.decide(Request(STATE, hosts=5), None).hypervisor == "fake"
    with pytest.raises(UsageError, match="this machine is one host"):
        options.decide(Request(STATE, hosts=5, hypervisor="qemu"), None)


def test_a_choice_holds() -> None:
    """Later runs need not repeat it, and may."""
    kept = Choices("fake", "rabbit", "postgresql", 2, 20000)
    assert options.decide(Request(STATE), kept) == kept
    assert options.decide(Request(STATE, broker="rabbit", hosts=2), kept) == kept


@pytest.mark.parametrize(
    "request_",
    [
        Request(STATE, hypervisor="qemu"),
        Request(STATE, database="mariadb"),
        Request(STATE, hosts=3),
        Request(STATE, port_base=1),
    ],
)
def test_another_choice_needs_unstack(request_: Request) -> None:
    """The refusal names both and what to do."""
    with pytest.raises(UsageError, match="was put up with") as refused:
        options.decide(request_, Choices("fake", "rabbit", "postgresql", 2, 20000))
    assert "unstack.sh" in refused.value.remedy


def test_choices_are_remembered(tmp_path: Path) -> None:
    """What is written down is read back; nothing there is nothing."""
    assert options.recall(tmp_path) is None
    choices = Choices("fake", "rabbit", "postgresql", 2, 20000)
    options.remember(tmp_path, choices)
    assert options.recall(tmp_path) == choices
