"""Whether every record refers only to what exists.

Each check notes its faults and goes on, so that one run shows all of them.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from knowledge_base.faults import FaultList, Located, RecordT
from knowledge_base.schema import (
    MATTER_CODE,
    IndexedMatter,
    Law,
    LegalReference,
    Matter,
    ServicePoint,
)

MIN_WAYS_OF_ASKING = 8  # aliases and sample questions together

_MATTER_CODE = re.compile(MATTER_CODE)


@dataclass(frozen=True)
class KnownNames:
    """What may be referred to; ``None`` where the file could not be read, so nothing is judged."""

    departments: Collection[str] | None
    districts: Collection[str] | None
    laws: Collection[str] | None
    service_points: Collection[str] | None
    index: dict[str, IndexedMatter]
    matters: Collection[str]


def check_unique(
    entries: Sequence[Located[RecordT]],
    key: Callable[[RecordT], str],
    field: str,
    faults: FaultList,
) -> None:
    """Note every record whose ``field`` another record already has."""
    first: dict[str, Located[RecordT]] = {}
    for entry in entries:
        value = key(entry.record)
        earlier = first.setdefault(value, entry)
        if earlier is not entry:
            line = earlier.file.line_of(earlier.at(field))
            place = f"{earlier.file.name}:{line}"
            faults.add(
                entry.file,
                entry.at(field),
                f"'{value}' stands already in {place}",
                "keep one of the two",
            )


def check_laws(entries: Sequence[Located[Law]], faults: FaultList) -> None:
    """A law out of force names its successor, and the successor is listed."""
    titles = {entry.record.title for entry in entries}
    for entry in entries:
        law = entry.record
        if law.in_force_to is not None and law.superseded_by is None:
            faults.add(
                entry.file,
                entry.at("in_force_to"),
                f"《{law.title}》 is out of force and names no successor",
                "add superseded_by with the title of the law that replaced it",
            )
        if law.superseded_by is not None and law.superseded_by not in titles:
            faults.add(
                entry.file,
                entry.at("superseded_by"),
                f"unknown law '{law.superseded_by}'",
                "add the successor to city/laws/",
            )


def check_service_points(
    entries: Sequence[Located[ServicePoint]], known: KnownNames, faults: FaultList
) -> None:
    """A service point belongs to a known department and lies in a known district."""
    for entry in entries:
        _check_department(entry, entry.record.department, known, faults)
        district = entry.record.district
        if known.districts is not None and district not in known.districts:
            faults.add(
                entry.file,
                entry.at("district"),
                f"unknown district '{district}'",
                "use the name of a 区县 of city/places.yml",
            )


def check_matter(entry: Located[Matter], known: KnownNames, faults: FaultList) -> None:
    """Note every fault of one guide that needs more than the guide itself to see."""
    _check_department(entry, entry.record.department, known, faults)
    _check_title(entry, known, faults)
    _check_ways_of_asking(entry, faults)
    _check_law_titles(entry, known, faults)
    _check_points(entry, known, faults)
    _check_neighbours(entry, known, faults)


def _check_department(
    entry: Located[RecordT], code: str, known: KnownNames, faults: FaultList
) -> None:
    if known.departments is not None and code not in known.departments:
        faults.add(
            entry.file,
            entry.at("department"),
            f"unknown department '{code}'",
            "use a code of city/departments.yml",
        )


def _check_title(entry: Located[Matter], known: KnownNames, faults: FaultList) -> None:
    indexed = known.index.get(entry.record.code)
    if indexed is None:
        return
    for field in ("title", "category"):
        expected, actual = getattr(indexed, field), getattr(entry.record, field)
        if expected != actual:
            faults.add(
                entry.file,
                entry.at(field),
                f"'{actual}' is not the {field} of {indexed.code}",
                f"write '{expected}' as in city/matters_index.yml",
            )


def _check_ways_of_asking(entry: Located[Matter], faults: FaultList) -> None:
    matter = entry.record
    count = len({*matter.aliases, *matter.sample_questions})
    if count < MIN_WAYS_OF_ASKING:
        faults.add(
            entry.file,
            entry.at("aliases"),
            f"{matter.code} has {count} different aliases and sample questions",
            f"write at least {MIN_WAYS_OF_ASKING} in citizens' own words",
        )


def _check_law_titles(entry: Located[Matter], known: KnownNames, faults: FaultList) -> None:
    if known.laws is None:
        return
    for path, reference in legal_references(entry.record):
        if reference.law not in known.laws:
            faults.add(
                entry.file,
                entry.at(*path, "law"),
                f"unknown law '{reference.law}'",
                "use the full title of a law in city/laws/, or add the law there",
            )


def _check_points(entry: Located[Matter], known: KnownNames, faults: FaultList) -> None:
    for index, code in enumerate(entry.record.location.service_points):
        if known.service_points is not None and code not in known.service_points:
            faults.add(
                entry.file,
                entry.at("location", "service_points", index),
                f"unknown service point '{code}'",
                "use a code of city/service_points/",
            )


def _check_neighbours(entry: Located[Matter], known: KnownNames, faults: FaultList) -> None:
    for code in entry.record.confused_with:
        problem = _neighbour_problem(code, entry.record.code, known)
        if problem:
            repair = "use the code of another matter of city/matters_index.yml"
            faults.add(entry.file, entry.at("confused_with", code), problem, repair)
    successor = entry.record.superseded_by
    if successor is not None and successor not in known.index and successor not in known.matters:
        repair = "use the code of the guide that replaces this one"
        faults.add(
            entry.file, entry.at("superseded_by"), f"unknown matter code '{successor}'", repair
        )


def _neighbour_problem(code: str, own_code: str, known: KnownNames) -> str | None:
    if not _MATTER_CODE.match(code):
        return f"malformed matter code '{code}'"
    if code == own_code:
        return "a matter cannot be confused with itself"
    if code not in known.index and code not in known.matters:
        return f"unknown matter code '{code}'"
    return None


def legal_references(
    record: BaseModel, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], LegalReference]]:
    """Yield every reference to a law within a record, with its path."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        items = enumerate(value) if isinstance(value, tuple) else [(None, value)]
        for index, item in items:
            here = (*path, name) if index is None else (*path, name, index)
            if isinstance(item, LegalReference):
                yield here, item
            elif isinstance(item, BaseModel):
                yield from legal_references(item, here)
