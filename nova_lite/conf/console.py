"""Options of the consoles of guests."""

from __future__ import annotations

import dataclasses

from nova_lite.conf.options import option


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConsoleSettings:
    """[console]"""

    port: int = option(
        0, "Port on which a compute host serves the consoles of its guests over websockets. 0: it serves none, and "
        "guests get no graphics device.", minimum=0, maximum=65535,
    )
    listen: str = option("127.0.0.1", "Address to listen on.")
    base_url: str = option(
        "", "How clients reach that port, as http:// or https:// (of a proxy with TLS in front). Empty: by listen and "
        "port.",
    )
    web_root: str = option("", "Directory of noVNC's files (Debian: /usr/share/novnc). Empty: websockets only.")
    allowed_origins: tuple[str, ...] = option(
        (), "Names of sites, beside the console's own, whose pages may open consoles."
    )
    token_ttl: float = option(600.0, "Seconds in which a console must be entered; once.", minimum=1)
    max_sessions: int = option(64, "Consoles of one host that are open at a time.", minimum=1)
