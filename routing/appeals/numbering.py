"""Appeal numbers and query codes."""

import secrets
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from foundation.database.rows import one_row
from foundation.database.session import engine_beside

# Without what is misread or misheard: 0 O, 1 I L, 2 Z, 5 S, 8 B, U V.
ALPHABET = "ACDEFGHJKMNPQRTWXY34679"
CODE_CHARACTERS = 6  # 148 million codes; five tries in 15 minutes


def next_number(session: Session, day: date, *, unless_known: str) -> str | None:
    """Return the next number of ``day`` (Asia/Shanghai), e.g. ``20261122-000123``.

    ``None``, and none is used up, where an appeal is registered under the idempotency key
    ``unless_known`` already.

    On PostgreSQL the counter is increased beside the caller's transaction, so that registrations
    do not wait for one another's commit; a number whose registration fails stays unused. On SQLite
    it is given out again.
    """
    beside, given = engine_beside(session), (f"{day:%Y-%m-%d}", unless_known)
    told = one_row(session.connection(), _NEXT, given) if beside is None else _told(beside, given)
    return None if told is None else f"{day:%Y%m%d}-{told[0]:06d}"


# One round trip: every registration begins with it.
_NEXT = (
    "INSERT INTO appeal_counters (day, last) SELECT %s, 1"
    " WHERE NOT EXISTS (SELECT 1 FROM appeals WHERE idempotency_key = %s)"
    " ON CONFLICT (day) DO UPDATE SET last = appeal_counters.last + 1 RETURNING last"
)


def _told(beside: Engine, given: Sequence[Any]) -> tuple[Any, ...] | None:
    """Count; once more where the connection was lost while it lay idle."""
    try:
        with beside.connect() as connection:
            return one_row(connection, _NEXT, given)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    with beside.connect() as connection:
        return one_row(connection, _NEXT, given)


def new_query_code() -> str:
    """Return a random code of six characters that cannot be mistaken for one another."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS))


def plain_code(text: str) -> str:
    """Return a code as typed by people, in its one form: half-width, upper case, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def plain_number(text: str) -> str:
    """Return an appeal number as typed by people in its one form; a ticket's suffix is dropped.

    Text that is no number comes back cut to a sane length, so that it may be looked up in vain.
    """
    digits = "".join(char for char in unicodedata.normalize("NFKC", text) if char.isdecimal())
    return f"{digits[:8]}-{digits[8:14]}"


def digits_of(phone: str) -> str:
    """Return the digits of a telephone number, without the country code of a mobile."""
    digits = "".join(char for char in unicodedata.normalize("NFKC", phone) if char.isdecimal())
    mobile = len(digits) == len("8613812345678") and digits.startswith("861")
    return digits[2:] if mobile else digits
