"""A reply as it leaves the department: without what names an informant.

What the department wrote stays as it wrote it in its own view. Were the words hidden there, or
refused, because they match the vault, a department could learn a name by trying.
"""

import re
from collections.abc import Iterable

from sqlalchemy.orm import Session

from routing.appeals import repository
from routing.appeals.models import InformantVault
from routing.appeals.numbering import digits_of
from routing.appeals.shielding import HIDDEN

_SHORTEST_NAME = 2
_SHORTEST_PHONE = 7
_BETWEEN = r"[\s\-－—]*"


def outgoing_reply(session: Session, ticket_id: int, reply: str) -> str:
    """Return ``reply`` with names and numbers of the ticket's informants hidden."""
    return hidden(reply, repository.informants_of(session, ticket_id))


def hidden(text: str, informants: Iterable[InformantVault]) -> str:
    """Return ``text`` with the names and numbers of ``informants`` hidden."""
    for identity in informants:
        name = (identity.name or "").strip()
        if len(name) >= _SHORTEST_NAME:
            text = text.replace(name, HIDDEN)
        digits = digits_of(identity.phone or "")
        if len(digits) >= _SHORTEST_PHONE:
            text = re.sub(_BETWEEN.join(digits), HIDDEN, text)
    return text
