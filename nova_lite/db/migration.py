"""The schema: up, down, and whether a database has the one that this release needs."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, event
from sqlalchemy.exc import SQLAlchemyError

from nova_lite.core.errors import Conflict, Invalid
from nova_lite.db import engines
from nova_lite.db.border import translated
from nova_lite.db.models import whole_metadata

PATIENCE = 3600  # seconds that a statement of a migration may take, or what is done between two
_PLACES = (Path(__file__).resolve().parents[2] / "migrations", Path(sys.prefix) / "share" / "nova-lite" / "migrations")


def script_location() -> Path:
    """The directory of the migrations: the checkout's, or the one that was installed with the package."""
    for place in _PLACES:
        if (place / "env.py").is_file():
            return place
    raise Invalid(f"the migrations are not where they should be: {' or '.join(map(str, _PLACES))}")


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database (an empty one too) up to a revision. Nothing is done where it is there already.

    :raises Invalid: the URL, or the revision, is none of ours.
    :raises DatabaseUnavailable: the database does not answer. :raises DatabaseError: it refused a statement.
    """
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Take a database back to a revision; ``base`` removes every table. Raises as :func:`upgrade`."""
    _run(url, lambda config: command.downgrade(config, revision))


def current(url: str) -> str | None:
    """The revision that a database has; None for one that was never migrated."""
    with _connected(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def heads() -> tuple[str, ...]:
    """The newest revisions that this release knows; one, unless branches were not merged."""
    return tuple(ScriptDirectory.from_config(_config(None)).get_heads())


def require_current(url: str) -> None:
    """Refuse to work with a schema that this release does not know.

    :raises Conflict: the database is at another revision; the message says what to run.
    """
    found, needed = current(url), heads()
    if found not in needed:
        raise Conflict(
            f"the database's schema is at {found or 'nothing'}, this release needs {', '.join(needed)}: "
            "run nova-lite-manage db upgrade", found=found or "", needed=", ".join(needed),
        )


def differences(url: str) -> list[str]:
    """What the models and a database do not agree on, a line for each; empty when they do."""
    with _connected(url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, whole_metadata())]


def _run(url: str, action: Callable[[Config], None]) -> None:
    with _connected(url) as connection:
        action(_config(connection))
        connection.commit()


@contextlib.contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = engines.writer(engines.parse(url), pool_size=1, idle_timeout=PATIENCE, silence=PATIENCE)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _foreign_keys_off)
    try:
        with engine.connect() as connection:
            yield connection
    except CommandError as error:
        raise Invalid(str(error)) from error
    except SQLAlchemyError as error:
        raise translated(error) from error
    finally:
        engine.dispose()


def _foreign_keys_off(connection: Any, record: object) -> None:
    # SQLite changes a table by copying it: the rows that refer to it must not notice.
    connection.execute("PRAGMA foreign_keys=OFF").close()


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(script_location()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
