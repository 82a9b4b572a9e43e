"""Loading of the library: every file, every fault, then one frozen ``Library``.

Layout of a directory: ``city/`` with ``city.yml departments.yml places.yml matters_index.yml
laws/*.yml service_points/*.yml``, ``library/*.yml`` with the guides, one file a category,
``policy_answers/*.yml`` with the policy answers, one file a topic, and ``guidance/*.yml`` with the
questions that tell one citizen's case; of the last two there may be none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Generic, TypeVar

from knowledge_base.faults import FaultList, Located, RecordT, read_file, read_records, validate
from knowledge_base.guidance.loader import load_guidance
from knowledge_base.library import Library
from knowledge_base.policy_answers.loader import load_policy_answers
from knowledge_base.references import (
    KnownNames,
    check_laws,
    check_matter,
    check_service_points,
    check_unique,
)
from knowledge_base.schema import (
    City,
    Department,
    IndexedMatter,
    Law,
    Matter,
    Place,
    ServicePoint,
)
from knowledge_base.sources import Sources

SHIPPED_DIRECTORY = Path(__file__).parent

_DISTRICT_KIND = "区县"

KeyedT = TypeVar("KeyedT", Matter, Department, ServicePoint, IndexedMatter)


@dataclass(frozen=True)
class _Records(Generic[RecordT]):
    """The valid records of one kind, and the keys of all, valid or not."""

    entries: list[Located[RecordT]]
    raw_keys: frozenset[str] | None  # None: a file could not be parsed

    def values(self) -> list[RecordT]:
        return [entry.record for entry in self.entries]


def load_library(directory: Path = SHIPPED_DIRECTORY) -> Library:
    """Load and check a whole library; the shipped one once a process while its files stay.

    Raises:
        LibraryFaultsError: listing every fault as ``file:line: field: problem; repair``.
    """
    if directory == SHIPPED_DIRECTORY:
        return _shipped(_state_of(directory))
    return _Loading(directory).run()


@lru_cache(maxsize=1)  # never changed after loading, so everybody may have the same
def _shipped(state: frozenset[tuple[str, int, int]]) -> Library:  # noqa: ARG001 -- tells one state of the files from another
    return _Loading(SHIPPED_DIRECTORY).run()


def _state_of(directory: Path) -> frozenset[tuple[str, int, int]]:
    """Return name, size in bytes and time of the last change (ns) of every file read."""
    found = []
    for pattern in ("city/**/*.yml", "library/*.yml", "policy_answers/*.yml", "guidance/**/*.yml"):
        for path in directory.glob(pattern):
            status = path.stat()
            found.append((str(path), status.st_size, status.st_mtime_ns))
    return frozenset(found)


def load_with_sources(directory: Path = SHIPPED_DIRECTORY) -> tuple[Library, Sources]:
    """Load a library together with where each of its records stands.

    Raises:
        LibraryFaultsError: as ``load_library``.
    """
    loading = _Loading(directory)
    return loading.run(), loading.sources


class _Loading:
    """One run over a directory."""

    def __init__(self, directory: Path) -> None:
        self._root = directory
        self._faults = FaultList()
        self.sources = Sources()

    def run(self) -> Library:
        city = self._city()
        departments = self._records(Department, "code", "city/departments.yml")
        places = self._records(Place, "name", "city/places.yml")
        index = self._records(IndexedMatter, "code", "city/matters_index.yml")
        laws = self._records(Law, "title", "city/laws")
        points = self._records(ServicePoint, "code", "city/service_points")
        matters = self._records(Matter, "code", "library")
        known = KnownNames(
            departments=departments.raw_keys,
            districts=_districts(places),
            laws=laws.raw_keys,
            service_points=points.raw_keys,
            index={entry.code: entry for entry in index.values()},
            matters=matters.raw_keys or frozenset(),
        )
        self._check(departments, index, laws, points, matters, known)
        self._faults.raise_if_any()
        assert city is not None  # a missing city is a fault and was raised above
        library = Library(
            city=city,
            matters=_by_code(matters.values()),
            departments=_by_code(departments.values()),
            places=tuple(places.values()),
            laws=MappingProxyType({law.title: law for law in laws.values()}),
            service_points=_by_code(points.values()),
            index=_by_code(index.values()),
        )
        answers = load_policy_answers(
            library, self._root / "policy_answers", self._root, self.sources
        )
        guidance = load_guidance(library, self._root / "guidance", self._root, self.sources)
        return replace(library, policy_answers=answers, guidance=guidance)

    def _check(
        self,
        departments: _Records[Department],
        index: _Records[IndexedMatter],
        laws: _Records[Law],
        points: _Records[ServicePoint],
        matters: _Records[Matter],
        known: KnownNames,
    ) -> None:
        faults = self._faults
        check_unique(departments.entries, lambda body: body.code, "code", faults)
        check_unique(index.entries, lambda entry: entry.code, "code", faults)
        check_unique(laws.entries, lambda law: law.title, "title", faults)
        check_unique(points.entries, lambda point: point.code, "code", faults)
        check_unique(matters.entries, lambda matter: matter.code, "code", faults)
        check_unique(matters.entries, lambda matter: matter.title, "title", faults)
        check_laws(laws.entries, faults)
        check_service_points(points.entries, known, faults)
        for entry in matters.entries:
            check_matter(entry, known, faults)

    def _city(self) -> City | None:
        file = read_file(self._root / "city/city.yml", self._root, self._faults)
        return None if file is None else validate(file, (), file.data, City, self._faults)

    def _records(self, model: type[RecordT], key: str, where: str) -> _Records[RecordT]:
        path = self._root / where
        paths = [path] if path.suffix else sorted(path.glob("*.yml"))
        entries: list[Located[RecordT]] = []
        raw_keys: set[str] = set()
        whole = True
        for one in paths:
            file = read_file(one, self._root, self._faults)
            if file is None:
                whole = False
                continue
            entries.extend(read_records(file, model, self._faults))
            raw_keys.update(_raw_keys(file.data, key))
        for entry in entries:
            self.sources.add(getattr(entry.record, key), entry)
        return _Records(entries, frozenset(raw_keys) if whole else None)


def _raw_keys(data: object, key: str) -> set[str]:
    # A record with a fault elsewhere still counts as existing: references to it are no fault.
    if not isinstance(data, list):
        return set()
    return {raw[key] for raw in data if isinstance(raw, dict) and isinstance(raw.get(key), str)}


def _districts(places: _Records[Place]) -> frozenset[str] | None:
    if places.raw_keys is None:
        return None
    return frozenset(place.name for place in places.values() if place.kind == _DISTRICT_KIND)


def _by_code(records: Sequence[KeyedT]) -> MappingProxyType[str, KeyedT]:
    return MappingProxyType({record.code: record for record in records})
