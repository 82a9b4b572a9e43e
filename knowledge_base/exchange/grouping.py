"""Several rows that tell of one matter, a document each, are put together."""

import re
from collections.abc import Iterable, Iterator

from knowledge_base.exchange.mapping import Mapping
from knowledge_base.exchange.readers.header import header_names
from knowledge_base.exchange.rows import CellFault, RawRow

_NOTE = re.compile(
    r"\s*(?:注|备注|说明|填[表报写]说明|附注|合计|总计|共计|填[表报]人|填[表报]单位|制表人?|审核人|审批人"
    r"|负责人|联系人|联系电话|[填制]表日期|填报日期|日期)\s*(?:\d{1,2}\s*)?[:：]|\s*(?:合计|总计|共计)"
)
_LONGEST_NAME = 30  # characters
_NO_NAMES: frozenset[str] = frozenset()
_REPAIR = "同一事项各行的这一列应相同；不同内容的列写入映射的 join"


def grouped(rows: Iterable[RawRow], mapping: Mapping) -> Iterator[RawRow]:
    """Yield one row a matter; without ``same_matter`` the rows as they are."""
    key = mapping.same_matter
    if key is None:
        yield from rows
        return
    held: RawRow | None = None
    for row in rows:
        if held is not None and row.values.get(key, held.values.get(key)) == held.values.get(key):
            held = _together(held, row, mapping)
            continue
        if held is not None:
            yield held
        held = row
    if held is not None:
        yield held


def is_note(row: RawRow, mapping: Mapping) -> bool:
    """Whether a row is a note or signature below the list, or the header repeated on a page."""
    texts = {name: str(value) for name, value in row.values.items()}
    if row.faults or not texts:
        return False
    if all(_NOTE.match(text) for text in texts.values()):
        return True
    names = mapping.header_names
    repeated = sum(
        # Long texts are no column's name; most rows are done with here.
        len(text) <= _LONGEST_NAME and bool(names.get(name, _NO_NAMES) & header_names(text))
        for name, text in texts.items()
    )
    return repeated * 2 > len(texts) and repeated > 1


def _together(first: RawRow, row: RawRow, mapping: Mapping) -> RawRow:
    values, faults = dict(first.values), [*first.faults, *row.faults]
    for name, value in row.values.items():
        if name in mapping.join and name in values:
            values[name] = f"{values[name]}\n{value}"
        elif values.setdefault(name, value) != value and name in mapping.columns:
            problem = f"第 {row.number} 行与第 {first.number} 行同属一个事项，内容却不同"
            faults.append(CellFault(name, problem, _REPAIR))
    members = (*(first.members or (first.values,)), *(row.members or (row.values,)))
    return RawRow(first.number, values, tuple(faults), members)
