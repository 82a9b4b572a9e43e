"""Alembic's entry: runs revisions on the connection given, or on the configured database."""

from alembic import context
from sqlalchemy import Connection

from foundation.database.session import Database
from foundation.settings import load_settings
from migrations.rendering import render_item
from migrations.tables import all_tables, is_ours


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=all_tables(),
        render_item=render_item,
        # SQLite cannot alter a column in place: a changed table is copied.
        render_as_batch=True,
        compare_type=True,
        include_name=is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    database = Database(load_settings().resolved_database_url)
    with database.engine.begin() as own_connection:
        run(own_connection)
    database.dispose()
