"""The revisions make exactly the tables that the models declare."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from foundation.database.migration import upgrade
from foundation.database.session import Database
from migrations.tables import all_tables, is_ours, model_modules


def test_model_modules_finds_the_tables_of_each_domain() -> None:
    assert {"foundation.events.models", "routing.tickets.models"} <= set(model_modules())


def test_upgrade_twice_changes_nothing(database: Database) -> None:
    upgrade(database)
    upgrade(database)


def test_upgrade_enforces_foreign_keys_again(sqlite_database: Database) -> None:
    upgrade(sqlite_database)
    with sqlite_database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_revisions_make_what_the_models_declare(database: Database) -> None:
    metadata = all_tables()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_ours}
        )
        differences = compare_metadata(context, metadata)
    assert differences == []
