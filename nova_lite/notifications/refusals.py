"""Refused messages as notifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from nova_lite.notifications.emitter import Emitter
from nova_lite.notifications.payloads import RpcRefusal


def on_refusal(emitter: Emitter) -> Callable[[str, Mapping[str, str | int | bool]], None]:
    """A function that makes a notification of an event of a refusal and the fields of :class:`RpcRefusal`."""

    def tell(event_type: str, fields: Mapping[str, str | int | bool]) -> None:
        emitter.emit(event_type, msgspec.convert(fields, RpcRefusal), priority="ERROR")

    return tell
