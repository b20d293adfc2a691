"""The broker driver: RabbitMQ, through kombu.

Names in the broker, all below one namespace (``nova-lite``): a direct exchange ``<ns>``; a durable queue
``<ns>.<topic>`` shared by the topic's servers and ``<ns>.<topic>.<host>`` for a host; for fanouts one exclusive queue
per server, bound with the key ``fanout:<topic>``. A queue that nobody consumes is deleted after a while; until then
it keeps casts for a server that comes back, and only after it are they unroutable.

Answers come by RabbitMQ's direct reply-to: no queue is declared for them, so none can be lost or expire unseen.

A process has one connection to send (requests, answers, confirms, and the answers to its calls) and one per listener
to receive. One task reads each connection; any task writes, py-amqp locks its writer.
"""

from __future__ import annotations

from nova_lite.rpc.drivers.kombu.driver import KombuDriver

__all__ = ["KombuDriver"]
