"""python -m stack up|down OPTIONS: what stack.sh and unstack.sh run."""

import subprocess
import sys
from pathlib import Path

from stack import openrc, options
from stack.cloud import Cloud
from stack.down import Down
from stack.errors import StackError, tail
from stack.files import locked
from stack.options import Choices, UsageError
from stack.report import Report
from stack.up import Up

ROOT = Path(__file__).resolve().parents[1]
FAILED, USAGE, INTERRUPTED = 1, 2, 130


def up(arguments: list[str], report: Report) -> None:
    """Put up a cloud. Raises StackError."""
    request = options.request_of(ROOT, arguments)
    choices = options.decide(request, options.recall(request.state))
    cloud = Cloud(ROOT, request.state, choices)
    cloud.state.mkdir(parents=True, exist_ok=True)
    with locked(cloud.state):
        try:
            Up(cloud, request.demo, report).run()
        except StackError as error:
            raise StackError(
                error.message, error.remedy or f"look into {cloud.log}, then run this again", error.log
            ) from error
    report.plain(farewell(cloud, request.demo))


def down(arguments: list[str], report: Report) -> None:
    """Take a cloud down. Raises StackError."""
    given = options.parser_down().parse_args(arguments)
    state = options.state_of(ROOT, given.state)
    if not state.exists():
        report.plain(f"There is no cloud in {state}.")
        return
    with locked(state):
        Down(Cloud(ROOT, state, options.recall(state) or Choices()), report).run()


def farewell(cloud: Cloud, demo: bool) -> str:
    """How to go on."""
    rc = openrc.shown(cloud)
    shown = f"./{rc.name}" if rc.parent == cloud.root else str(rc)
    other = "" if cloud.state == ROOT / "var" else f" --state {cloud.state}"
    lines = ["", f"The cloud is up: {cloud.url}. To go on:", f"    . {shown}", "    openstack server list"]
    if demo:
        lines += ["    openstack console log show demo", "    openstack server pause demo"]
    if demo and cloud.choices.hypervisor == "qemu":
        lines += ["    virsh list"]
    return "\n".join([*lines, f"Logs are in {cloud.log}. To take it down: ./unstack.sh{other}"])


def main(arguments: list[str]) -> int:
    """Exit status: 0 done, 1 a step failed, 2 wrong usage, 130 interrupted."""
    report = Report()
    try:
        {"up": up, "down": down}[arguments[0]](arguments[1:], report)
    except UsageError as error:
        print(error.message + (f": {error.remedy}" if error.remedy else ""), file=sys.stderr)
        return USAGE
    except StackError as error:
        _explain(error, report)
        return FAILED
    except (OSError, subprocess.SubprocessError) as error:
        report.line(f"FAILED: {error}")
        return FAILED
    except KeyboardInterrupt:
        report.plain("interrupted; run the same again to continue")
        return INTERRUPTED
    return 0


def _explain(error: StackError, report: Report) -> None:
    report.line(f"FAILED: {error.message}")
    if last := tail(error.log):
        report.plain(f"--- the end of {error.log}\n{last}\n---")
    if error.remedy:
        report.plain(f"What to do: {error.remedy}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
