"""Rows written by the statement, without the unit of work: for what is written all the time.

A mapped object serves as the typed form of a row; nothing of it enters the session. An INSERT is
compiled once for each table, its columns and a number of rows; afterwards only the values pass
through the types of their columns: to build it anew costs four times what sending it does.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from types import TracebackType
from typing import Any, Self

import psycopg
from sqlalchemy import ColumnElement, Connection, Dialect, Table, bindparam, literal_column
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import DefaultGenerator, ScalarElementColumnDefault

from foundation.database.base import Base

_STATEMENTS = 512  # a few hundred bytes each, with their processors
# Up to so many rows have a statement of their own number; more are cut into powers of two, so that
# there are few statements to compile and to keep.
_FEW = 8
_MOST_ROWS = 32  # of one INSERT: with 25 columns below the 999 parameters of old SQLite
_MOST_PARAMETERS = 20_000  # of one statement of PostgreSQL, which takes 65,535


class RowBatch:
    """Rows of several tables, written at the end of a ``with`` block in the order of adding.

    On PostgreSQL they are one statement, so one round trip; where a later row refers to an earlier
    one of the same block, the reference is checked at its end. Nothing is written after an error.
    Their keys are not read back.
    """

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()
        self._dialect = self._connection.dialect
        self._waiting: list[tuple[str, Sequence[Any]]] = []

    @property
    def on_sqlite(self) -> bool:
        """Whether parameters are positional and arrays are JSON."""
        return self._dialect.name == "sqlite"

    def add_rows(self, rows: Sequence[Base]) -> None:
        """Add new objects of one class, with what of their columns was set and the defaults."""
        if rows:
            self.add(type(rows[0]), [values_of(one) for one in rows])

    def add(
        self,
        mapped: type[Base],
        rows: Sequence[Mapping[str, Any]],
        *,
        unless_known: str | None = None,
    ) -> None:
        """Add rows given by their values, all of the same columns.

        Args:
            mapped: class of the table.
            rows: values of each.
            unless_known: a unique column; a row whose value of it is there already stays as it is.
        """
        for some in _portions(rows):
            insert = _insert(self._dialect, mapped, some, unless_known)
            self._waiting.append((insert.sql, insert.values(some)))

    def add_written(self, sql: str, values: Sequence[Any]) -> None:
        """Add a statement of the present database; each value has one ``?``, or ``%s``."""
        self._waiting.append((sql, values))

    def __enter__(self) -> Self:
        """Begin to collect."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write what was collected."""
        if error is not None or not self._waiting:
            return
        if self.on_sqlite:
            for sql, given in self._waiting:
                self._connection.exec_driver_sql(sql, tuple(given))
            return
        statements, values = list[str](), list[Any]()
        for sql, given in self._waiting:
            if len(values) + len(given) > _MOST_PARAMETERS:
                _sent(self._connection, _together(tuple(statements)), values, tells=False)
                statements, values = [], []
            statements.append(sql)
            values += given
        _sent(self._connection, _together(tuple(statements)), values, tells=False)


def add_row(
    session: Session,
    row: Base,
    *,
    unless_known: str | None = None,
    told: tuple[str, ...] = (),
) -> tuple[Any, ...] | None:
    """Write one new object; return its key and ``told``, ``None`` where it was kept out.

    A transaction that is writing the same value of ``unless_known`` is waited for.

    Args:
        session: a writing transaction.
        row: not in the session.
        unless_known: a unique column; nothing is written where its value is there already.
        told: what else the statement returns, as SQL; may name the new row's columns.
    """
    connection, rows = session.connection(), [values_of(row)]
    insert = _insert(connection.dialect, type(row), rows, unless_known, ("id", *told))
    return one_row(connection, insert.sql, insert.values(rows))


