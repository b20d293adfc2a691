"""Options of the database. compute and scheduler refuse to start when they can see them."""

from __future__ import annotations

import dataclasses

from nova_lite.conf.options import option


@dataclasses.dataclass(frozen=True, kw_only=True)
class DatabaseSettings:
    """[database]"""

    connection: str = option(
        "", "URL of the database: sqlite:////path/file, postgresql+psycopg://… or mysql+pymysql://…", secret=True,
    )
    pool_size: int = option(10, "Connections that one process keeps open at most.", minimum=1)
