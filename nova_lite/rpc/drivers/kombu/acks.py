"""Acks: which deliveries of a channel are done or given back, and the fewest frames that tell the broker."""

from __future__ import annotations

from collections.abc import Callable

from nova_lite.core import concurrency
from nova_lite.rpc.drivers.kombu.frames import ack_frame, reject_frame


class Acks:
    """Deliveries are numbered from 1 and end in any order. All up to the oldest unfinished one go in one frame."""

    def __init__(self, channel: int, remind: Callable[[Callable[[], bytes]], None]) -> None:
        """:param remind: has its argument called, once, before something is written next, and writes what it
        returns.
        """
        self._channel, self._remind = channel, remind
        self._lock = concurrency.lock()
        self._oldest = 1  # everything before it is done, and the broker knows
        self._done: list[int] = []
        self._rejected: list[int] = []
        self._told: set[int] = set()  # others that the broker knows of
        self._asked = False

    def done(self, tag: int) -> None:
        """The delivery is finished; the broker hears of it with what is written next."""
        with self._lock:
            self._done.append(tag)
            asked, self._asked = self._asked, True
        if not asked:
            self._remind(self.frames)

    def reject(self, tag: int) -> None:
        """Let somebody else have it."""
        with self._lock:
            self._rejected.append(tag)
            asked, self._asked = self._asked, True
        if not asked:
            self._remind(self.frames)

    def frames(self) -> bytes:
        """The frames that tell what is done. Rejections first: an acknowledgement of several would cover them."""
        with self._lock:
            self._asked = False
            rejected, self._rejected = self._rejected, []
            self._told.update(rejected)
            done, self._done = set(self._done), []
            last = 0
            while self._oldest in done or self._oldest in self._told:
                if self._oldest in done:
                    last = self._oldest
                    done.discard(last)
                else:
                    self._told.discard(self._oldest)
                self._oldest += 1
            self._told |= done
        # A frame for several must name one that is not acknowledged yet: the last of them is such a one.
        frames = [reject_frame(self._channel, tag) for tag in rejected]
        if last:
            frames.append(ack_frame(self._channel, last, True))
        frames += [ack_frame(self._channel, tag, False) for tag in sorted(done)]
        return b"".join(frames)
