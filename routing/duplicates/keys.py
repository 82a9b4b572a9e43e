"""Under which keys a ticket is looked up as a possible duplicate.

Tickets that tell of the same place and matter, or in nearly the same words, share a key; whether
they really do is computed from their words afterwards.
"""

import json
import re
import zlib
from hashlib import blake2b
from itertools import pairwise
from typing import Protocol

import numpy as np
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from foundation.database.rows import write_values
from foundation.text.normalise import normalise
from routing.duplicates.models import DuplicateKey, DuplicateSketch
from routing.extraction.places import bare_place
from routing.tickets.models import Ticket

# Bands of two rows each. Of pairs whose words overlap by half (Jaccard) 94 in 100 share a band, by
# a third 69, by a tenth 10.
BANDS, ROWS = 10, 2
_PRIME = (1 << 31) - 1
_WORDS = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[a-z0-9]+")
# Placeholders and starred numbers stand for somebody's data and say nothing of the matter.
_HIDDEN = re.compile(r"\[[^\]]{1,8}\]|[0-9A-Za-z@.]*\*+[0-9A-Za-z@.]*")
LEVEL2 = 5  # characters of a code that name its second level: C0101


def _constants() -> tuple[np.ndarray, np.ndarray]:
    """Return factors and offsets of the hash functions, the same on every machine for ever."""
    drawn = [
        int.from_bytes(blake2b(f"duplicates:{number}".encode(), digest_size=8).digest()) % _PRIME
        for number in range(2 * BANDS * ROWS)
    ]
    values = np.array(drawn, dtype=np.uint64)
    return values[: BANDS * ROWS] | np.uint64(1), values[BANDS * ROWS :]


_FACTORS, _OFFSETS = _constants()


def said(words: str) -> str:
    """Return a text without what stands in it for personal data."""
    return _HIDDEN.sub(" ", words)


def grams(words: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters of what is said, and its words of digits."""
    found = set[str]()
    for run in _WORDS.findall(said(normalise(words).lower())):
        if run[0].isascii():
            found.add(run)
        else:
            found.update(a + b for a, b in pairwise(run))
    return frozenset(found)


class Placed(Protocol):
    """What says where something happens, and what it is about."""

    @property
    def place(self) -> str | None:
        """As said."""
        ...

    @property
    def district(self) -> str | None:
        """Its name."""
        ...

    @property
    def category_code(self) -> str | None:
        """C010101."""
        ...


def place_of(ticket: Placed) -> str:
    """Return the bare name of the ticket's place; empty where none is said."""
    return bare_place(said(ticket.place or ""), ticket.district)


def matter_of(ticket: Placed) -> str:
    """Return the second level of the ticket's category; empty where it has none."""
    return (ticket.category_code or "")[:LEVEL2]


def place_key(place: str) -> int:
    """Return the key of everything at one place."""
    return _key(f"place:{place}")


def matter_key(place: str, matter: str) -> int:
    """Return the key of one matter at one place."""
    return _key(f"matter:{place}:{matter}")


def keys_of(ticket: Ticket) -> list[int]:
    """Return the ticket's keys, sorted; signed 64-bit numbers."""
    place, matter = place_of(ticket), matter_of(ticket)
    keys = set(word_keys(grams(ticket.text)))
    if place:
        keys.add(place_key(place))
        if matter:
            keys.add(matter_key(place, matter))
    return sorted(keys)


def word_keys(found: frozenset[str]) -> list[int]:
    """Return a key for each band of the MinHash signature of a set of grams."""
    if not found:
        return []
    hashed = np.fromiter((zlib.crc32(one.encode()) for one in found), np.uint64, len(found))
    # uint64, shape (grams, BANDS × ROWS); factors stay below 2**31, so nothing overflows.
    spread = ((hashed[:, None] % _PRIME) * _FACTORS + _OFFSETS) % _PRIME
    rows = spread.min(axis=0).reshape(BANDS, ROWS)
    return [_key(f"words:{band}:{row.tobytes().hex()}") for band, row in enumerate(rows)]


def write_keys(session: Session, ticket: Ticket, *, fresh: bool = False) -> None:
    """Make the ticket's keys those of its present words, place and category.

    Args:
        session: the transaction.
        ticket: flushed.
        fresh: it was opened in this transaction, so it has none yet.
    """
    keys = keys_of(ticket)
    packed = np.array(keys, dtype="<i8").tobytes()
    sketch = None if fresh else session.get(DuplicateSketch, ticket.id)
    if sketch is None:
        row = {"ticket_id": ticket.id, "keys": packed}
        write_values(session, DuplicateSketch, [row])
    elif sketch.keys == packed:
        return
    else:
        old = np.frombuffer(sketch.keys, dtype="<i8").tolist()
        gone = DuplicateKey.ticket_id == ticket.id, DuplicateKey.key.in_(old)
        session.execute(delete(DuplicateKey).where(*gone))
        sketch.keys = packed
    if keys:
        sqlite = session.get_bind().dialect.name == "sqlite"
        # One statement, always the same one: every registration passes here.
        values = json.dumps(keys) if sqlite else keys
        add = _ADD_SQLITE if sqlite else _ADD
        session.connection().execute(add, {"keys": values, "own": ticket.id})


_ADD = text("INSERT INTO duplicate_keys SELECT unnest(CAST(:keys AS bigint[])), :own")
_ADD_SQLITE = text("INSERT INTO duplicate_keys SELECT value, :own FROM json_each(:keys)")


def _key(words: str) -> int:
    return int.from_bytes(blake2b(words.encode(), digest_size=8).digest(), signed=True)
