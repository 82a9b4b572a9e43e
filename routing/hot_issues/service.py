"""Hot issues (热点): found by a job, warned of through the outbox, noted and handled by people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.events.outbox import Outbox
from foundation.text.personal_information import mask
from foundation.text.storable import storable
from routing.duplicates.keys import LEVEL2, said
from routing.finding.words import QueryReader
from routing.hot_issues import repository
from routing.hot_issues.clustering import Cluster, Said, clusters
from routing.hot_issues.errors import HotIssueClosedError, HotIssueNotFoundError
from routing.hot_issues.models import HotIssue, HotIssueState
from routing.tickets.schemas import Actor

WARNED = "hot_issue.warned"
EVERY = timedelta(minutes=10)
ACTIVE = (HotIssueState.OPEN, HotIssueState.NOTED)
_USUAL_WINDOWS = 4  # before the present one: what is usual there
_OVERLAP = 1 / 3  # of the smaller one: a cluster goes on as the issue that it was
_WARN_AGAIN = 2  # times as many as at the last warning
_NOTE_CHARACTERS = 500
_MOST_WORDS = 5
_WORD_CHARACTERS = 2
_COMMON_SHARE = 0.4  # of the members that hold a word
_PLACE_CHARACTERS = 120
LIST = 50


@dataclass(frozen=True, slots=True)
class HotIssueRules:
    """From when on many are too many."""

    window_days: int = 7
    least: int = 5  # tickets in the window
    growth: float = 2.0  # times the usual number


@dataclass(frozen=True, slots=True)
class Found:
    """A cluster, and how many tickets of its kind a usual window has."""

    cluster: Cluster
    usual: float


@dataclass(frozen=True, slots=True)
class HotIssueView:
    """One hot issue as dispatchers and supervisors see it."""

    id: int
    state: HotIssueState
    title: str
    place: str | None
    district: str | None
    category: str | None
    words: tuple[str, ...]
    count: int
    usual: float  # tickets of a usual window
    growth: float  # how many times the usual number; at least one ticket counts as usual
    window_days: int
    found_at: datetime
    last_at: datetime
    note: str | None
    tickets: tuple[tuple[str, str], ...]  # number and title, the newest first


class HotIssues:
    """Finds, lists and closes hot issues."""

    def __init__(
        self, clock: Clock, outbox: Outbox, reader: QueryReader, rules: HotIssueRules
    ) -> None:
        self._clock = clock
        self._outbox = outbox
        self._reader = reader
        self._rules = rules

    def take_turn(self, session: Session, *, at_once: bool = False) -> bool:
        """Whether this process is to look now: nobody in the cluster has in the last minutes.

        Args:
            session: a writing transaction of its own, committed before anything is computed.
            at_once: also when somebody just looked.
        """
        now = self._clock.now()
        return repository.take_run(session, now, now if at_once else now - EVERY)

    def find(self, session: Session) -> list[Found]:
        """Return the clusters above the threshold, the largest first; reads only."""
        since = self._since()
        said = repository.said_since(session, since)
        found = [
            Found(cluster, self._usual(session, cluster, since))
            for cluster in clusters(said, self._rules.least)
        ]
        growth = self._rules.growth
        return [one for one in found if len(one.cluster.members) >= growth * max(1.0, one.usual)]

    def keep(self, session: Session, found: Sequence[Found]) -> int:
        """Open or go on with an issue for each, and warn; return how many there are now."""
        now, known = self._clock.now(), repository.members_of(session, self._since())
        kept = sum(self._keep(session, one.cluster, one.usual, known, now) for one in found)
        session.flush()
        return kept

    def _since(self) -> datetime:
        return self._clock.now() - timedelta(days=self._rules.window_days)

    def listed(
        self, session: Session, states: Sequence[HotIssueState] = ACTIVE, limit: int = LIST
    ) -> list[HotIssueView]:
        """Return the issues in these states, the newest first."""
        found = repository.issues(session, states, limit)
        numbers = repository.numbers_of(session, [one.id for one in found])
        return [self._view(one, numbers.get(one.id, [])) for one in found]

    def decide(
        self, session: Session, issue_id: int, state: HotIssueState, actor: Actor, note: str = ""
    ) -> HotIssue:
        """Note (关注) or handle (处置) an issue.

        Raises:
            HotIssueNotFoundError: there is none.
            HotIssueClosedError: it was handled already.
        """
        issue = session.get(HotIssue, issue_id, with_for_update=True)
        if issue is None or state is HotIssueState.OPEN:
            raise HotIssueNotFoundError(issue_id)
        if issue.state is HotIssueState.HANDLED:
            raise HotIssueClosedError(issue_id)
        issue.state, issue.decided_by = state, actor.ref
        issue.decided_at = self._clock.now()
        issue.note = mask(storable(note, _NOTE_CHARACTERS)) or issue.note
        session.flush()
        return issue

    def _usual(self, session: Session, cluster: Cluster, since: datetime) -> float:
        """Return how many tickets of the kind a usual window has."""
        begin = since - _USUAL_WINDOWS * timedelta(days=self._rules.window_days)
        place, (code, _) = cluster.place, cluster.category
        if place:
            found = repository.count_of_matter(session, place, code[:LEVEL2], begin, since)
        else:
            found = repository.count_of_category(session, cluster.district, code, begin, since)
        return found / _USUAL_WINDOWS

    def _keep(
        self,
        session: Session,
        cluster: Cluster,
        usual: float,
        known: dict[int, set[int]],
        now: datetime,
    ) -> bool:
        """Open an issue for a cluster, or go on with the one that it was; ``False``: it is over."""
        ids = {one.id for one in cluster.members}
        issue = self._same(session, ids, known)
        if issue is not None and issue.state is HotIssueState.HANDLED:
            after = issue.decided_at or now
            again = sum(one.registered_at > after for one in cluster.members)
            if again < self._rules.least:
                return False
            issue.state, issue.warned_count = HotIssueState.OPEN, 0
        if issue is None:
            issue = HotIssue(state=HotIssueState.OPEN, warned_count=0, found_at=now)
            session.add(issue)
        issue.place = (cluster.place or "")[:_PLACE_CHARACTERS] or None
        issue.district, issue.category = cluster.district, cluster.category[1]
        issue.words = self._words(cluster.members)
        issue.count, issue.usual_tenths = len(ids), round(10 * usual)
        issue.last_at = max(one.registered_at for one in cluster.members)
        session.flush()
        repository.set_members(session, issue.id, ids)
        if issue.count >= max(1, _WARN_AGAIN * issue.warned_count):
            self._warn(session, issue)
        return True

    def _same(self, session: Session, ids: set[int], known: dict[int, set[int]]) -> HotIssue | None:
        best = max(known, key=lambda one: len(known[one] & ids), default=None)
        if best is None or len(known[best] & ids) < _OVERLAP * min(len(known[best]), len(ids)):
            return None
        # What is gone on with is no other cluster's.
        del known[best]
        return session.get(HotIssue, best, with_for_update=True)

    def _words(self, members: Sequence[Said]) -> list[str]:
        """Return what most of them say; words of reports (举报) are left out altogether."""
        spoken = [one for one in members if not one.confidential]
        counted = Counter(
            word
            for one in spoken
            for word in set(self._reader.words(said(one.text)))
            if len(word) >= _WORD_CHARACTERS and not word.isascii()
        )
        least = max(2, _COMMON_SHARE * len(spoken))
        common = [(word, count) for word, count in counted.items() if count >= least]
        common.sort(key=lambda one: (-one[1] * len(one[0]), one[0]))
        return [word for word, _ in common[:_MOST_WORDS]]

    def _warn(self, session: Session, issue: HotIssue) -> None:
        """Enqueue ``hot_issue.warned`` for the supervisors: references and counts, no text."""
        issue.warned_count = issue.count
        payload = {
            "issue": issue.id,
            "to": "supervisor",
            "title": _title(issue),
            "count": issue.count,
            "usual": issue.usual_tenths / 10,
            "window_days": self._rules.window_days,
        }
        moment = f"{issue.last_at:%Y%m%d%H%M%S}"
        key = f"{WARNED}:{issue.id}:{issue.count}:{moment}"
        self._outbox.enqueue(session, WARNED, key, payload)

    def _view(self, issue: HotIssue, tickets: Sequence[tuple[str, str]]) -> HotIssueView:
        usual = issue.usual_tenths / 10
        return HotIssueView(
            id=issue.id,
            state=issue.state,
            title=_title(issue),
            place=issue.place,
            district=issue.district,
            category=issue.category,
            words=tuple(issue.words),
            count=issue.count,
            usual=usual,
            growth=round(issue.count / max(1.0, usual), 1),
            window_days=self._rules.window_days,
            found_at=issue.found_at,
            last_at=issue.last_at,
            note=issue.note,
            tickets=tuple(tickets),
        )


def _title(issue: HotIssue) -> str:
    matter = (issue.category or "").rpartition("/")[2] or "、".join(issue.words) or "未分类"
    return f"{issue.place or issue.district or '全市'}：{matter}"
