"""Every text of a guide with where it stands, for the checks that read words."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from pydantic import BaseModel

from knowledge_base.schema import LegalReference, LocalVariation, Matter, Source
from knowledge_base.yaml_files import FieldPath

# Identifiers, labels of a closed list, addresses of pages: nobody wrote a sentence there.
_NO_WORDS = frozenset(
    {
        "code",
        "category",
        "department",
        "power_kind",
        "national_code",
        "implementing_code",
        "region",
        "superseded_by",
        "url",
        "service_points",
        "ways",
        "form",
        "unit",
        "consultation_phone",
        "complaint_phone",
    }
)
_ASKED = frozenset({"title", "aliases", "sample_questions", "question"})
_NAMES = frozenset({"name", "issuer", "set_by"})


@dataclass(frozen=True, slots=True)
class Said:
    """One text: the record that holds it gives its basis and whether it is marked as local."""

    code: str
    path: FieldPath
    text: str
    basis: tuple[LegalReference, ...]
    local: bool  # stands within a local_variation

    @property
    def field(self) -> str:
        """The path as findings show it."""
        return shown(self.path)

    @property
    def key(self) -> str:
        """The field's own name, without the parts around it."""
        return next((part for part in reversed(self.path) if isinstance(part, str)), "")

    @property
    def is_asked(self) -> bool:
        """Whether it is in citizens' words: a title, an alias or a question."""
        return self.key in _ASKED

    @property
    def is_name(self) -> bool:
        """Whether it names a document, a step, an office."""
        return self.key in _NAMES


def shown(path: FieldPath) -> str:
    """Return a path as findings show it: fee.items.0.unit."""
    return ".".join(str(part) for part in path)


def words_of(matter: Matter) -> Iterator[Said]:
    """Yield every text that someone wrote for this guide; no law titles, codes or sources."""
    yield from _texts(matter.code, matter, (), (), local=False)


def _texts(
    code: str,
    record: BaseModel,
    path: tuple[str | int, ...],
    basis: tuple[LegalReference, ...],
    *,
    local: bool,
) -> Iterator[Said]:
    for name in type(record).model_fields:
        if name in _NO_WORDS:
            continue
        for here, item in _items(getattr(record, name), (*path, name)):
            if isinstance(item, LegalReference | Source):
                continue
            if isinstance(item, BaseModel):
                own = getattr(item, "basis", ()) or basis
                inside = local or isinstance(item, LocalVariation)
                yield from _texts(code, item, here, own, local=inside)
            elif isinstance(item, str) and not isinstance(item, Enum):
                yield Said(code, here, item, basis, local)


def _items(
    value: object, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], object]]:
    if isinstance(value, tuple):
        yield from (((*path, index), item) for index, item in enumerate(value))
    elif isinstance(value, dict):
        yield from (((*path, key), item) for key, item in value.items())
    else:
        yield path, value
