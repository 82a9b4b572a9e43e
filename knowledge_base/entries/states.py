"""The states of a version and the one table of transitions between them."""

from enum import StrEnum

from knowledge_base.entries.errors import IllegalEntryMoveError


class EntryState(StrEnum):
    """Where one version of an entry stands."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """The word people see."""
        return _LABELS[self]


_LABELS = {
    EntryState.DRAFT: "草稿",
    EntryState.REVIEW: "待审核",
    EntryState.PUBLISHED: "已发布",
    EntryState.EXPIRED: "已停用",
}

# A version rolled back to is written as a new one, published from the start.
TRANSITIONS: dict[EntryState, frozenset[EntryState]] = {
    EntryState.DRAFT: frozenset({EntryState.REVIEW}),
    EntryState.REVIEW: frozenset({EntryState.DRAFT, EntryState.PUBLISHED}),
    EntryState.PUBLISHED: frozenset({EntryState.EXPIRED}),
    EntryState.EXPIRED: frozenset(),
}
OPEN = (EntryState.DRAFT, EntryState.REVIEW)


def check_transition(code: str, current: EntryState, target: EntryState) -> None:
    """Refuse a move that the table does not hold.

    Raises:
        IllegalEntryMoveError: 409; the entry stays as it is.
    """
    if target not in TRANSITIONS[current]:
        raise IllegalEntryMoveError(code, current, target, current.label)
