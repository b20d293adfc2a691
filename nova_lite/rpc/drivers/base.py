"""What a driver owes to the library above it.

A driver moves opaque payloads. It knows targets and message ids, not methods. Guarantees, for all drivers; the
conformance suite in ``tests/contract/rpc`` holds each of them to it:

* **routing** A target with a host reaches one of that host's servers, a target without a host one of the topic's
  servers, several servers in turn. A fanout reaches every server of the topic that listens at that moment.
* **unroutable** A call or cast that nobody listens for raises Unroutable from ``send``, or reaches the sink as such
  within a round trip. A fanout that nobody listens for is no error.
* **cast** ``send`` returns once the broker (kombu) or the receiving process (zmq, local) has taken the message over,
  and raises NotConfirmed when it did not say so in time. Then the message may or may not be executed.
* **at most once or at least once** local, zmq: at most once; what a dying receiver had taken is lost with it. kombu:
  at least once; a message is acknowledged when its handler has returned, so what a dying receiver had not finished
  goes to another one, marked ``redelivered``. Handlers must be harmless when repeated.
* **fanout** at most once, to each server; not confirmed.
* **order** Messages of one sender to one server are taken in the order in which they were sent. They are executed
  concurrently by the server's workers, so that the order of their effects is not promised.
* **back-pressure** A server takes at most ``prefetch`` messages that it has not finished. Then senders wait: in the
  broker up to its queue limit, otherwise in ``send``, which raises NotConfirmed at its timeout. No queue of this
  process grows without limit: ``BACKLOG`` messages wait before a server (local, zmq), and what is above that is sent
  again later, by ``send`` (casts) or by whoever hears Busy from the sink (calls). Fanouts are lost then.
* **calls** An answer goes to the process that asked and to nobody else. An answer whose caller is gone is dropped.
* **loss of the other end** A call whose receiver or connection is known to have died ends in PeerLost early,
  otherwise by its timeout.
* **reconnection** A driver that can reconnect does it by itself, declares its consumers again, and says so in the log.
  Only when it cannot go on does it tell the receiver (``lost``), and the service dies loudly.
* **idle** A driver that has nothing to do wakes up less than once a second.
* **fork** A driver is opened after the fork; nothing is connected before the first ``send`` or ``listen``.

All methods may be called from any task, and may wait cooperatively.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from nova_lite.core.errors import NovaLiteError
from nova_lite.rpc.target import Target

BACKLOG = 1000  # messages that wait before a server without a broker


class Outgoing(msgspec.Struct, frozen=True):
    """A message to send. ``lifetime``: seconds after which it is of no use to anybody."""

    id: str
    kind: Literal["call", "cast", "fanout"]
    payload: bytes
    lifetime: float


class Incoming(msgspec.Struct, frozen=True):
    """A message that has come, or an answer's way back.

    ``answer`` sends bytes to the caller, drops them when it is gone, and does nothing for casts and fanouts.
    ``done`` MUST be called exactly once, when the handler has returned or the message was refused.
    """

    id: str
    payload: bytes
    redelivered: bool
    answer: Callable[[bytes], None]
    done: Callable[[], None]


class Sink(Protocol):
    """Where a driver brings what concerns messages that were sent. Neither method blocks or raises."""

    def answered(self, message_id: str, payload: bytes) -> None: ...
    def failed(self, message_id: str, error: NovaLiteError) -> None: ...


class Receiver(Protocol):
    """Where a listener brings messages. None of the methods blocks or raises."""

    def room(self) -> bool:
        """False while ``prefetch`` messages are unfinished: the listener MUST NOT call ``accept`` then."""
        ...

    def accept(self, incoming: Incoming) -> None: ...
    def lost(self, error: BaseException) -> None:
        """The listener has died and will not come back."""
        ...


class Route(Protocol):
    """Where a message went."""

    def alive(self) -> bool:
        """False when whoever took the message is known to have died. Cheap enough to ask every second."""
        ...


class Listener(Protocol):
    """One server's ear for one target. Between ``Driver.listen`` and ``start`` senders can route to it."""

    def start(self) -> None:
        """Begin to bring messages to the receiver."""
        ...

    def resume(self) -> None:
        """The receiver has room again; called after every finished message."""
        ...

    def pause(self) -> None:
        """Take nothing more; answers of messages that were taken still go out. Others get what follows."""
        ...

    def close(self) -> None:
        """Be gone. Safe to call twice."""
        ...


class Driver(Protocol):
    """One way of carrying messages."""

    def send(self, target: Target, message: Outgoing) -> Route:
        """Hand a message over; see the guarantees above.

        :raises Unroutable: nobody listens on the target.
        :raises NotConfirmed: the peer or broker did not take it in time, or cannot be reached.
        """
        ...

    def listen(self, target: Target, receiver: Receiver, prefetch: int) -> Listener:
        """Listen on the target and, when it names a host, also for the topic's messages without a host."""
        ...

    def close(self) -> None:
        """Give everything back. Safe to call twice."""
        ...


class AlwaysAlive:
    """The route of a driver that learns of a death in another way."""

    def alive(self) -> bool:
        return True
