"""Rows written by the statement, without the unit of work: for what is written all the time.

A mapped object serves as the typed form of a row; nothing of it enters the session.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from foundation.database.base import Base


def write_rows(session: Session, rows: Sequence[Base]) -> None:
    """Write new objects of one class, with what of their columns was set and the defaults.

    All of them must have set the same columns. Their keys are not read back.
    """
    if rows:
        write_values(session, type(rows[0]), [values_of(one) for one in rows])


def write_values(
    session: Session, table: type[Base], values: Sequence[Mapping[str, object]]
) -> None:
    """Write rows given by their values; no keys are read back."""
    # Inline: a single row would be returned for its key.
    session.connection().execute(insert(table_of(table)).inline(), values)


def table_of(mapped: type[Base]) -> Table:
    """Return the table of a mapped class."""
    table = mapped.__table__
    assert isinstance(table, Table)
    return table


def values_of(row: Base) -> dict[str, Any]:
    """Return what was set of a new object, by column; attributes are named as their columns."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


@contextmanager
def pipelined(session: Session) -> Iterator[None]:
    """Send the statements of the block without waiting for each; they are awaited at its end.

    Only for statements that return nothing. What one of them is refused for is raised at the end
    of the block. On SQLite there is nobody to wait for.
    """
    connection = session.connection().connection.driver_connection
    pipeline = getattr(connection, "pipeline", None)
    if pipeline is None:
        yield
    else:
        with pipeline():
            yield
