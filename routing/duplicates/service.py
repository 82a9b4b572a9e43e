"""Possible duplicates (重复诉求): found by place, matter and words; a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from foundation.events.worker import Handler
from routing.duplicates import repository
from routing.duplicates.errors import PairNotFoundError
from routing.duplicates.keys import grams, keys_of, matter_of, place_of, said
from routing.duplicates.models import DuplicatePair, PairState
from routing.duplicates.repository import Compared
from routing.duplicates.schemas import Candidate, OpenPair
from routing.finding.words import QueryReader
from routing.tickets.models import Ticket
from routing.tickets.repository import by_ticket_no
from routing.tickets.schemas import Actor

REGISTERED = "ticket.registered"
CONFIRMED = "ticket.redaction_confirmed"  # only now there are words to compare
SHOWN = 8
_KEPT = 5  # of one registration
_MOST_WORDS = 6
_WORD_CHARACTERS = 2
# Shares of common pairs of characters (Dice) from which on a person is asked; set on the appeals
# of benchmarks/duplicates.py.
_SAME_WORDS = 0.5
_AT_ONE_PLACE = 0.25
_OF_ONE_MATTER = 0.12  # at one place
_OF_ONE_CALLER = 0.2


class Duplicates:
    """Proposes what may be merged; never merges."""

    def __init__(self, clock: Clock, reader: QueryReader, window_days: int = 30) -> None:
        self._clock = clock
        self._reader = reader
        self._window = timedelta(days=window_days)

    def candidates(self, session: Session, ticket_no: str, limit: int = SHOWN) -> list[Candidate]:
        """Return unanswered tickets that may tell of the same, the likeliest first.

        Raises:
            PairNotFoundError: there is no such ticket.
        """
        ticket = by_ticket_no(session, ticket_no)
        if ticket is None:
            raise PairNotFoundError(ticket_no, "-")
        return [candidate for _, candidate in self._found(session, ticket, limit)]

    def propose(self, session: Session, ticket_no: str) -> int:
        """Keep the candidates of a ticket for a dispatcher; return how many there are."""
        ticket = by_ticket_no(session, ticket_no)
        if ticket is None or ticket.state not in repository.MERGEABLE:
            return 0
        found = self._found(session, ticket, _KEPT)
        rows = [self._row(ticket, other, candidate) for other, candidate in found]
        repository.add_pairs(session, rows)
        return len(rows)

    def refuse(self, session: Session, ticket_no: str, other_no: str, actor: Actor) -> None:
        """Remember that two tickets are not the same: they are not proposed again.

        Raises:
            PairNotFoundError: one of them is not there.
        """
        both = [by_ticket_no(session, number) for number in (ticket_no, other_no)]
        known = sorted(one.id for one in both if one is not None)
        if len(set(known)) != len(both):
            raise PairNotFoundError(ticket_no, other_no)
        now, (earlier, later) = self._clock.now(), known
        empty = {"score": 0, "why": [], "found_at": now, "state": PairState.OPEN}
        repository.add_pairs(session, [{"ticket_id": later, "other_id": earlier, **empty}])
        pair = session.get_one(DuplicatePair, (later, earlier))
        pair.state, pair.decided_at, pair.decided_by = PairState.REFUSED, now, actor.ref
        session.flush()

    def open_pairs(self, session: Session, limit: int = 50) -> list[OpenPair]:
        """Return what waits for a decision, the newest first."""
        return [
            OpenPair(
                ticket_no=later.ticket_no,
                version=later.version,
                title=later.title,
                found_at=pair.found_at,
                other=_candidate(earlier, pair.score, tuple(pair.why)),
            )
            for pair, later, earlier in repository.open_pairs(session, limit)
        ]

    def handlers(self, database: Database) -> dict[str, Handler]:
        """Return what answers to a registration: after it, so that nobody waits."""

        async def registered(message: OutboxMessage) -> None:
            number = str(message.payload["ticket_no"])
            await database.write(lambda session: self.propose(session, number))

        return {REGISTERED: registered, CONFIRMED: registered}

    def _found(
        self, session: Session, ticket: Ticket, limit: int
    ) -> list[tuple[Ticket, Candidate]]:
        callers = set(repository.of_same_contact(session, ticket.id))
        ids = callers.union(repository.sharing(session, ticket.id, keys_of(ticket)))
        ids -= repository.refused_with(session, ticket.id)
        ids -= repository.of_same_appeal(session, ticket.id)  # further issues, not the same one
        around = ticket.registered_at - self._window, ticket.registered_at + self._window
        compared = _Comparison(ticket, self._reader)
        judged = [
            found
            for other in repository.mergeable(session, ids, *around)
            if (found := compared.with_ticket(other, same_caller=other.id in callers)) is not None
        ]
        judged.sort(key=lambda one: (-one.score, one.other.id))
        best = judged[:limit]
        rows = repository.by_ids(session, [one.other.id for one in best])
        return [
            (rows[one.other.id], _candidate(rows[one.other.id], one.score, compared.why(one)))
            for one in best
        ]

    def _row(self, ticket: Ticket, other: Ticket, candidate: Candidate) -> dict[str, object]:
        earlier, later = sorted((ticket.id, other.id))
        return {
            "ticket_id": later,
            "other_id": earlier,
            "state": PairState.OPEN,
            "score": candidate.score,
            "why": list(candidate.why),
            "found_at": self._clock.now(),
        }


@dataclass(frozen=True, slots=True)
class _Judged:
    """How alike another ticket is."""

    other: Compared
    score: int
    same_place: bool
    same_matter: bool
    same_caller: bool


class _Comparison:
    """One ticket against others."""

    def __init__(self, ticket: Ticket, reader: QueryReader) -> None:
        self._ticket = ticket
        self._reader = reader
        self._grams = grams(ticket.text)
        self._place = place_of(ticket)
        self._place_grams = grams(self._place)
        self._matter = matter_of(ticket)

    def with_ticket(self, other: Compared, *, same_caller: bool) -> _Judged | None:
        """Return how alike they are; ``None``: not enough to ask a person."""
        same_place = bool(self._place) and self._place == place_of(other)
        # Each district has its people's hospital.
        same_place = same_place and not self._of_another_district(other)
        # The name of the place itself says nothing of what happened there.
        ours = self._grams - self._place_grams if same_place else self._grams
        theirs = grams(other.text) - (self._place_grams if same_place else frozenset())
        alike = 2 * len(ours & theirs) / max(1, len(ours) + len(theirs))
        same_matter = bool(self._matter) and self._matter == matter_of(other)
        if not (
            (alike >= _SAME_WORDS and not self._elsewhere(other))
            or (same_place and alike >= _AT_ONE_PLACE)
            or (same_place and same_matter and alike >= _OF_ONE_MATTER)
            or (same_caller and (same_matter or same_place) and alike >= _OF_ONE_CALLER)
        ):
            return None
        score = 0.6 * alike + 0.2 * same_place + 0.1 * same_matter + 0.1 * same_caller
        return _Judged(other, round(100 * min(1.0, score)), same_place, same_matter, same_caller)

    def why(self, judged: _Judged) -> tuple[str, ...]:
        """Return what they have in common, in words."""
        other, why = judged.other, list[str]()
        if judged.same_place:
            why.append(f"同一地点：{self._place}")
        if judged.same_matter and other.category:
            why.append(f"同类事项：{other.category.rpartition('/')[0] or other.category}")
        words = self._shared_words(other)
        if words:
            why.append(f"相同的词：{'、'.join(words)}")
        if judged.same_caller:
            why.append("留的是同一个联系电话")
        return tuple(why)

    def _elsewhere(self, other: Compared) -> bool:
        """Whether both say a place, and it is not the same one: two lamps, two streets."""
        there = place_of(other)
        apart = bool(self._place) and bool(there) and self._place != there
        return apart or self._of_another_district(other)

    def _of_another_district(self, other: Compared) -> bool:
        return len({self._ticket.district, other.district} - {None}) > 1

    def _shared_words(self, other: Compared) -> Sequence[str]:
        theirs = set(self._reader.words(said(other.text)))
        own = dict.fromkeys(self._reader.words(said(self._ticket.text)))
        # The place is named already, and numbers alone convince nobody.
        shared = [
            word
            for word in own
            if word in theirs
            and len(word) >= _WORD_CHARACTERS
            and not word.isascii()
            and word not in self._place
        ]
        return sorted(shared, key=len, reverse=True)[:_MOST_WORDS]


def _candidate(ticket: Ticket, score: int, why: tuple[str, ...]) -> Candidate:
    return Candidate(
        ticket_no=ticket.ticket_no,
        state=ticket.state,
        title=ticket.title,
        text=ticket.text,
        place=ticket.place,
        district=ticket.district,
        category=ticket.category,
        confidential=ticket.confidential,
        registered_at=ticket.registered_at,
        score=score,
        why=why,
    )
