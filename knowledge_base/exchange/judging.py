"""What keeps a row's guide out, and what an editor has still to add to the draft."""

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from knowledge_base.entries.content import Content, findings_of
from knowledge_base.exchange.rows import RowFinding, Severity
from knowledge_base.field_names import field_name
from knowledge_base.library import Library
from knowledge_base.references import legal_references
from knowledge_base.schema import Matter

# A draft may be unfinished: what is missing is completed at the desk. What is wrong is not taken.
_UNFINISHED = frozenset({"missing", "too_short", "string_too_short", "value_error"})


def judged(
    row: int,
    content: Content,
    guide: Matter | ValidationError,
    columns: Mapping[str, str],
    library: Library,
) -> Iterator[RowFinding]:
    """Yield what is wrong with a guide or missing from it.

    Args:
        row: of the file.
        content: in normal form, with its code.
        guide: what the content makes; see ``read_guide``.
        columns: field → the column of the file it came from.
        library: departments, laws and service points of the city.
    """
    code, title = str(content.get("code", "")), str(content.get("title", ""))
    if isinstance(guide, ValidationError):
        kinds = [one["type"] for one in guide.errors(include_url=False)]
        for kind, found in zip(kinds, findings_of(code, guide), strict=True):
            severity = Severity.TO_COMPLETE if kind in _UNFINISHED else Severity.ERROR
            field, within = _column(found.field, columns)
            problem = f"{within}：{found.message}" if within else found.message
            yield RowFinding(row, field, problem, found.repair, severity, code, title)
        return
    for field, problem, repair, severity in _references(guide, content, library):
        yield RowFinding(row, _column(field, columns)[0], problem, repair, severity, code, title)


def _references(
    matter: Matter, content: Content, library: Library
) -> Iterator[tuple[str, str, str, Severity]]:
    if matter.department not in library.departments:
        problem = f"没有编码为“{matter.department}”的单位"
        yield "department", problem, "改用单位目录中的编码", Severity.ERROR
    for point in matter.location.service_points:
        if point not in library.service_points:
            problem = f"没有编码为“{point}”的办事网点"
            repair = "改用办事网点目录中的编码"
            yield "location.service_points", problem, repair, Severity.ERROR
    if not any(law not in library.laws for law in _laws(content)):
        return  # of nearly every row; where a law stands is looked for only when it is unknown
    fields: dict[str, str] = {}
    for path, reference in legal_references(matter):
        if reference.law not in library.laws:
            fields.setdefault(reference.law, ".".join(p for p in path if isinstance(p, str)))
    for law, field in fields.items():
        repair = "写法规的全称；目录里没有的，先请管理员补充"
        yield field, f"法规目录里没有《{law}》", repair, Severity.TO_COMPLETE


def _laws(value: object) -> Iterator[str]:
    """Yield the title of every law that a content names."""
    if isinstance(value, dict):
        for name, one in value.items():
            if name == "law" and isinstance(one, str):
                yield one
            elif isinstance(one, dict | list):
                yield from _laws(one)
    elif isinstance(value, list):
        for one in value:
            yield from _laws(one)


def _column(field: str, columns: Mapping[str, str]) -> tuple[str, str]:
    """Return the column that a field came from, and what of it is meant; "" for all of it.

    By the longest path that is mapped; a field from no column goes by what people call it. Where
    nothing was mapped the file names the fields itself.
    """
    if not columns:
        return field, ""
    parts = field.split(".")
    for length in range(len(parts), 0, -1):
        column = columns.get(".".join(parts[:length]))
        if column is not None:
            return column, field_name(".".join(parts[length:]))
    return field_name(field), ""
