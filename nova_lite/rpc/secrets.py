"""A secret goes along where nobody else on the way can read it, and stays behind where somebody could."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from nova_lite.rpc.errors import CannotSend

LOG = logging.getLogger(__name__)

T = TypeVar("T")


def tell(send: Callable[[str | None], T], secret: str | None, whose: str) -> T:
    """Send a message with a secret, or without it where it cannot be encrypted for its receiver.

    Raises what ``send`` does.
    """
    try:
        return send(secret)
    except CannotSend as error:
        if secret is None:
            raise
        LOG.warning("the secret of %s stays here: %s", whose, error)
        return send(None)
