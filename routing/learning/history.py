"""Closed tickets as a table (CSV, UTF-8): one row a ticket, columns by name.

| column | also | |
|---|---|---|
| ``text`` | 诉求内容 | what the citizen said; masked when it is read |
| ``department`` | 承办单位 | who resolved it: code, name, short name or another name |
| ``place`` | 地点 | where, when asked for separately; may be left out |
| ``category`` | 分类 | code, or the name of the third level; may be left out |
| ``kind`` | 类型 | 咨询 求助 投诉 举报 建议 表扬; may be left out |

Other columns are passed over.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from foundation.text.normalise import normalise
from foundation.text.personal_information import mask
from knowledge_base.schema import Department
from routing.learning.errors import HistoryFaultsError
from routing.taxonomy import KIND_BY_LABEL, Taxonomy

LEAST_ROWS = 60  # below it five folds tell nothing
_LONGEST = 2000
_FAULTY_SHARE = 0.1  # more faulty rows than this, and the table is not what it is taken for
_COLUMNS = {
    "text": ("text", "诉求内容", "内容"),
    "department": ("department", "承办单位", "主办单位"),
    "place": ("place", "地点"),
    "category": ("category", "分类"),
    "kind": ("kind", "类型", "诉求类型"),
}


@dataclass(frozen=True, slots=True)
class ClosedTicket:
    """One row: normalised and masked text, and what became of it."""

    text: str
    department: str  # code
    place: str | None = None
    category: str | None = None  # code
    kind: str | None = None  # label

    @property
    def digest(self) -> str:
        """What tells a ticket that was seen before, without its words."""
        content = f"{self.text}\n{self.place or ''}\n{self.department}"
        return hashlib.sha256(content.encode()).hexdigest()[:24]


@dataclass(frozen=True)
class History:
    """The rows that can be used, and what was wrong with the others."""

    rows: tuple[ClosedTicket, ...]
    faults: tuple[str, ...]


def read_history(
    path: Path,
    departments: Mapping[str, Department],
    taxonomy: Taxonomy,
    mapping: Mapping[str, str] | None = None,
) -> History:
    """Read a table; equal rows count once.

    Args:
        path: the file.
        departments: the bodies that may be named.
        taxonomy: the categories that may be named.
        mapping: other names for bodies or categories, to the code of each.

    Raises:
        HistoryFaultsError: it cannot be read, more than a tenth of its rows is faulty, or fewer
            than :data:`LEAST_ROWS` remain.
    """
    reader = csv.DictReader(io.StringIO(_content(path)))
    columns = _columns(reader.fieldnames or ())
    bodies = _bodies(departments) | dict(mapping or {})
    categories = _categories(taxonomy) | dict(mapping or {})
    rows: dict[ClosedTicket, None] = {}
    faults: list[str] = []
    read = 0
    for number, cells in enumerate(reader, start=2):
        read += 1
        found = _row(cells, columns, bodies, categories)
        if isinstance(found, ClosedTicket):
            rows[found] = None
        else:
            faults.append(f"第 {number} 行：{found}")
    if len(faults) > _FAULTY_SHARE * read:
        raise HistoryFaultsError(faults)
    if len(rows) < LEAST_ROWS:
        raise HistoryFaultsError([f"可用的工单只有 {len(rows)} 件，至少要 {LEAST_ROWS} 件"])
    return History(tuple(rows), tuple(faults))


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = f"读不了 {path.name}：须是 UTF-8 编码的 CSV"
        raise HistoryFaultsError([reason]) from error


def _columns(names: Iterable[str]) -> Mapping[str, str]:
    held = {name.strip(): name for name in names}
    found = {
        column: next(held[name] for name in options if name in held)
        for column, options in _COLUMNS.items()
        if any(name in held for name in options)
    }
    missing = [column for column in ("text", "department") if column not in found]
    if missing:
        wanted = "、".join(f"{column}（{_COLUMNS[column][1]}）" for column in missing)
        raise HistoryFaultsError([f"缺少列：{wanted}"])
    return found


def _row(
    cells: Mapping[str, str | None],
    columns: Mapping[str, str],
    bodies: Mapping[str, str],
    categories: Mapping[str, str],
) -> ClosedTicket | str:
    said = {name: (cells.get(column) or "").strip() for name, column in columns.items()}
    if not said["text"]:
        return "没有诉求内容"
    department = bodies.get(said["department"])
    if department is None:
        return f"不认识的承办单位“{said['department'][:20]}”"
    kind = said.get("kind") or None
    return ClosedTicket(
        text=normalise(mask(said["text"][:_LONGEST])),
        department=department,
        place=normalise(mask(said.get("place", "")[:200])) or None,
        category=categories.get(said.get("category", "")),
        kind=kind if kind in KIND_BY_LABEL else None,
    )


def _bodies(departments: Mapping[str, Department]) -> dict[str, str]:
    found: dict[str, str] = {}
    shared: set[str] = set()
    for code, body in departments.items():
        for name in dict.fromkeys((code, body.name, body.short_name, *body.aliases)):
            if name in found:
                shared.add(name)
            found.setdefault(name, code)
    # 房管局 is what people call two bodies: such a name tells nothing.
    return {name: code for name, code in found.items() if name not in shared or name in departments}


def _categories(taxonomy: Taxonomy) -> dict[str, str]:
    found = {code: code for code in taxonomy.codes}
    for code, row in taxonomy.categories.items():
        found.setdefault(row.level3, code)
        found[f"{row.level1}/{row.level2}/{row.level3}"] = code
    return found
