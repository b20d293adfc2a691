"""The schema goes up from empty and down again, and is the one that the models speak of."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

from nova_lite.core.errors import Conflict, Invalid
from nova_lite.db import migration
from nova_lite.db.errors import DatabaseError, DatabaseUnavailable
from nova_lite.db.reads import hosts, instances, operations
from nova_lite.db.session import Database
from nova_lite.objects.states import OperationState
from tests.contract.db.cloud import Cloud, a_new_instance
from tests.contract.db.conftest import NewDatabase


def _tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_the_migrations_and_the_models_agree(migrated: str) -> None:
    assert migration.differences(migrated) == []
    migration.require_current(migrated)


def test_up_from_empty_down_to_nothing_and_up_again(new_database: NewDatabase) -> None:
    url = new_database()
    assert migration.current(url) is None
    migration.upgrade(url)
    assert (migration.current(url),) == migration.heads()
    migration.downgrade(url, "base")
    assert migration.current(url) is None
    assert _tables(url) == {"alembic_version"}
    migration.upgrade(url)
    assert migration.differences(url) == []


def test_every_revision_goes_down_and_up(new_database: NewDatabase) -> None:
    url = new_database()
    migration.upgrade(url)
    while (revision := migration.current(url)) is not None:
        migration.downgrade(url, "-1")
        before = migration.current(url)
        migration.upgrade(url, "+1")
        assert migration.current(url) == revision
        migration.downgrade(url, before or "base")


IDLE_LIMIT = {
    "postgresql": "SELECT extract(epoch FROM current_setting('idle_in_transaction_session_timeout')::interval)",
    "mysql": "SELECT @@idle_transaction_timeout",
}


@pytest.mark.parametrize("new_database", sorted(IDLE_LIMIT), indirect=True)
def test_the_server_lets_a_migration_take_its_time_between_statements(new_database: NewDatabase) -> None:
    """Not just the seconds of a service: a machine may be slow, and rows may have to be gone through."""
    limits: set[int] = set()

    def ask(connection: Connection, cursor: object, statement: str, *rest: object) -> None:
        if statement.lstrip().startswith("CREATE TABLE"):
            found = connection.connection.cursor()
            found.execute(IDLE_LIMIT[connection.dialect.name])
            limits.update(map(int, found.fetchone() or ()))

    event.listen(Engine, "before_cursor_execute", ask)
    try:
        migration.upgrade(new_database(), "0001")
    finally:
        event.remove(Engine, "before_cursor_execute", ask)
    assert limits == {migration.PATIENCE}


def test_upgrading_what_is_up_to_date_keeps_the_data(database: Database, migrated: str) -> None:
    instance = a_new_instance()
    Cloud(database).accept(instance)
    migration.upgrade(migrated)
    with database.read() as tx:
        assert instances.get(tx, instance.uuid) == instance


def test_what_is_there_survives_a_downgrade_and_an_upgrade(new_database: NewDatabase) -> None:
    url = new_database()
    migration.upgrade(url)
    database = Database(url)
    cloud = Cloud(database)
    state, instance = cloud.host(), cloud.active()
    database.close()
    migration.downgrade(url, "0013")
    migration.upgrade(url)
    with database.read() as tx:
        assert instances.get(tx, instance.uuid) == instance
        assert [operation.state for operation in operations.of_instance(tx, instance.uuid)] == [OperationState.DONE]
        assert hosts.named(tx, [state.host])[0].instances == 1
    database.close()


def test_a_difference_is_seen(new_database: NewDatabase) -> None:
    url = new_database()
    migration.upgrade(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE key_pairs DROP COLUMN fingerprint"))
        connection.execute(text("CREATE TABLE stray (id INTEGER)"))
    engine.dispose()
    found = "\n".join(migration.differences(url))
    assert "fingerprint" in found
    assert "stray" in found


def test_another_schema_is_refused_with_what_to_do(new_database: NewDatabase) -> None:
    url = new_database()
    with pytest.raises(Conflict, match=r"is at nothing, .*run nova-lite-manage db upgrade"):
        migration.require_current(url)
    migration.upgrade(url, "0001")
    with pytest.raises(Conflict, match="is at 0001"):
        migration.require_current(url)


def test_a_revision_that_is_not_there_is_refused(new_database: NewDatabase) -> None:
    with pytest.raises(Invalid, match="nonsense"):
        migration.upgrade(new_database(), "nonsense")


def test_a_migration_that_meets_a_foreign_table_says_so(new_database: NewDatabase) -> None:
    url = new_database()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE instances (id INTEGER)"))
    engine.dispose()
    with pytest.raises(DatabaseError, match="instances"):
        migration.upgrade(url)


def test_a_server_that_is_not_there_is_named_unavailable() -> None:
    for url in ("postgresql://nova@127.0.0.1:1/nova", "mysql://nova@127.0.0.1:1/nova", "sqlite:////no/such/place"):
        with pytest.raises(DatabaseUnavailable):
            migration.upgrade(url)
