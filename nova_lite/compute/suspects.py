"""Suspects: operations that were under way when a process of this host died. One of them may be what it died of."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from nova_lite.core import concurrency
from nova_lite.core.errors import NovaLiteError
from nova_lite.objects.operation import Operation
from nova_lite.objects.states import OperationState
from nova_lite.rpc.errors import Poisonous
from nova_lite.rpc.journal import Journal

LIMIT = 3
"""Deaths of the host's service, each with this operation as the only suspect in work, after which it is given up."""

LIFETIME = 86_400.0
"""Seconds after which an operation is not resumed any more: longer than any deadline."""


class Deadly(NovaLiteError):
    """The operation ends whoever carries it out. What is left of it stays: taking it back may be what kills."""

    code = "compute.deadly"


class Suspects:
    """What is resumed is noted in a journal that outlives the process, and is a suspect if it is there already.

    Suspects are carried out one at a time, so that the next death shows which of them it was; everything else goes on
    beside them. Messages are watched over in the same way (docs/adr/0023).
    """

    def __init__(self, journal: Journal) -> None:
        self._journal, self._alone = journal, concurrency.lock()

    def open(self) -> None:
        """Read what the process before this one has left."""
        self._journal.open()

    def close(self) -> None:
        """The daemon is asked to end: what it was at says nothing against that."""
        self._journal.close()

    @contextlib.contextmanager
    def watched(self, operation: Operation) -> Iterator[None]:
        """Around the work on an operation, as it was when this host was told of it.

        :raises Deadly: it has ended too many processes, and is not to be tried again.
        """
        if operation.state is not OperationState.RUNNING:  # nobody has begun it before
            yield
            return
        name = f"operation {operation.id} of epoch {operation.epoch}"
        with self._alone if self._journal.suspects(name) else contextlib.nullcontext():
            try:
                note = self._journal.begin(name)
            except Poisonous as error:
                raise Deadly(f"{operation.action} is given up: the service of its host has died each of {LIMIT} times "
                             "that it was tried by itself", instance=operation.instance_uuid) from error
            try:
                yield
            finally:
                self._journal.end(note)
