"""Loading of the city's routing data: every file, every fault, then one frozen ``Taxonomy``.

Layout of ``routing/city/``: ``categories.yml`` (the taxonomy), ``category_examples.yml`` (how
citizens put it), ``category_kinds.yml`` (the usual kind), ``category_cues.yml`` (what tells
neighbours apart), ``category_traits.yml`` (how
the lead is chosen), ``calibration_appeals.yml`` (what weights are fitted on),
``responsibility_list.yml`` (duties and what is no duty, by body).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel

from knowledge_base.faults import FaultList, Located, read_file, read_records, validate
from knowledge_base.yaml_files import YamlFile
from routing.schemas import AppealKind
from routing.taxonomy import (
    KIND_BY_LABEL,
    TERRITORY,
    CalibrationAppeals,
    CategoryRecord,
    CategoryTraits,
    ResponsibilityRecord,
    Taxonomy,
)

SHIPPED_DIRECTORY = Path(__file__).parent / "city"

RecordT = TypeVar("RecordT", bound=BaseModel)


def load_taxonomy(directory: Path = SHIPPED_DIRECTORY) -> Taxonomy:
    """Load and check the city's routing data; the shipped ones once a process.

    Raises:
        LibraryFaultsError: listing every fault as ``file:line: field: problem; repair``.
    """
    return _shipped_taxonomy() if directory == SHIPPED_DIRECTORY else _read_taxonomy(directory)


@lru_cache(maxsize=1)
def _shipped_taxonomy() -> Taxonomy:
    return _read_taxonomy(SHIPPED_DIRECTORY)


def _read_taxonomy(directory: Path) -> Taxonomy:
    faults = FaultList()
    categories = _records(directory, "categories.yml", CategoryRecord, faults)
    traits = _records(directory, "category_traits.yml", CategoryTraits, faults)
    duties = _records(directory, "responsibility_list.yml", ResponsibilityRecord, faults)
    bodies = {entry.record.department for entry in duties} | {TERRITORY}
    codes = {entry.record.code for entry in categories}
    _check_unique(categories, lambda row: row.code, "code", faults)
    _check_unique(traits, lambda row: row.code, "code", faults)
    _check_unique(duties, lambda row: row.department, "department", faults)
    _check_categories(categories, bodies, faults)
    _check_traits(traits, codes, bodies, faults)
    _check_not_duties(duties, bodies, faults)
    phrases = _phrases(directory, codes, faults)
    kinds = _kinds(directory, codes, faults)
    cues = _cues(directory, codes, faults)
    appeals = _appeals(directory, codes, bodies, faults)
    faults.raise_if_any()
    return Taxonomy(
        categories=_keyed(categories, lambda row: row.code),
        traits=_keyed(traits, lambda row: row.code),
        responsibilities=_keyed(duties, lambda row: row.department),
        phrases=phrases,
        kinds=kinds,
        cues=cues,
        appeals=tuple(appeals.appeals),
        non_appeals=appeals.non_appeals,
        emergencies=appeals.emergencies,
    )


def _records(
    directory: Path, name: str, model: type[RecordT], faults: FaultList
) -> list[Located[RecordT]]:
    file = read_file(directory / name, directory, faults)
    return [] if file is None else list(read_records(file, model, faults))


def _keyed(
    entries: Iterable[Located[RecordT]], key: Callable[[RecordT], str]
) -> Mapping[str, RecordT]:
    return MappingProxyType({key(entry.record): entry.record for entry in entries})


def _check_unique(
    entries: Iterable[Located[RecordT]],
    key: Callable[[RecordT], str],
    field: str,
    faults: FaultList,
) -> None:
    seen: set[str] = set()
    for entry in entries:
        value = key(entry.record)
        if value in seen:
            faults.add(entry.file, entry.at(field), f"'{value}' stands twice", "remove one")
        seen.add(value)


def _check_categories(
    rows: Iterable[Located[CategoryRecord]], bodies: set[str], faults: FaultList
) -> None:
    for row in rows:
        _check_bodies(row, "leads", row.record.leads, bodies, faults)


def _check_traits(
    rows: Iterable[Located[CategoryTraits]], codes: set[str], bodies: set[str], faults: FaultList
) -> None:
    for row in rows:
        traits = row.record
        if traits.code not in codes:
            faults.add(row.file, row.at("code"), f"no category '{traits.code}'", "correct the code")
        _check_bodies(row, "co", traits.co, bodies, faults)
        _check_bodies(row, "choose", (choice.lead for choice in traits.choose), bodies, faults)


def _check_not_duties(
    rows: Iterable[Located[ResponsibilityRecord]], bodies: set[str], faults: FaultList
) -> None:
    for row in rows:
        for entry in row.record.not_duties:
            _check_bodies(row, "not_duties", entry.whose, bodies, faults)


def _check_bodies(
    row: Located[RecordT], field: str, named: Iterable[str], bodies: set[str], faults: FaultList
) -> None:
    for code in named:
        if code not in bodies:
            repair = "name a body of responsibility_list.yml, or 属地"
            faults.add(row.file, row.at(field), f"no body '{code}'", repair)


def _phrases(directory: Path, codes: set[str], faults: FaultList) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for file, code, phrases in _by_key(directory, "category_examples.yml", codes, faults):
        if isinstance(phrases, list) and all(isinstance(p, str) and p for p in phrases):
            found[code] = tuple(phrases)
        else:
            faults.add(file, (code,), "not a list of phrases", "write a list of text")
    return MappingProxyType(found)


def _kinds(directory: Path, codes: set[str], faults: FaultList) -> Mapping[str, AppealKind]:
    found: dict[str, AppealKind] = {}
    labels = frozenset(KIND_BY_LABEL)
    for file, label, listed in _by_key(directory, "category_kinds.yml", labels, faults):
        for index, code in enumerate(listed if isinstance(listed, list) else ()):
            if code not in codes or code in found:
                problem = f"'{code}' is no category, or stands twice"
                faults.add(file, (label, index), problem, "correct the code")
            found[code] = KIND_BY_LABEL[label]
    return MappingProxyType(found)


def _cues(directory: Path, codes: set[str], faults: FaultList) -> Mapping[str, re.Pattern[str]]:
    found: dict[str, re.Pattern[str]] = {}
    for file, code, pattern in _by_key(directory, "category_cues.yml", codes, faults):
        try:
            found[code] = re.compile(str(pattern))
        except re.error as error:
            faults.add(file, (code,), f"not a regular expression: {error}", "correct it")
    return MappingProxyType(found)


def _by_key(
    directory: Path, name: str, known: AbstractSet[str], faults: FaultList
) -> Iterator[tuple[YamlFile, str, object]]:
    file = read_file(directory / name, directory, faults)
    if file is None:
        return
    if not isinstance(file.data, dict):
        faults.add(file, (), "the file must hold a mapping", "write 'key: …'")
        return
    for key, value in file.data.items():
        if key in known:
            yield file, key, value
        else:
            faults.add(file, (key,), f"'{key}' is not known", "correct it")


def _appeals(
    directory: Path, codes: set[str], bodies: set[str], faults: FaultList
) -> CalibrationAppeals:
    file = read_file(directory / "calibration_appeals.yml", directory, faults)
    found = validate(file, (), file.data, CalibrationAppeals, faults) if file else None
    if file is None or found is None:
        return CalibrationAppeals(appeals=(), non_appeals=())
    for index, appeal in enumerate(found.appeals):
        at = ("appeals", index)
        if appeal.category not in codes:
            faults.add(file, (*at, "category"), f"no category '{appeal.category}'", "correct it")
        if appeal.kind not in KIND_BY_LABEL:
            faults.add(file, (*at, "kind"), f"no kind '{appeal.kind}'", "use one of 咨询 …")
        named = appeal.also if appeal.lead is None else (appeal.lead, *appeal.also)
        for body in named:
            if body not in bodies:
                faults.add(file, (*at, "lead"), f"no body '{body}'", "correct the code")
    return found
