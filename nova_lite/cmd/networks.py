"""nova-lite-networks: makes the networks of this host's guests, for a compute that has no rights to."""

from __future__ import annotations

from nova_lite.core import concurrency

concurrency.patch("threading")

import argparse
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from nova_lite.core import launcher, logs, readiness
from nova_lite.core.clock import SystemClock
from nova_lite.network.host.helper import Helper
from nova_lite.network.host.networks import HostNetworks
from nova_lite.virt import programs

NAME = "nova-lite-networks"
FIRST = 3  # the number of the first socket that a service manager hands over (man 3 sd_listen_fds)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the socket that the service manager has handed over, until killed: whatever that cuts off, the next errand
    completes."""
    parser = argparse.ArgumentParser(prog=NAME, description=__doc__)
    parser.add_argument("directory", type=Path, help="where each network has a directory; dnsmasq's user must reach it")
    directory: Path = parser.parse_args(argv).directory
    if (os.environ.get("LISTEN_PID"), os.environ.get("LISTEN_FDS")) != (str(os.getpid()), "1"):
        return launcher.refuse(f"{NAME}: no socket was handed over: {NAME}.socket starts it")
    logs.setup(NAME, False, "")
    with socket.socket(fileno=FIRST) as listener:
        readiness.notify(f"READY=1\nSTATUS={NAME} is running")
        Helper(HostNetworks(directory, programs.run, SystemClock())).serve(listener)
    return 0


if __name__ == "__main__":
    sys.exit(main())
