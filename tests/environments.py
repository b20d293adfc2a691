"""Makes the environments of the programs that tests talk to or run: ``python -m tests.environments``.

Whoever needs one makes it, or waits for who does; this makes them beforehand, beside layers that need none.
"""

from __future__ import annotations

from benchmarks.peers import environment as messaging
from stack import pinned
from tests.integration.tempest import environment as tempest
from tests.peers import peer


def main() -> None:
    pinned.ensure(peer.PINS, peer.PLACE)
    messaging.interpreter()
    tempest.ensure()


if __name__ == "__main__":
    main()
