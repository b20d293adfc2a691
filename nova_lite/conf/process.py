"""Options of every daemon."""

from __future__ import annotations

import dataclasses

from nova_lite.conf.options import option


@dataclasses.dataclass(frozen=True, kw_only=True)
class ProcessSettings:
    """[DEFAULT]"""

    host: str = option("", "Name of this host in messages and records. Empty: the machine's host name.")
    state_path: str = option("/var/lib/nova-lite", "Directory under which the daemons keep their files.")
    debug: bool = option(False, "Log at level DEBUG.")
    log_file: str = option("", "File to append the log to. Empty: standard error.")
    pid_file: str = option("", "File that holds the process id while the daemon runs. Empty: none.")
    stop_grace: float = option(30.0, "Seconds that running work may take when the daemon is asked to stop.", minimum=0)
