"""Keeping the rules on time: packs looked at and tried, holiday notices loaded, tickets recounted.

The same wherever it is done: at the desk, over HTTP, from the terminal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from foundation.clock import SHANGHAI, Clock
from foundation.database.session import Database
from foundation.settings import Settings
from knowledge_base.errors import LibraryFaultsError
from routing.deadlines.calendar import (
    OVERRIDE_FILE,
    SpecialDay,
    WorkCalendar,
    load_calendar,
    read_overrides,
)
from routing.deadlines.calendar_import import ImportPlan, arranged, plan_import, write_overrides
from routing.deadlines.errors import NoticeRefusedError
from routing.deadlines.notices import Sentence, read_notice
from routing.deadlines.rule_packs import RulePack, load_rule_packs, questionable
from routing.deadlines.service import DeadlineService
from routing.ticket_clocks import repository
from routing.ticket_clocks.backtest import TriedTicket, backtest
from routing.ticket_clocks.errors import UnknownRulePackError
from routing.ticket_clocks.schemas import DueChange
from routing.ticket_clocks.service import TicketClocks

FIRST = datetime(2000, 1, 1, tzinfo=SHANGHAI)  # no ticket was registered before
RECOUNTED = "工作日历已更正"


@dataclass(frozen=True, slots=True)
class PackView:
    """One rule pack, and what whoever keeps it should look at."""

    pack: RulePack
    in_force: bool
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PacksView:
    """Every rule pack; ``faults`` where one cannot be read at all."""

    packs: tuple[PackView, ...]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class YearView:
    """One year of the work calendar."""

    year: int
    published: bool
    days: tuple[tuple[date, SpecialDay], ...]  # those that differ from their weekday


@dataclass(frozen=True, slots=True)
class NoticePreview:
    """A notice sentence by sentence, and what loading it would change or why it cannot be."""

    sentences: tuple[Sentence, ...]
    plan: ImportPlan | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class Recount:
    """What became of the open tickets when the calendar changed."""

    seen: int
    changes: tuple[DueChange, ...]

    @property
    def moved(self) -> int:
        """How many have another due time."""
        return sum(one.before != one.after for one in self.changes)


class DeadlineKeeping:
    """What an administrator does about calendar and rule packs; every method may take a while."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        database: Database,
        deadlines: DeadlineService,
        clocks: TicketClocks,
    ) -> None:
        self._settings = settings
        self._path = settings.data_dir / OVERRIDE_FILE
        self._clock = clock
        self._database = database
        self._deadlines = deadlines
        self._clocks = clocks

    def packs(self) -> PacksView:
        """Return every shipped pack with the linter's findings."""
        try:
            found = load_rule_packs()
        except LibraryFaultsError as error:
            return PacksView((), tuple(map(str, error.faults)))
        today, chosen = self._clock.now().date(), self._deadlines.rule_pack.code
        return PacksView(
            tuple(
                PackView(pack, code == chosen, tuple(questionable(pack, today)))
                for code, pack in found.items()
            )
        )

    def year(self, year: int) -> YearView:
        """Return a year as it is counted with."""
        calendar = load_calendar(self._settings)
        return YearView(
            year, calendar.is_published(year), tuple(sorted(arranged(calendar, year).items()))
        )

    def preview(self, text: str, year: int, source: str = "") -> NoticePreview:
        """Read a holiday notice and say what loading it would change; writes nothing."""
        calendar = load_calendar(self._settings)
        sentences = read_notice(text, year, arranged(calendar, year)).sentences
        try:
            return NoticePreview(sentences, self._plan(text, year, source, calendar), None)
        except NoticeRefusedError as error:
            return NoticePreview(sentences, None, error.user_message)

    def load(self, text: str, year: int, source: str = "") -> tuple[ImportPlan, Recount]:
        """Load a notice and count the open tickets that it concerns again.

        Raises:
            NoticeRefusedError: as ``preview`` says.
        """
        plan = self._plan(text, year, source, load_calendar(self._settings))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_overrides(self._path, plan.overrides)
        if plan.first_changed is None:
            return plan, Recount(0, ())
        first = min(plan.first_changed, date(year, 1, 1)) if plan.publishes_year else None
        reason = f"{year}年节假日安排已公布"
        return plan, self.recount(reason, first or plan.first_changed)

    def recount(self, reason: str = RECOUNTED, first: date | None = None) -> Recount:
        """Count open tickets again, each in a transaction of its own.

        Args:
            reason: for the events, and for the citizens whose time moves.
            first: leave out what is due before this day and certain.
        """
        begin = None if first is None else datetime.combine(first, time(), tzinfo=SHANGHAI)
        seen, changes = 0, list[DueChange]()
        for number in self._open_tickets(begin):
            seen += 1
            with self._database.transaction() as session:
                change = self._clocks.recount_for_calendar(session, number, reason)
            if change is not None:
                changes.append(change)
        return Recount(seen, tuple(changes))

    def tried(self, pack: str, begin: datetime, end: datetime) -> Sequence[TriedTicket]:
        """Try a pack on past tickets: what would have been late; changes nothing.

        Raises:
            UnknownRulePackError: there is none of this code.
        """
        rules = load_rule_packs().get(pack)
        if rules is None:
            raise UnknownRulePackError(pack)
        with self._database.reading() as session:
            return list(backtest(session, self._deadlines, rules, begin, end, self._clock.now()))

    def _plan(self, text: str, year: int, source: str, calendar: WorkCalendar) -> ImportPlan:
        return plan_import(text, year, calendar, read_overrides(self._path), source)

    def _open_tickets(self, begin: datetime | None) -> Iterator[str]:
        after = 0
        while True:
            with self._database.reading() as session:
                page = repository.running_numbers(session, after, begin)
            if not page:
                return
            yield from (number for _, number in page)
            after = page[-1][0]
