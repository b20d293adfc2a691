"""Target: where a message goes."""

from __future__ import annotations

import dataclasses
import re

from nova_lite.rpc.errors import ContractError

_TOPIC = re.compile(r"[a-z][a-z0-9_-]*")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """A topic, and optionally one host of it.

    With a host it means that host's servers; without, any one of the topic's servers (for a fanout: all of them).
    Topics hold no dots, so that ``compute.host1.example`` reads in one way only.
    """

    topic: str
    host: str | None = None

    def __post_init__(self) -> None:
        if not _TOPIC.fullmatch(self.topic):
            raise ContractError(f"topic {self.topic!r} must be lower case letters, digits, '-' and '_'")
        if self.host is not None and not _HOST.fullmatch(self.host):
            raise ContractError(f"host {self.host!r} is not a host name")

    def __str__(self) -> str:
        return self.topic if self.host is None else f"{self.topic}.{self.host}"
