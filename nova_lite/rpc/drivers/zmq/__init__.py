"""The brokerless driver: peers talk to each other directly over ZeroMQ.

A server binds one ROUTER socket per target. A client has one ROUTER socket that connects to every server it talks to
and names each of them by its endpoint, so that a message goes to the server that was chosen and an answer comes back
on the connection of its question.

Behind the router's address frame there is one packet (``packet.py``). Towards a server its kind is ``call``, ``cast``,
``fanout`` or ``parted`` (nothing follows on this connection); back it is ``answer``, ``taken`` (the receipt of a cast),
``leaving`` (the server is stopping: send nothing more, and say so), ``gone`` (this message came too late for it: ask
another) or ``busy`` (there is no room for this message: send it again later).

A server reads whatever comes, also while it has no room: a socket that is not read answers no heartbeats, and its
clients connect anew, each time with other messages. What there is no room for is kept in a bounded backlog, and refused
(``busy``) when that is full.

A ZeroMQ socket has one descriptor that tells of changes, once each, and reading or sending may swallow the news. So
whoever touches a socket *pumps* it afterwards: takes whatever has come. A watch on the descriptor does the same.
"""

from __future__ import annotations

from nova_lite.rpc.drivers.zmq.driver import ZmqDriver

__all__ = ["ZmqDriver"]
