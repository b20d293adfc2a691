#!/usr/bin/env python3
"""Command line of the recipe: `guest/build.py --output FILE.qcow2`; needs nothing but Python and Debian's tools."""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a file: its directory is on the path, the package's parent is not
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from guest.errors import GuestBuildError, ToolsMissing
from guest.recipe import Request, build
from guest.tools import APT_PACKAGES, APT_PACKAGES_SSH

EXIT_FAILED, EXIT_USAGE = 1, 2


def parse(arguments: Sequence[str]) -> Request:
    """The request in the command line; bad options end the program with 2."""
    parser = argparse.ArgumentParser(
        prog="guest/build.py",
        description="Build nova-lite's small test image from Debian packages.",
        epilog=f"Needs the packages {' '.join(APT_PACKAGES)}; for --with-ssh also {' '.join(APT_PACKAGES_SSH)}.",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="FILE.qcow2", help="the image to write")
    parser.add_argument("--cache", type=Path, metavar="DIR",
                        help="keep downloaded packages here (default: guest-cache beside the output)")  # fmt: skip
    parser.add_argument("--with-ssh", action="store_true", help="install an ssh server (dropbear)")
    parser.add_argument("--with-agent", action="store_true", help="install QEMU's guest agent, as Debian packages it")
    given = parser.parse_args(arguments)
    output = given.output.absolute()
    return Request(output, (given.cache or output.parent / "guest-cache").absolute(), given.with_ssh,
                   given.with_agent)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Build; 0 when the image is there, 2 when tools are missing, 1 when it failed."""
    request = parse(sys.argv[1:] if arguments is None else arguments)
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {text}", flush=True)

    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(EXIT_FAILED))  # so that temporary files go
    try:
        built = build(request, say)
    except GuestBuildError as error:
        print(f"guest/build.py: {error}", file=sys.stderr)
        return EXIT_USAGE if isinstance(error, ToolsMissing) else EXIT_FAILED
    say(f"{built.output.name} is {'current' if built.reused else 'built'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
