"""Remote calls between services: typed contracts over exchangeable carriers. Knows nothing of nova-lite.

::

    bus = connect(BusSettings(transport="zmq", identity="nova-conductor@host1", zmq_ipc_dir=...), SystemClock())
    server = bus.server(workers=64)
    server.serve(Conductor, ConductorManager(...))
    server.start()

    conductor = bus.proxy(Conductor)                 # typed as Conductor
    grant = conductor.claim(context, request)        # a call: waits for the result
    bus.proxy(Compute, host="host1").build(context, instance)   # a cast: returns when it is in safe hands
"""

from __future__ import annotations

from nova_lite.rpc.bus import Bus, connect
from nova_lite.rpc.delivery import Authoriser, Delivery, Refusal
from nova_lite.rpc.drivers.local import LocalExchange
from nova_lite.rpc.interface import Secret, call, cast, fanout, interface
from nova_lite.rpc.levelling import Since
from nova_lite.rpc.ping import Pong
from nova_lite.rpc.server import Server
from nova_lite.rpc.settings import BusSettings

__all__ = [
    "Authoriser", "Bus", "BusSettings", "Delivery", "LocalExchange", "Pong", "Refusal", "Secret", "Server", "Since",
    "call", "cast", "connect", "fanout", "interface",
]
