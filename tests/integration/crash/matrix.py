"""What is done to a cloud in a row of the matrix, while actions stand at their steps; then all ends as promised."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from typing import Literal

from nova_lite.db.reads import operations
from nova_lite.objects.states import Action
from tests.integration.crash.conftest import Bench
from tests.integration.crash.crowd import DEEDS, PATIENCE
from tests.integration.crash.steps import AWAY, HOME, Row, rows
from tests.integration.link import Link

DAEMONS = ("api", "scheduler", "conductor", HOME, AWAY)
COVERED = {Action.CREATE, *DEEDS}
ROWS = rows(COVERED)
# Seconds for all to end when nobody says that a connection is no more: statements and brokers have 20.
UNHEARD = PATIENCE + 60.0
Phase = Literal["before", "after"]


def touched_by(victim: str) -> list[Row]:
    """The rows that a victim has to do with: of a host, what it carries out; of the others, all."""
    return [row for row in ROWS if row.host == victim] if victim in (HOME, AWAY) else ROWS


@contextlib.contextmanager
def while_all_stand(bench: Bench, held: Collection[Row], phase: Phase, patience: float = PATIENCE) -> Iterator[None]:
    """The fault strikes while everything stands before or after its step. ``patience``: seconds for all to end then."""
    bench.crowd.prepare(held)
    with bench.crowd.held(held, phase):
        yield
        bench.crowd.release()
    bench.crowd.settle(patience)
    bench.check()


def kill(bench: Bench, victim: str, phase: Phase) -> None:
    """kill -9 of a daemon."""
    with while_all_stand(bench, touched_by(victim), phase):
        bench.cloud.kill(victim)
        bench.crowd.release()
        bench.cloud.start(victim)
        bench.cloud.client.wait_for_api()


def stop(bench: Bench, victim: str, *, released: bool) -> None:
    """Ask a daemon to end: it finishes what runs within its grace, or leaves it for its next start, and says which."""
    with while_all_stand(bench, touched_by(victim), "before"):
        if released:
            bench.crowd.release()
        said = len(bench.cloud.log(victim).read_text())
        assert bench.cloud.stop(victim) == 0
        if victim in (HOME, AWAY) and not released:
            assert "left for the next start: " in bench.cloud.log(victim).read_text()[said:]
        bench.crowd.release()
        bench.cloud.start(victim)
        bench.cloud.client.wait_for_api()


def sleep(bench: Bench, host: str, phase: Phase) -> None:
    """A host is frozen until every lease that it has is over."""
    with while_all_stand(bench, touched_by(host), phase):
        held = unfinished(bench, host)
        with bench.cloud.frozen(host):
            bench.crowd.release()
            bench.cloud.client.wait(
                lambda: all(unfinished(bench, host)[key] > at for key, at in held.items()), "every lease is over",
                PATIENCE,
            )


def unfinished(bench: Bench, host: str) -> dict[str, float]:
    """When the operations that are under way on a host were last changed, by id."""
    with bench.database.read() as tx:
        granted = operations.unfinished_of_host(tx, host)
    return {grant.operation.id: grant.operation.updated_at for grant in granted}


def kill_server(bench: Bench, name: str, phase: Phase) -> None:
    """kill -9 of the broker or the database."""
    with while_all_stand(bench, ROWS, phase):
        bench.scene.servers[name].kill()
        bench.crowd.release()
        bench.scene.servers[name].start()


def break_links(
    bench: Bench, names: Collection[str], harm: Callable[[Link], None], patience: float = PATIENCE
) -> None:
    """Harm every connection that there is to the broker, the database or the API; new ones are whole."""
    with while_all_stand(bench, ROWS, "after", patience):
        for name in names:
            harm(bench.scene.links[name])
