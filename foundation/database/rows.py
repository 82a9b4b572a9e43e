"""Rows written by the statement, without the unit of work: for what is written all the time.

A mapped object serves as the typed form of a row; nothing of it enters the session. An INSERT is
compiled once for each table, its columns and a number of rows; afterwards only the values pass
through the types of their columns: to build it anew costs four times what sending it does.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

import psycopg
from sqlalchemy import Dialect, Table, bindparam
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


@dataclass(frozen=True, slots=True)
class Written:
    """A statement that returns nothing, as the driver takes it."""

    sql: str
    parameters: Mapping[str, Any] | Sequence[Any]


class RowBatch:
    """Rows of several tables, written at the end of a ``with`` block in the order of adding.

    On PostgreSQL they are one statement, so one round trip; where a later row refers to an earlier
    one of the same block, the reference is checked at its end. Nothing is written after an error.
    Their keys are not read back.
    """

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()
        self._dialect = self._connection.dialect
        self._waiting: list[Written] = []

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
            mark = f"_{len(self._waiting)}"
            insert = _insert(self._dialect, mapped, some, mark, unless_known)
            self._waiting.append(Written(insert.sql, insert.parameters(some)))

    def add_written(self, sql: str, parameters: Mapping[str, Any] | Sequence[Any]) -> None:
        """Add a statement of the present database; its parameters are named as nobody else's."""
        self._waiting.append(Written(sql, parameters))

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
            for one in self._waiting:
                self._connection.exec_driver_sql(one.sql, tuple(one.parameters))
            return
        statements, named = list[str](), dict[str, Any]()
        for one in self._waiting:
            assert isinstance(one.parameters, Mapping)
            if len(named) + len(one.parameters) > _MOST_PARAMETERS:
                self._send(statements, named)
                statements, named = [], {}
            statements.append(one.sql)
            named |= one.parameters
        self._send(statements, named)

    def _send(self, statements: Sequence[str], named: Mapping[str, Any]) -> None:
        sql, order = _together(tuple(statements))
        connection = self._connection.connection.driver_connection
        assert isinstance(connection, psycopg.Connection)
        # The driver keeps the places of at most 50 parameters in mind and would look for these in
        # the text every time.
        with psycopg.RawCursor(connection) as cursor:
            try:
                cursor.execute(sql, [named[name] for name in order])
            except psycopg.Error as error:
                # As callers know it from every other statement.
                raise DBAPIError.instance(
                    sql, None, error, psycopg.Error, hide_parameters=True
                ) from error


def add_row(session: Session, row: Base, *, unless_known: str | None = None) -> int | None:
    """Write one new object and return its key; ``None`` where ``unless_known`` kept it out.

    A transaction that is writing the same value of that column is waited for.
    """
    connection, rows = session.connection(), [values_of(row)]
    insert = _insert(connection.dialect, type(row), rows, "", unless_known, returning=True)
    written = connection.exec_driver_sql(insert.sql, insert.parameters(rows))
    key: int | None = written.scalar_one_or_none()
    return key


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
def _together(statements: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return one statement of PostgreSQL that does what all of them do, and its parameters."""
    *before, last = statements
    named = (f"w{at} AS ({one})" for at, one in enumerate(before))
    sql = f"WITH {', '.join(named)} {last}" if before else last
    order: dict[str, int] = {}
    numbered = _PARAMETER.sub(lambda found: f"${order.setdefault(found[1], len(order) + 1)}", sql)
    return numbered, tuple(order)


_PARAMETER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class _Insert:
    """An INSERT as the driver takes it, whatever the values."""

    sql: str
    mark: str  # ends the name of every parameter
    order: tuple[str, ...] | None  # of the parameters, where they have no names
    columns: tuple[tuple[str, Callable[[Any], Any] | None], ...]  # with what makes a value storable
    defaults: Mapping[str, Any]  # of the columns that were not set

    def parameters(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | tuple[Any, ...]:
        """Return the values of the rows as the driver takes them."""
        named = {}
        for at, row in enumerate(rows):
            for name, storable in self.columns:
                value = row[name] if name in row else self.defaults[name]
                named[f"{name}_{at}{self.mark}"] = value if storable is None else storable(value)
        return named if self.order is None else tuple(named[name] for name in self.order)


def _insert(
    dialect: Dialect,
    mapped: type[Base],
    rows: Sequence[Mapping[str, Any]],
    mark: str,
    unless_known: str | None,
    *,
    returning: bool = False,
) -> _Insert:
    columns = tuple(rows[0])
    assert all(len(row) == len(columns) for row in rows)
    return _compiled(
        dialect, table_of(mapped), columns, len(rows), mark, unless_known, returning=returning
    )


@lru_cache(maxsize=_STATEMENTS)
def _compiled(
    dialect: Dialect,
    table: Table,
    given: tuple[str, ...],
    count: int,
    mark: str,
    unless_known: str | None,
    *,
    returning: bool,
) -> _Insert:
    defaults = {
        column.name: _plain(column.default)
        for column in table.columns
        if column.name not in given and column.default is not None
    }
    columns = [table.columns[name] for name in (*given, *defaults)]
    rows = [
        {one.name: bindparam(f"{one.name}_{at}{mark}", type_=one.type) for one in columns}
        for at in range(count)
    ]
    insert = sqlite_insert if dialect.name == "sqlite" else postgresql_insert
    statement = insert(table).inline().values(rows)
    if unless_known is not None:
        statement = statement.on_conflict_do_nothing(index_elements=[unless_known])
    told = statement.returning(table.c.id) if returning else statement
    compiled = told.compile(dialect=dialect)
    return _Insert(
        sql=str(compiled),
        mark=mark,
        order=tuple(compiled.positiontup or ()) if compiled.positional else None,
        columns=tuple(
            (one.name, one.type.dialect_impl(dialect).bind_processor(dialect)) for one in columns
        ),
        defaults=defaults,
    )


def _plain(default: DefaultGenerator) -> Any:
    # A function would run once for all rows that are ever written.
    assert isinstance(default, ScalarElementColumnDefault)
    return default.arg
