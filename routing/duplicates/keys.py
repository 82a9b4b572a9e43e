"""Under which keys a ticket is looked up as a possible duplicate.

Tickets that tell of the same place and matter, or in nearly the same words, share a key; whether
they really do is computed from their words afterwards.
"""

import json
import re
import zlib
from collections.abc import Sequence
from hashlib import blake2b
from itertools import pairwise
from typing import Protocol

import numpy as np
from sqlalchemy import delete
from sqlalchemy.orm import Session

from foundation.database.rows import RowBatch
from foundation.text.normalise import normalise
from routing.appeals.shielding import PENDING
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
    if ticket.text == PENDING:
        return []  # nothing of it is known yet, and equal sentences are no duplicates
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
    sketch = None if fresh else session.get(DuplicateSketch, ticket.id)
    if sketch is not None:
        keys = keys_of(ticket)
        if sketch.keys == _packed(keys):
            return
        old = np.frombuffer(sketch.keys, dtype="<i8").tolist()
        gone = DuplicateKey.ticket_id == ticket.id, DuplicateKey.key.in_(old)
        session.execute(delete(DuplicateKey).where(*gone))
        sketch.keys = _packed(keys)
        with RowBatch(session) as rows:
            _add(rows, [(key, ticket.id) for key in keys])
        return
    with RowBatch(session) as rows:
        add_keys(rows, [ticket])


def add_keys(rows: RowBatch, tickets: Sequence[Ticket]) -> None:
    """Add the keys of tickets that have none yet."""
    found = [(ticket.id, keys_of(ticket)) for ticket in tickets]
    sketches = [{"ticket_id": own, "keys": _packed(keys)} for own, keys in found]
    rows.add(DuplicateSketch, sketches)
    _add(rows, [(key, own) for own, keys in found for key in keys])


def _packed(keys: Sequence[int]) -> bytes:
    return np.array(keys, dtype="<i8").tobytes()


def _add(rows: RowBatch, pairs: Sequence[tuple[int, int]]) -> None:
    """Add pairs of key and ticket; the same statement however many they are."""
    if not pairs:
        return
    if rows.on_sqlite:
        rows.add_written(_ADD_SQLITE, (json.dumps(pairs),))
        return
    # Written out: the driver would look at every number for the type of the array.
    keys, owners = (f"{{{','.join(map(str, column))}}}" for column in zip(*pairs, strict=True))
    rows.add_written(_ADD, (keys, owners))


_ADD = "INSERT INTO duplicate_keys SELECT * FROM unnest(%s::bigint[], %s::integer[])"
_ADD_SQLITE = (
    "INSERT INTO duplicate_keys"
    " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)"
)


def _key(words: str) -> int:
    return int.from_bytes(blake2b(words.encode(), digest_size=8).digest(), signed=True)
