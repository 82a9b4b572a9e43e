"""What finds and relates tickets, put together the same way wherever it is used."""

import asyncio
import logging
from dataclasses import dataclass
from functools import partial

from foundation.clock import Clock
from foundation.database.session import Database
from foundation.settings import Settings
from routing.appeals.assembly import Casework
from routing.appeals.citizen_acts import CitizenActs
from routing.appeals.citizens_word import CitizensWord
from routing.attachments.service import Attachments
from routing.attachments.staging import Staging
from routing.attachments.store import FileStore
from routing.deadlines.service import DeadlineService
from routing.duplicates.service import Duplicates
from routing.finding.indexing import index_missing
from routing.finding.service import Finding
from routing.finding.words import QueryReader
from routing.hot_issues.service import EVERY, HotIssueRules, HotIssues

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Related:
    """Search, duplicates, hot issues, attachments, what is done later on by or for a citizen."""

    finding: Finding
    duplicates: Duplicates
    hot_issues: HotIssues
    attachments: Attachments
    staging: Staging
    citizen_acts: CitizenActs
    citizens_word: CitizensWord

    async def run(self, database: Database) -> None:
        """Index what has no documents yet, then look for hot issues until cancelled."""
        try:
            await asyncio.to_thread(index_missing, database)
        except Exception:  # the next start, or ``hotline tickets reindex``, goes on
            logger.exception("tickets without documents could not be indexed")
        while True:
            try:
                await asyncio.to_thread(partial(look_once, database, self.hot_issues))
                await database.write(self.staging.sweep)
            except Exception:  # the next round finds what this one could not
                logger.exception("looking for hot issues and forgotten photographs failed")
            await asyncio.sleep(EVERY.total_seconds())


def look_once(database: Database, hot_issues: HotIssues, *, at_once: bool = False) -> int | None:
    """Look for hot issues; no lock is held while they are computed.

    Returns:
        How many there are; ``None`` where another process has just looked.
    """
    with database.transaction() as session:
        if not hot_issues.take_turn(session, at_once=at_once):
            return None
    with database.reading() as session:
        found = hot_issues.find(session)
    with database.transaction() as session:
        return hot_issues.keep(session, found)


def build_related(
    settings: Settings, clock: Clock, deadlines: DeadlineService, casework: Casework
) -> Related:
    """Return the parts; nothing is loaded yet."""
    reader = QueryReader(settings.data_dir / "cache")
    rules = HotIssueRules(
        settings.hot_issue_days, settings.hot_issue_least, settings.hot_issue_growth
    )
    store = FileStore(settings.data_dir)
    tickets = casework.tickets
    attachments = Attachments(clock, tickets, store)
    citizen_acts = CitizenActs(
        casework.appeals, tickets, casework.regrouping, attachments, casework.relay
    )
    return Related(
        finding=Finding(clock, deadlines, reader),
        duplicates=Duplicates(clock, reader, settings.duplicate_days),
        hot_issues=HotIssues(clock, casework.outbox, reader, rules),
        attachments=attachments,
        staging=Staging(clock, store),
        citizen_acts=citizen_acts,
        citizens_word=CitizensWord(casework.appeals, citizen_acts),
    )
