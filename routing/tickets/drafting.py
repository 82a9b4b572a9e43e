"""What a new ticket derives from what it is given."""

from typing import Any

from routing.tickets.schemas import NewTicket

TITLE_CHARACTERS = 40


def title_of(text: str) -> str:
    """Return the first line of ``text``, cut to ``TITLE_CHARACTERS``."""
    first = text.strip().partition("\n")[0]
    return first if len(first) <= TITLE_CHARACTERS else f"{first[: TITLE_CHARACTERS - 1]}…"


def due_basis_of(new: NewTicket) -> dict[str, Any]:
    """Return what the due time rests on, as it is kept with the ticket."""
    if new.deadline is None:
        return {}
    return {
        "rule_pack": new.deadline.rule_pack,
        "limit": new.deadline.limit,
        "clause": new.deadline.clause,
        "certainty": new.deadline.certainty,
        "derivation": list(new.deadline.derivation),
    }
