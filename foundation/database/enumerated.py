"""A column that holds a ``StrEnum`` by its value."""

from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy import String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

EnumT = TypeVar("EnumT", bound=StrEnum)


class EnumText(TypeDecorator[EnumT], Generic[EnumT]):
    """Stored as plain text, so that a new member needs no change of the schema."""

    impl = String
    cache_ok = True
    length = 32

    def __init__(self, members: type[EnumT]) -> None:
        super().__init__(length=self.length)
        self.members = members

    def process_bind_param(self, value: EnumT | None, dialect: Dialect) -> str | None:
        """Store the value; text that is no member is refused."""
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> EnumT | None:
        """Return the member."""
        return None if value is None else self.members(value)
