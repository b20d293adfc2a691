"""Options of notifications."""

from __future__ import annotations

import dataclasses

from nova_lite.conf.options import option


@dataclasses.dataclass(frozen=True, kw_only=True)
class NotificationSettings:
    """[notifications]"""

    driver: str = option(
        "noop", "Where notifications go: noop nowhere, log into the log, spool into files, messaging to a broker for "
        "listeners of oslo.messaging. The same in all daemons.", choices=("noop", "log", "spool", "messaging"),
    )
    interval: float = option(
        0.25, "Seconds between two looks of the conductor for operations to tell of.", minimum=0.05,
    )
    backlog: int = option(
        100_000, "Operations that are kept to be told of while nobody takes notifications; then the oldest are given "
        "up, and the log says so.", minimum=1,
    )
    api_changes: bool = option(True, "Tell also of what the API creates, changes and deletes at once.")
    refusals: bool = option(True, "Tell of messages on the bus that were refused.")
    spool_path: str = option("", "Directory of driver spool. Empty: notifications below state_path.")
    spool_max_mb: int = option(64, "MiB after which driver spool begins another file.", minimum=1)
    spool_keep: int = option(4, "Older files that driver spool keeps.", minimum=0)
    url: str = option("", "Broker of driver messaging. Empty: that of [rpc] url.", secret=True)
    topic: str = option("notifications", "Driver messaging sends to the queues TOPIC.info and TOPIC.error.")
    exchange: str = option("nova", "Exchange of driver messaging: the listeners' control_exchange.")
    durable_queues: bool = option(
        True, "Queues of driver messaging survive the broker; listeners then need amqp_durable_queues = true.",
    )
    message_ttl: float = option(604800.0, "Seconds that a message of driver messaging waits to be read.", minimum=1)
