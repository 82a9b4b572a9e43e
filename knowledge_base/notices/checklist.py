"""What of the required documents is still missing, given what the citizen has already."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from knowledge_base.errors import UnknownDocumentNumberError
from knowledge_base.schema import Matter, RequiredDocument


class Standing(StrEnum):
    """How one required document stands for this citizen."""

    HELD = "held"
    MISSING = "missing"
    DEFERRABLE = "deferrable"  # 容缺: the rest is accepted, this may follow
    COMMITMENT = "commitment"  # 告知承诺: a signed commitment takes its place
    ONLY_IF = "only_if"  # needed in a case that the citizen has not claimed

    @property
    def label(self) -> str:
        """The words people see."""
        return _LABELS[self]


_LABELS: Final = {
    Standing.HELD: "已备齐",
    Standing.MISSING: "还缺",
    Standing.DEFERRABLE: "可容缺后补",
    Standing.COMMITMENT: "可以告知承诺代替",
    Standing.ONLY_IF: "特定情形才需要",
}


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One required document and how it stands; ``number`` counts from 1 as in the guide."""

    number: int
    document: RequiredDocument
    standing: Standing


@dataclass(frozen=True, slots=True)
class Checklist:
    """All required documents of one matter, in the guide's order."""

    items: tuple[ChecklistItem, ...]

    def of(self, standing: Standing) -> tuple[ChecklistItem, ...]:
        """Return the items that stand so."""
        return tuple(item for item in self.items if item.standing is standing)

    @property
    def may_apply(self) -> bool:
        """Whether one can go now: nothing is missing that must be there on the day."""
        return not self.of(Standing.MISSING)

    @property
    def sentence(self) -> str:
        """What the citizen is told; names every document that still matters."""
        parts = [
            _CAN_GO if self.may_apply else _MISSING.format(names=self._names(Standing.MISSING))
        ]
        parts += [
            sentence.format(names=self._names(standing))
            for standing, sentence in _REST
            if self.of(standing)
        ]
        return "".join(parts)

    def _names(self, standing: Standing) -> str:
        return "、".join(_named(item.document, standing) for item in self.of(standing))


_CAN_GO: Final = "必须当场提交的材料已经齐了，可以去办。"
_MISSING: Final = "还缺：{names}。"
_REST: Final = (
    (Standing.DEFERRABLE, "可以先办、以后补交：{names}。"),
    (Standing.COMMITMENT, "可以签告知承诺书代替：{names}。"),
    (Standing.ONLY_IF, "只在特定情形才要：{names}。"),
)
_ONLY_IF_NAMED: Final = "{name}（{condition}）"


def checklist(
    matter: Matter,
    held: Collection[int],
    cases: Collection[int] = (),
    dropped: Collection[int] = (),
) -> Checklist:
    """Return how each required document stands.

    Args:
        matter: whose documents; a guide that lists none gives an empty checklist.
        held: numbers (from 1) of the documents that the citizen has.
        cases: numbers of conditional documents whose case applies to the citizen.
        dropped: numbers of documents that fall away in the citizen's case: not in the list.

    Raises:
        UnknownDocumentNumberError: a number the guide does not have.
    """
    documents = matter.materials.documents
    for number in (*held, *cases, *dropped):
        if not 1 <= number <= len(documents):
            raise UnknownDocumentNumberError(matter.code, number)
    return Checklist(
        tuple(
            ChecklistItem(number, document, _standing(number, document, held, cases))
            for number, document in enumerate(documents, start=1)
            if number not in dropped
        )
    )


def _standing(
    number: int, document: RequiredDocument, held: Collection[int], cases: Collection[int]
) -> Standing:
    if number in held:
        return Standing.HELD
    if document.required_when is not None and number not in cases:
        return Standing.ONLY_IF
    # A commitment settles the matter, a deferral only puts it off: the better offer is named.
    if document.commitment_accepted:
        return Standing.COMMITMENT
    return Standing.DEFERRABLE if document.deferrable else Standing.MISSING


def _named(document: RequiredDocument, standing: Standing) -> str:
    if standing is Standing.ONLY_IF:
        named = _ONLY_IF_NAMED.format(name=document.name, condition=document.required_when)
        # In that case too a commitment or a deferral may be enough.
        if document.commitment_accepted:
            return named + Standing.COMMITMENT.label
        return named + Standing.DEFERRABLE.label if document.deferrable else named
    return document.name
