"""What a user chooses for a cloud: the command line, what is remembered of it, and what cannot be changed later."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from stack.errors import StackError

CHOICES_FILE = "etc/choices.json"
HYPERVISORS = ("qemu", "fake")
BROKERS = ("embedded", "rabbit")
PLUGS = ("auto", "bridge", "user")
DATABASES = ("sqlite", "postgresql", "mariadb")
MAX_HOSTS = 100
FIRST_PORT, LAST_PORT = 1024, 65000


class UsageError(StackError):
    """The command line makes no sense, or asks for another cloud than the one that is there."""


@dataclass(frozen=True)
class Choices:
    """What makes a cloud this one; fixed until unstack.sh."""

    hypervisor: str = "qemu"
    broker: str = "embedded"
    database: str = "sqlite"
    hosts: int = 1
    port_base: int = 18774
    plug: str = "auto"


@dataclass(frozen=True)
class Request:
    """One call of stack.sh: what was named (None: not named), where, and whether the demo is wanted."""

    state: Path
    hypervisor: str | None = None
    broker: str | None = None
    database: str | None = None
    hosts: int | None = None
    port_base: int | None = None
    plug: str | None = None
    demo: bool = True


def _number(low: int, high: int) -> "type[int]":
    class Bounded(int):
        def __new__(cls, text: str) -> "Bounded":
            value = super().__new__(cls, text)
            if not low <= value <= high:
                raise ValueError(text)
            return value

    Bounded.__name__ = f"number from {low} to {high}"
    return Bounded


def parser_up() -> argparse.ArgumentParser:
    """The options of stack.sh."""
    parser = argparse.ArgumentParser(
        prog="./stack.sh",
        allow_abbrev=False,
        description="Put up a nova-lite cloud on this machine, or repair and continue the one that is there.",
        epilog="A choice holds until ./unstack.sh: later runs need not repeat it. See docs/install.md.",
    )
    add = parser.add_argument
    add("--hypervisor", choices=HYPERVISORS, help="real guests through libvirt (default), or pretended ones")
    add("--broker", choices=BROKERS, help="messages between peers without a broker (default), or through RabbitMQ")
    add("--database", choices=DATABASES, help="a file (default: sqlite), or a server of its own")
    add(
        "--hosts",
        type=_number(1, MAX_HOSTS),
        metavar="N",
        help="compute daemons (default 1; more are of pretended hosts)",
    )
    add(
        "--plug",
        choices=PLUGS,
        help="guests on bridges of this machine, or in user mode networks (default: as it can)",
    )
    add("--no-demo", dest="demo", action="store_false", help="daemons only: no image, no key pair, no server")
    add("--port-base", type=_number(FIRST_PORT, LAST_PORT), metavar="N", help="first port (default 18774: the API)")
    _add_state(parser)
    return parser


def parser_down() -> argparse.ArgumentParser:
    """The options of unstack.sh."""
    parser = argparse.ArgumentParser(
        prog="./unstack.sh",
        allow_abbrev=False,
        description="Stop the cloud that stack.sh put up and remove everything it made: guests, files, networks.",
    )
    _add_state(parser)
    return parser


def _add_state(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--state", metavar="DIR", help="where the cloud keeps its files (default: var/ of the checkout)"
    )


def state_of(root: Path, given: str | None) -> Path:
    """The state directory that a --state option, or its absence, means."""
    return Path(given).absolute() if given else root / "var"


def request_of(root: Path, arguments: Sequence[str]) -> Request:
    """The request in a command line. SystemExit 2 with the reason when it makes no sense."""
    parser = parser_up()
    given = vars(parser.parse_args(list(arguments)))
    return Request(**{**given, "state": state_of(root, given["state"])})


def decide(request: Request, remembered: Choices | None) -> Choices:
    """The cloud to put up: what was named, else what is remembered, else the defaults.

    Raises UsageError when a named choice is not the remembered one, or when together they make no sense.
    """
    base = remembered or Choices(hypervisor="fake" if (request.hosts or 1) > 1 else "qemu")
    named = {field.name: getattr(request, field.name) for field in fields(Choices)}
    if remembered:
        for name, value in named.items():
            kept = getattr(remembered, name)
            if value not in (None, kept):
                option = f"--{name.replace('_', '-')}"
                raise UsageError(
                    f"{option} {value}: this cloud was put up with {option} {kept}", "run ./unstack.sh first"
                )
    choices = Choices(**{name: getattr(base, name) if value is None else value for name, value in named.items()})
    if choices.hosts > 1 and choices.hypervisor != "fake":
        raise UsageError("--hosts needs --hypervisor fake: this machine is one host")
    return choices


def recall(state: Path) -> Choices | None:
    """The choices of the cloud in the state directory; None when there is none."""
    try:
        return Choices(**json.loads((state / CHOICES_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def remember(state: Path, choices: Choices) -> None:
    """Write the choices down for the next run."""
    path = state / CHOICES_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(choices), indent=1) + "\n", encoding="utf-8")
