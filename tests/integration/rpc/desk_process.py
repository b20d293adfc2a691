"""One end of the upgrade test: ``python -m tests.integration.rpc.desk_process SETTINGS_JSON ROLE LEVELS_FILE``.

ROLE is ``old-server``, ``new-server``, ``old-client`` or ``new-client``. A server says ``ready``; a client says how
many calls it has made, every ten. Both end at SIGTERM with a line of JSON: what they did, and what failed.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

from nova_lite.core import concurrency

ENDING = False


def end(*_: object) -> None:
    global ENDING
    ENDING = True


def serve(bus: Any, role: str) -> dict[str, Any]:
    from tests.contract.rpc.test_versions import NewClerk, NewDesk, OldClerk, OldDesk
    from tests.patience import PATIENCE

    refused: list[str] = []
    heard: list[str] = []

    class Counting:
        """Mixed into a clerk."""

        def forget(self, context: object, name: str) -> None:
            heard.append(name)

    class OldCounting(Counting, OldClerk): ...

    class NewCounting(Counting, NewClerk): ...

    server = bus.server()
    server.observe = lambda refusal: refused.append(f"{refusal.identity} {refusal.error.message}")
    if role == "old-server":
        server.serve(OldDesk, OldCounting())
    else:
        server.serve(NewDesk, NewCounting())
    server.start()
    print("ready", flush=True)
    while not ENDING:
        concurrency.event().wait(0.05)
    server.stop(PATIENCE)
    return {"heard": heard, "refused": refused}


def ask(bus: Any, role: str, levels: Path) -> dict[str, Any]:
    from nova_lite.core.context import system_context
    from nova_lite.core.errors import NovaLiteError
    from tests.contract.rpc.test_versions import NewDesk, NewSlip, OldDesk, Slip

    context, failed, answers, sent = system_context(), list[str](), set[str](), list[str]()
    number = 0
    while not ENDING:
        number += 1
        try:
            if role == "old-client":
                answers.add(bus.proxy(OldDesk).file(context, Slip(name="a")))
                bus.proxy(OldDesk).forget(context, f"{role} {number}")
            else:
                bus.tell_levels(json.loads(levels.read_text()))
                answers.add(bus.proxy(NewDesk).file(context, NewSlip(name="a"), hint="x"))
                bus.proxy(NewDesk).forget(context, f"{role} {number}")
            sent.append(f"{role} {number}")
        except NovaLiteError as error:
            failed.append(f"{number}: {type(error).__name__}: {error}")
        if number % 10 == 0:
            print(number, flush=True)
    return {"calls": number, "failed": failed, "answers": sorted(answers), "sent": sent}


def main() -> None:
    concurrency.patch()
    from nova_lite.core.clock import SystemClock
    from nova_lite.rpc import BusSettings, connect

    signal.signal(signal.SIGTERM, end)
    settings, role, levels = sys.argv[1:]
    bus = connect(BusSettings(**json.loads(settings)), SystemClock())
    done = serve(bus, role) if role.endswith("server") else ask(bus, role, Path(levels))
    bus.close()
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
