"""BusSettings: everything that a bus is told from outside."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BusSettings:
    """Times in seconds, sizes in bytes.

    ``identity`` names this process to others, e.g. ``nova-compute@host1``; it is the name of its key. ``signing``
    takes effect when ``key_dir`` is set: then every message is signed and an unsigned one is refused.

    ``encryption``, of a bus that signs: ``off`` sends readably, ``on`` encrypts for those who serve the target, whose
    identities must be named ``prefix`` + topic + ``@host``; both read either. ``required`` also refuses readable
    requests.

    ``namespace`` keeps several clouds apart that share a broker.
    ``call_timeout`` holds for calls whose contract gives none; ``send_timeout`` is how long a cast waits for its
    confirmation; ``message_ttl`` is the longest life of any message: older ones are refused.
    ``max_message`` bounds one message, ``prefetch`` the messages that a server has taken and not finished.

    ``journal`` is a directory in which the processes of one service on one host note what a broker gives them again: a
    message that has ended ``poison_limit`` of them while it was the only suspect in work is set aside
    (:mod:`nova_lite.rpc.journal`). Without one it ends every process that it is given to until it has expired.

    ``hearing`` is the time between two sounds that a server makes to itself: who misses two of them listens anew.

    ``pins``: for an interface by name the version that every proxy speaks, or ``auto``: what all servers understand.

    zmq: ``zmq_ipc_dir`` is the directory of the sockets of one machine; or ``zmq_ring`` a JSON file that maps
    ``topic`` or ``topic.host`` to a list of ``tcp://address:port``. kombu: ``url`` (``amqp://user:password@host//``),
    ``queue_type`` of the topic queues, ``queue_limit`` messages in one of them. ``heartbeat``: a TCP connection, of
    either, that has been silent for about so long is dead; to RabbitMQ for half of it if its packets are lost, for
    twice of it if only the broker says nothing.
    """

    transport: Literal["local", "zmq", "kombu"] = "zmq"
    identity: str
    namespace: str = "nova-lite"
    zmq_ipc_dir: str = ""
    zmq_ring: str = ""
    url: str = ""
    queue_type: Literal["classic", "quorum"] = "classic"
    queue_limit: int = 50_000
    heartbeat: float = 20.0
    signing: bool = True
    key_dir: str = ""
    encryption: Literal["off", "on", "required"] = "off"
    prefix: str = ""
    call_timeout: float = 60.0
    send_timeout: float = 10.0
    message_ttl: float = 300.0
    max_message: int = 16 * 1024 * 1024
    prefetch: int = 128
    journal: str = ""
    poison_limit: int = 3
    hearing: float = 30.0
    pins: Mapping[str, str] = dataclasses.field(default_factory=dict)
