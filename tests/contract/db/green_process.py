"""A process under green threads, run by the tests: does the rest of it go on while one task waits for the database?

``python -m tests.contract.db.green_process waits URL STATEMENT`` prints how often a ticker ticked during a statement;
``... writers URL N`` prints how many of N tasks' transactions, each of which yields in the middle, were committed.
"""

from __future__ import annotations

import sys

from nova_lite.core import concurrency

concurrency.patch("eventlet")

from sqlalchemy import literal_column, select  # noqa: E402 - after the patch, as in cmd

from nova_lite.db.session import Database, Tx  # noqa: E402
from nova_lite.db.writes import limits  # noqa: E402
from tests.builders.guests import NOW  # noqa: E402

PATIENCE = 300.0  # seconds


def waits(database: Database, statement: str) -> int:
    """Ticks of 10 ms that were seen while the statement ran."""
    ticks: list[None] = []

    def tick() -> None:
        while True:
            concurrency.sleep(0.01)
            ticks.append(None)

    with database.read() as tx:
        tx.scalar(select(literal_column("1")))  # connect first: the test is about statements
        ticker = concurrency.spawn(tick)
        tx.scalar(select(literal_column(statement)))
    ticker.kill()
    return len(ticks)


def writers(database: Database, number: int) -> int:
    """Transactions of one process that all want the write lock, and let others run while they hold it."""

    def write(tx: Tx) -> int:
        limits.take_turn(tx, "project", NOW)
        concurrency.sleep(0.01)
        return 1

    tasks = [concurrency.spawn(database.transact, write) for _ in range(number)]
    return sum(task.wait(PATIENCE) for task in tasks)


def main() -> None:
    what, url, argument = sys.argv[1:]
    database = Database(url, patience=PATIENCE)
    print(waits(database, argument) if what == "waits" else writers(database, int(argument)))
    database.close()


if __name__ == "__main__":
    main()
