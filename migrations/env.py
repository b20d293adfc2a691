"""Alembic's environment. It is run by ``nova_lite.db.migration``, which gives it an open connection.

A new revision: change the models, then ``alembic -c`` is not needed: copy the newest file in ``versions/``, and let
``tests/contract/db/test_migrations.py`` tell what is missing on each of the three databases.
"""

from alembic import context

from nova_lite.db.models import whole_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=whole_metadata(),
    compare_type=True,
    # SQLite can change tables inside a transaction as well, once the driver does not interfere (db/engines.py).
    transactional_ddl=context.config.attributes["connection"].dialect.name != "mysql",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
