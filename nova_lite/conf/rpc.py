"""Options of the message bus."""

from __future__ import annotations

import dataclasses

from nova_lite.conf.options import option

PIN = "Version of the {0}'s interface to speak, such as 1.0; auto: the newest that every running {0} understands."


@dataclasses.dataclass(frozen=True, kw_only=True)
class RpcSettings:
    """[rpc]"""

    transport: str = option(
        "zmq", "How messages travel: zmq between peers without a broker, kombu through RabbitMQ, local in one process.",
        choices=("zmq", "kombu", "local"),
    )
    zmq_ipc_dir: str = option("/run/nova-lite/rpc", "Directory of the sockets of this host's peers (transport zmq).")
    url: str = option(
        "amqp://guest:guest@127.0.0.1:5672/", "Address of the broker with user and password (transport kombu).",
        secret=True,
    )
    call_timeout: float = option(30.0, "Seconds to wait for an answer where a call names no limit.", minimum=0.1)
    workers: int = option(64, "Messages that one process works on at a time.", minimum=1)
    poison_limit: int = option(
        3, "Processes of this host that may die, each while it works on the same message that RabbitMQ gives again and "
        "on no other suspect. Then the message is set aside with an event rpc.refused. Counted below state_path.",
        minimum=1,
    )
    signing: bool = option(True, "Sign every message and refuse what is not signed by a trusted identity.")
    encryption: str = option(
        "off", "Encrypt messages for those who serve their target: off, on, or required, which also refuses what "
        "others send readably. Everybody reads both, so turn it on service by service.",
        choices=("off", "on", "required"),
    )
    key_dir: str = option(
        "/etc/nova-lite/keys", "Directory with this service's private key and the trusted public keys.",
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class UpgradeLevels:
    """[upgrade_levels]"""

    compute: str = option("auto", PIN.format("compute"))
    conductor: str = option("auto", PIN.format("conductor"))
    scheduler: str = option("auto", PIN.format("scheduler"))