def one_row(connection: Connection, sql: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """Return the one row that a statement tells, or ``None``; see ``add_written``."""
    if connection.dialect.name == "sqlite":
        told = connection.exec_driver_sql(sql.replace("%s", "?"), tuple(values)).one_or_none()
        return None if told is None else tuple(told)
    return _sent(connection, _together((sql,)), values, tells=True)


def keys_ahead(session: Session, mapped: type[Base], count: int) -> str:
    """Return what an INSERT into another table returns to tell ``count`` unused keys of this one.

    To be read by ``keys_told``. On PostgreSQL they are of the sequence, and stay unused if the
    transaction fails. SQLite gives a new row the next key after the highest, and nobody else
    writes meanwhile.
    """
    table = mapped.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        return f"(SELECT coalesce(max(id), 0) FROM {table})"  # noqa: S608 -- a table of ours
    numbers = f"generate_series(1, {count:d})"
    return f"ARRAY(SELECT nextval('{table}_id_seq') FROM {numbers})"  # noqa: S608 -- the same


def keys_told(told: int | Sequence[int], count: int) -> list[int]:
    """Return the keys that ``keys_ahead`` told of."""
    return list(range(told + 1, told + 1 + count)) if isinstance(told, int) else list(told)


def _sent(
    connection: Connection, sql: str, values: Sequence[Any], *, tells: bool
) -> tuple[Any, ...] | None:
    """Run a statement of PostgreSQL with numbered parameters; return the row that it ``tells``.

    Past the layer that makes results out of rows, which costs as much as the statement.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    # The driver keeps the places of at most 50 parameters in mind and would look for these in
    # the text every time.
    with psycopg.RawCursor(driver) as cursor:
        try:
            cursor.execute(sql, values)
            return cursor.fetchone() if tells else None
        except psycopg.Error as error:
            if driver.broken:
                # Fails as well: so the engine learns of it, and gives up what the pool holds.
                connection.exec_driver_sql("SELECT 1")
            # As callers know it from every other statement.
            raise DBAPIError.instance(
                sql, None, error, psycopg.Error, hide_parameters=True
            ) from error


def table_of(mapped: type[Base]) -> Table:
    """Return the table of a mapped class."""
    table = mapped.__table__
    assert isinstance(table, Table)
    return table


def values_of(row: Base) -> dict[str, Any]:
    """Return what was set of a new object, by column; attributes are named as their columns."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def _portions(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    first = 0
    while (left := len(rows) - first) > 0:
        size = left if left <= _FEW else min(1 << (left.bit_length() - 1), _MOST_ROWS)
        yield rows[first : first + size]
        first += size


@lru_cache(maxsize=_STATEMENTS)
def _together(statements: tuple[str, ...]) -> str:
    """Return one statement of PostgreSQL that does what all of them do."""
    *before, last = statements
    named = (f"w{at} AS ({one})" for at, one in enumerate(before))
    sql = f"WITH {', '.join(named)} {last}" if before else last
    numbers = count(1)
    return _PARAMETER.sub(lambda _: f"${next(numbers)}", sql)


_PARAMETER = re.compile(r"%(?:\((\w+)\))?s")


@dataclass(frozen=True, slots=True)
class _Insert:
    """An INSERT as the driver takes it, whatever the values."""

    sql: str
    # With what makes a value storable, and the default where it is not set.
    columns: tuple[tuple[str, Callable[[Any], Any] | None, Any], ...]

    def values(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return the values of the rows as the driver takes them, in the statement's order."""
        return [
            row.get(name, default) if storable is None else storable(row.get(name, default))
            for row in rows
            for name, storable, default in self.columns
        ]


def _insert(
    dialect: Dialect,
    mapped: type[Base],
    rows: Sequence[Mapping[str, Any]],
    unless_known: str | None,
    told: tuple[str, ...] = (),
) -> _Insert:
    columns = tuple(rows[0])
    assert all(len(row) == len(columns) for row in rows)
    return _compiled(dialect, table_of(mapped), columns, len(rows), unless_known, told)


@lru_cache(maxsize=_STATEMENTS)
def _compiled(
    dialect: Dialect,
    table: Table,
    given: tuple[str, ...],
    rows: int,
    unless_known: str | None,
    told: tuple[str, ...],
) -> _Insert:
    defaults = {
        column.name: _plain(column.default)
        for column in table.columns
        if column.name not in given and column.default is not None
    }
    columns = [table.columns[name] for name in (*given, *defaults)]
    parameters = [
        {one.name: bindparam(f"{one.name}_{at}", type_=one.type) for one in columns}
        for at in range(rows)
    ]
    insert = sqlite_insert if dialect.name == "sqlite" else postgresql_insert
    statement = insert(table).inline().values(parameters)
    if unless_known is not None:
        statement = statement.on_conflict_do_nothing(index_elements=[unless_known])
    returned: list[ColumnElement[Any]] = [literal_column(one) for one in told]
    telling = statement.returning(*returned) if returned else statement
    compiled = telling.compile(dialect=dialect)
    order = compiled.positiontup if compiled.positional else _PARAMETER.findall(str(compiled))
    assert order is not None
    names = [name.removesuffix("_0") for name in order[: len(columns)]]
    # Row after row, each with its columns in one order: so values need no names.
    assert order == [f"{name}_{at}" for at in range(rows) for name in names]
    processors = {
        one.name: one.type.dialect_impl(dialect).bind_processor(dialect) for one in columns
    }
    return _Insert(
        sql=str(compiled),
        columns=tuple((name, processors[name], defaults.get(name)) for name in names),
    )


def _plain(default: DefaultGenerator) -> Any:
    # A function would run once for all rows that are ever written.
    assert isinstance(default, ScalarElementColumnDefault)
    return default.arg
