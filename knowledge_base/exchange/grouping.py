"""Several rows that tell of one matter, a document each, are put together."""

from collections.abc import Iterable, Iterator

from knowledge_base.exchange.mapping import Mapping
from knowledge_base.exchange.rows import CellFault, RawRow

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


def _together(first: RawRow, row: RawRow, mapping: Mapping) -> RawRow:
    values, faults = dict(first.values), [*first.faults, *row.faults]
    for name, value in row.values.items():
        if name in mapping.join and name in values:
            values[name] = f"{values[name]}\n{value}"
        elif values.setdefault(name, value) != value and name in mapping.columns:
            problem = f"第 {row.number} 行与第 {first.number} 行同属一个事项，内容却不同"
            faults.append(CellFault(name, problem, _REPAIR))
    return RawRow(first.number, values, tuple(faults))
