"""Delivery: a request as an authoriser sees it."""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from nova_lite.core.context import RequestContext
from nova_lite.core.errors import NovaLiteError

LOG = logging.getLogger(__name__)


class Delivery(msgspec.Struct, frozen=True):
    """A request that is understood and about to be executed.

    ``identity`` is proved by the signature when the bus signs, claimed otherwise. ``arguments`` is a struct with the
    method's parameters as fields. ``redelivered``: a broker has given it to somebody before. ``sent_at``: seconds
    since the epoch, by the sender's clock.
    """

    message_id: str
    identity: str
    target: str
    interface: str
    version: str
    method: str
    arguments: msgspec.Struct
    context: RequestContext
    sent_at: float
    redelivered: bool


class Refusal(msgspec.Struct, frozen=True):
    """A message that was not executed: who sent it, whom to (``target``), which method, and why not.

    ``identity`` is empty when the message could not even be read. It is ``proved`` when a signature or session has
    shown it; otherwise somebody only claims to be that one.
    """

    message_id: str
    identity: str
    target: str
    method: str
    error: NovaLiteError
    proved: bool = False


Authoriser = Callable[[Delivery], None]
"""Raises Forbidden for a delivery that its sender may not make."""

Observer = Callable[[Refusal], None]
"""Told of every refusal, to make an event of it."""


def log_refusal(refusal: Refusal) -> None:
    """The observer that a server has until it gets another: a line in the log for each."""
    who = f"{refusal.identity!r}{'' if refusal.proved else ' (unproved)'}"
    LOG.warning("refused message %s of %s on %s: %s", refusal.message_id, who, refusal.target, refusal.error)


def allow(delivery: Delivery) -> None:
    """The authoriser that allows everything."""
