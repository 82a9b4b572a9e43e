"""The column type of segmented text: text on SQLite (FTS5 reads it), ``tsvector`` on PostgreSQL."""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _ToVector(FunctionElement[str]):
    """What is given, as the column of the present database holds it."""

    inherit_cache = True


@compiles(_ToVector)
def _as_given(element: _ToVector, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(_ToVector, "postgresql")
def _as_vector(element: _ToVector, compiler: SQLCompiler, **options: Any) -> str:
    return f"to_tsvector('simple', {compiler.process(element.clauses, **options)})"


class Segmented(TypeDecorator[str]):
    """Tokens with spaces between them; written only, never read back."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database searches."""
        wanted = TSVECTOR() if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(wanted)

    def bind_expression(self, bindparam: BindParameter[str]) -> _ToVector:
        """Cut on the way in where the database keeps vectors."""
        return _ToVector(bindparam)
