#!/usr/bin/env python3
"""Boot the built image in plain QEMU and print how long it took: `guest/try_boot.py IMAGE`."""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

if not __package__:  # run as a file: its directory is on the path, the package's parent is not
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from guest import tools
from guest.errors import GuestBuildError, ToolsMissing
from guest.machine import LOGIN_MARK, UP_MARK, Machine, make_config_drive

INSTANCE = "00000000-0000-4000-8000-000000000001"
HOSTNAME = "trial"
_OFF_SECONDS = 30.0


@dataclass(frozen=True)
class Trial:
    """One boot: seconds to the UP line, to the login prompt, from power button to off, and the console."""

    up: float
    login: float
    off: float
    console: str


def try_boot(image: Path, seconds: float, user_data: str | None = None) -> Trial:
    """Boot `image` once with a config drive and press the power button at the login prompt.

    GuestBuildError (GuestSilent) if one of the marks does not come within `seconds`.
    """
    with tempfile.TemporaryDirectory(prefix="guest-") as name:
        drive = make_config_drive(Path(name), INSTANCE, HOSTNAME, user_data)
        with Machine(image, Path(name), drive) as machine:
            up = machine.wait_for(UP_MARK, seconds)
            login = machine.wait_for(HOSTNAME + LOGIN_MARK, seconds)
            machine.press_power_button()
            off = machine.wait_until_off(_OFF_SECONDS)
            return Trial(up, login, off, machine.console)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="guest/try_boot.py", description=__doc__)
    parser.add_argument("image", type=Path, help="what guest/build.py wrote")
    parser.add_argument("--count", type=int, default=1, metavar="N", help="boot so many times")
    parser.add_argument("--timeout", type=float, default=90.0, metavar="SECONDS", help="for the UP line (default 90)")
    parser.add_argument("--user-data", type=Path, metavar="FILE", help="a script for the guest to run")
    parser.add_argument("--console", action="store_true", help="print what the guest wrote on its serial console")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the times of each boot and their medians; 0 when all came up, 1 when not, 2 when tools are missing."""
    given = _parse(arguments)
    trials = []
    try:
        tools.check(tools.BOOT_TOOLS)
        user_data = given.user_data.read_text() if given.user_data else None
        for _ in range(given.count):
            trial = try_boot(given.image, given.timeout, user_data)
            trials.append(trial)
            print(f"up {trial.up:5.2f} s   login {trial.login:5.2f} s   button to off {trial.off:4.2f} s", flush=True)
            if given.console:
                print(trial.console)
    except (GuestBuildError, OSError) as error:
        print(f"guest/try_boot.py: {error}", file=sys.stderr)
        return 2 if isinstance(error, ToolsMissing) else 1
    print(f"median of {len(trials)}: up {statistics.median(trial.up for trial in trials):.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
