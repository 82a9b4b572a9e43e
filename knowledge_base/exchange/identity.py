"""Which matter a row is of: by our code, by a code of the list's own, or a new one."""

from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from knowledge_base.exchange.mapping import Identity
from knowledge_base.exchange.repository import codes_by, known_codes
from knowledge_base.exchange.words import UnreadableValueError
from knowledge_base.library import Library

_LAST = 999_999
_NO_CODE = 6  # characters: codes have four or six digits, never five


class Identities:
    """Codes of one file's matters; the same file names the same matters every time.

    Holds the codes of all entries, some hundred bytes each, and none of their content.
    """

    def __init__(self, session: Session, library: Library, identity: Identity) -> None:
        self._field = identity.field
        self._taken = known_codes(session) | set(library.matters) | set(library.index)
        self._by_field = dict(self._known(session, library))
        self._by_title = (
            {matter.title: code for code, matter in library.matters.items()}
            if identity.match_title
            else {}
        )
        self._next = int(identity.new_from.removeprefix("M"))

    def _known(self, session: Session, library: Library) -> Iterator[tuple[str, str]]:
        if self._field == "code":
            return
        for code, matter in library.matters.items():
            if (value := getattr(matter, self._field)) is not None:
                yield value, code
        yield from codes_by(session, self._field).items()

    def code_of(self, fields: Mapping[str, object]) -> str:
        """Return the code of the matter that a row's fields name.

        Raises:
            UnreadableValueError: they name none, or no codes are left.
        """
        value = fields.get(self._field)
        if not isinstance(value, str) or not value:
            raise UnreadableValueError("没有编码，无法辨认是哪个事项", "填写编码")
        if self._field == "code":
            return value
        title = str(fields.get("title", ""))
        code = self._by_field.get(value) or self._by_title.get(title) or self._fresh()
        self._by_field[value] = code
        return code

    def _fresh(self) -> str:
        while (code := f"M{self._next:04d}") in self._taken or len(code) == _NO_CODE:
            self._next += 1
        if self._next > _LAST:
            raise UnreadableValueError(
                "新编码已用完", "在映射的 identity.new_from 中换一个起始编码"
            )
        self._taken.add(code)
        return code
