"""The operator of a cloud in trouble: says that a host is dead, one at a time, so that it can be evacuated."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from tests.integration.processes import Processes


class Operator:
    """Whoever does something to a daemon has it in ``hands`` meanwhile: a host that was declared dead stays so."""

    def __init__(self, cloud: Processes) -> None:
        self._cloud = cloud
        self._one = threading.Lock()
        self.hands = {name: threading.Lock() for name in cloud.names}

    @contextlib.contextmanager
    def dead(self, host: str, force_down: Callable[[bool], None]) -> Iterator[bool]:
        """The host is killed and forced down until the end; false, and nothing of that, when another one is."""
        if not self._one.acquire(blocking=False):
            yield False
            return
        try:
            with self.hands[host]:
                self._cloud.kill(host)
                try:
                    force_down(True)
                    yield True
                finally:
                    self._cloud.start(host)
            force_down(False)
        finally:
            self._one.release()
