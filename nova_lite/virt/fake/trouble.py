"""The configured slowness and failures of a fake hypervisor."""

from __future__ import annotations

import collections
import contextlib
import os
import random
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

from nova_lite.core import concurrency
from nova_lite.virt.driver import HypervisorUnavailable, VirtError
from nova_lite.virt.fake.gates import Gates
from nova_lite.virt.fake.settings import Failure

ANY = "*"


class Trouble:
    """Decides for every call how long it takes and whether it fails. The same seed and calls, the same trouble."""

    def __init__(
        self, delays: Mapping[str, float], failures: Mapping[str, Failure], seed: int, gates: Path | None = None
    ) -> None:
        self._delays = dict(delays)
        self._failures = dict(failures)
        self._random = random.Random(seed)
        self._gates = Gates(gates)
        self._failed: collections.Counter[str] = collections.Counter()

    def expect(self, method: str, failure: Failure) -> None:
        """From now on ``method`` (``*``: any) fails like this."""
        self._failures[method] = failure
        self._failed[method] = 0

    def heal(self) -> None:
        """From now on nothing fails."""
        self._failures.clear()

    @contextlib.contextmanager
    def around(self, method: str, uuid: str = "") -> Iterator[None]:
        """Surround the work of one call.

        :raises VirtError, HypervisorUnavailable: the configured failure; details carry the instance's uuid.
        """
        self._gates.pass_through(f"{method}.before", uuid)
        delay = self._delays.get(method, self._delays.get(ANY, 0.0))
        if delay > 0:
            concurrency.sleep(delay)
        failure = self._due(method)
        if failure is not None and not failure.after:
            _fail(failure, uuid)
        yield
        self._gates.pass_through(f"{method}.after", uuid)
        if failure is not None:
            _fail(failure, uuid)

    def _due(self, method: str) -> Failure | None:
        key = method if method in self._failures else ANY
        failure = self._failures.get(key)
        if failure is None or (failure.count and self._failed[key] >= failure.count):
            return None
        if failure.probability < 1 and self._random.random() >= failure.probability:
            return None
        self._failed[key] += 1
        return failure


def _fail(failure: Failure, uuid: str) -> None:
    if failure.kind == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    kind = HypervisorUnavailable if failure.kind == "unavailable" else VirtError
    raise kind(f"instance {uuid}: {failure.message}" if uuid else failure.message, instance=uuid)
