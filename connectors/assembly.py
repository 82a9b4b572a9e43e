"""The parts of the running service, put together once.

Constructors are light. ``Services.running`` migrates the database and builds the lexical index
(citizens are answered from then on); the encoder joins in the background.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio.to_thread
from rasa_sdk.executor import ActionExecutor

from bot.actions.registry import build_executor
from bot.conversation.broadcast import Broadcaster
from bot.conversation.commit import TurnCommit
from bot.conversation.deciding import Decider
from bot.conversation.desk import OperatorDesk
from bot.conversation.effects import Effects
from bot.conversation.following.kinship import mates_of
from bot.conversation.perform import Performer
from bot.conversation.proposing import DraftProposing
from bot.conversation.rasa_client import RasaClient
from bot.conversation.reading import TurnReader
from bot.conversation.service import ConversationService
from bot.conversation.staffing import StaffedHours
from bot.conversation.suggesting import Suggesting
from bot.conversation.wishes import WishReader
from connectors.collection import resume_collection
from connectors.guides import LibraryGuides
from connectors.learning import Learning, build_learning
from connectors.live_library import LiveLibrary
from connectors.offers import LibraryOffers
from connectors.publish_checks import publish_checks
from connectors.reply_notices import ReplyNotices
from connectors.staged_routing import StagedRouting
from connectors.supervision_notices import SupervisionNotices
from connectors.web_chat.web_chat import WebChat
from foundation.access.service import AccessService
from foundation.clock import Clock, SystemClock
from foundation.database.keyring import Keyring, install_keyring, load_keyring
from foundation.database.migration import upgrade
from foundation.database.session import Database
from foundation.errors import HotlineError
from foundation.events.worker import OutboxWorker
from foundation.health import HealthChecks, PartState
from foundation.metrics import Metrics
from foundation.settings import Settings
from knowledge_base.bundles.loader import Bundles, load_bundles
from knowledge_base.entries.service import EntryService
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from retrieval.bundle_recognition import BundleRecogniser
from retrieval.operators import OperatorSearch
from retrieval.service import Retriever
from routing.appeals.assembly import Casework, build_casework
from routing.deadlines.service import DeadlineService, load_deadline_service
from routing.finding.assembly import Related, build_related
from routing.supervision.policy import load_policy
from routing.supervision.tick import SupervisionTick
from routing.supervision.weekly import WeeklyReports
from routing.tickets.archiving import Archiver
from routing.tickets.checkpoints import SealFile
from routing.tickets.rulings import RulingReader
from routing.tickets.sealing import Sealer
from routing.tickets.send_back_history import SendBackHistoryReader

logger = logging.getLogger(__name__)

_POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Services:
    """Every part by its name; endpoints take what they need from here."""

    settings: Settings
    clock: Clock
    keyring: Keyring
    database: Database
    metrics: Metrics
    health: HealthChecks
    retriever: Retriever
    bundles: Bundles
    bundle_recogniser: BundleRecogniser
    live_library: LiveLibrary
    entries: EntryService
    learning: Learning
    routing: StagedRouting
    deadlines: DeadlineService
    casework: Casework
    access: AccessService
    rasa: RasaClient | None
    action_executor: ActionExecutor
    conversations: ConversationService
    desk: OperatorDesk
    web_chat: WebChat
    outbox_worker: OutboxWorker
    sealer: Sealer
    archiver: Archiver
    related: Related
    supervision_tick: SupervisionTick

    @property
    def library(self) -> Library:
        """The library of this moment: shipped, with what was published over it."""
        return self.retriever.library

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start, hold, stop. Inside, citizens are answered."""
        await anyio.to_thread.run_sync(upgrade, self.database)
        await self.live_library.refresh()
        await anyio.to_thread.run_sync(self.retriever.warm_up_lexical)
        await anyio.to_thread.run_sync(self.routing.warm_up_lexical)
        resume_collection()
        background = [
            asyncio.create_task(self._warm_up()),
            asyncio.create_task(self._recover()),
            asyncio.create_task(self._sweep_imports()),
            asyncio.create_task(self.outbox_worker.run()),
            asyncio.create_task(self.live_library.run()),
            asyncio.create_task(self.sealer.run()),
            asyncio.create_task(self.archiver.run()),
            asyncio.create_task(self.related.run(self.database)),
            asyncio.create_task(self.supervision_tick.run()),
        ]
        try:
            yield
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await self.web_chat.turns.drain()
            if self.rasa is not None:
                await self.rasa.aclose()
            self.database.dispose()

    async def _warm_up(self) -> None:
        try:
            await anyio.to_thread.run_sync(self.retriever.warm_up)
            if self.retriever.encoder is not None:
                await anyio.to_thread.run_sync(self.routing.warm_up, self.retriever.encoder)
                await anyio.to_thread.run_sync(self.bundle_recogniser.warm_up)
        except HotlineError as error:
            # Words and sounds still find guides; readiness says that this is not everything.
            logger.error("encoder not loaded, lexical retrieval only: %s", error)  # noqa: TRY400 -- the message says what to do, a traceback adds nothing
        except Exception:  # as above; what went wrong is not known
            logger.exception("encoder not loaded, lexical retrieval only")

    async def _sweep_imports(self) -> None:
        try:
            await anyio.to_thread.run_sync(self.entries.staging.sweep)
        except Exception:  # nobody sees what is left; the next start or import tries again
            logger.exception("what killed imports left behind could not be taken away")

    async def _recover(self) -> None:
        try:
            handled = await self.conversations.recover()
        except Exception:  # what is left stays unhandled until the next start or message
            logger.exception("what the last stop left behind could not be handled")
            return
        if handled:
            logger.info("handled what the last stop left behind: conversations=%d", handled)


def build_services(
    settings: Settings, clock: Clock | None = None, library: Library | None = None
) -> Services:
    """Build every part; nothing is loaded, opened or migrated but the data files and the keys.

    Args:
        settings: where data lies, what is switched on.
        clock: the machine's own unless given.
        library: what publications are laid over; the shipped one unless given.

    Raises:
        ConfigurationError: the library, the keys or a rule pack must be repaired before the start.
    """
    clock, library, metrics = clock or SystemClock(), library or load_library(), Metrics()
    keyring, database = _storage(settings)
    retriever = Retriever(library, settings)
    live_library = LiveLibrary(database, library, retriever, clock)
    access = AccessService(clock, settings.session_hours)
    deadlines = load_deadline_service(settings, clock)
    routing = StagedRouting(library, settings, deadlines, clock, *_from_tickets(database))
    casework, related = _casework(settings, clock, deadlines, library)
    proposing = DraftProposing(routing, library.departments)
    bundles, recogniser, performer = _bundles(library, retriever, proposing)
    rasa = RasaClient(settings) if settings.rasa == "on" else None
    commit = _commit(settings, casework, deadlines, proposing, clock)
    broadcaster, decider = _broadcaster(database), Decider(rasa, performer)
    wishes = WishReader(retriever, recogniser)
    reader = TurnReader(retriever, routing, wishes, mates_of(bundles))
    conversations = ConversationService(
        database, reader, decider, commit, casework.appeals, broadcaster, clock, metrics
    )
    entries, learning = _knowledge(database, library, retriever, access, deadlines, clock)
    return Services(
        settings=settings,
        clock=clock,
        keyring=keyring,
        database=database,
        metrics=metrics,
        health=_health_checks(database, retriever, live_library, rasa),
        retriever=retriever,
        bundles=bundles,
        bundle_recogniser=recogniser,
        live_library=live_library,
        entries=entries,
        learning=learning,
        routing=routing,
        deadlines=deadlines,
        casework=casework,
        access=access,
        rasa=rasa,
        action_executor=build_executor(performer),
        conversations=conversations,
        desk=_desk(database, conversations, commit, retriever, broadcaster, clock),
        web_chat=WebChat.build(conversations, keyring, clock, metrics),
        outbox_worker=_outbox_worker(database, casework, broadcaster, learning, related, clock),
        sealer=Sealer(database, clock, SealFile(settings.data_dir)),
        archiver=Archiver(database, clock, casework.closing, settings.archive_after_days),
        related=related,
        supervision_tick=_supervision(database, casework, library, clock),
    )


def _from_tickets(database: Database) -> tuple[RulingReader, SendBackHistoryReader]:
    """Return what routing learns from tickets while the service runs."""
    return RulingReader(database), SendBackHistoryReader(database)


def _commit(
    settings: Settings,
    casework: Casework,
    deadlines: DeadlineService,
    proposing: DraftProposing,
    clock: Clock,
) -> TurnCommit:
    staffed = StaffedHours(settings.staffed_from, settings.staffed_until)
    return TurnCommit(Effects(casework.appeals, deadlines, proposing, staffed, clock), clock)


def _casework(
    settings: Settings, clock: Clock, deadlines: DeadlineService, library: Library
) -> tuple[Casework, Related]:
    policy = load_policy(settings.supervision_policy)
    casework = build_casework(clock, deadlines, library.departments, library.laws, policy)
    return casework, build_related(settings, clock, deadlines, casework)


def _supervision(
    database: Database, casework: Casework, library: Library, clock: Clock
) -> SupervisionTick:
    reports = WeeklyReports(clock, casework.supervision.policy, library.departments)
    return SupervisionTick(database, clock, casework.supervision.booking, reports)


def _bundles(
    library: Library, retriever: Retriever, proposing: DraftProposing
) -> tuple[Bundles, BundleRecogniser, Performer]:
    bundles = load_bundles(library)
    recogniser = BundleRecogniser(bundles, lambda: retriever.encoder)
    return bundles, recogniser, _performer(retriever, bundles, proposing)


def _outbox_worker(
    database: Database,
    casework: Casework,
    broadcaster: Broadcaster,
    learning: Learning,
    related: Related,
    clock: Clock,
) -> OutboxWorker:
    replies = ReplyNotices(database, broadcaster, clock)
    supervision = SupervisionNotices(database, clock)
    found = related.duplicates.handlers(database)
    handlers = {**replies.handlers, **supervision.handlers, **learning.handlers, **found}
    return OutboxWorker(database, casework.outbox, handlers)


def _broadcaster(database: Database) -> Broadcaster:
    # Several processes share only what lies outside a SQLite file.
    return Broadcaster(None if database.is_sqlite else _POLL_SECONDS)


def _performer(retriever: Retriever, bundles: Bundles, proposing: DraftProposing) -> Performer:
    return Performer(LibraryGuides(retriever), proposing, LibraryOffers(retriever, bundles))


def _desk(
    database: Database,
    conversations: ConversationService,
    commit: TurnCommit,
    retriever: Retriever,
    broadcaster: Broadcaster,
    clock: Clock,
) -> OperatorDesk:
    suggesting = Suggesting(OperatorSearch(retriever), lambda: retriever.library)
    return OperatorDesk(database, conversations, commit, suggesting, broadcaster, clock)


def _knowledge(
    database: Database,
    library: Library,
    retriever: Retriever,
    access: AccessService,
    deadlines: DeadlineService,
    clock: Clock,
) -> tuple[EntryService, Learning]:
    checks = publish_checks(database, lambda: retriever)
    entries = EntryService(database, library, access, clock, checks)
    learning = build_learning(database, library, entries, retriever, access, deadlines, clock)
    return entries, learning


def _storage(settings: Settings) -> tuple[Keyring, Database]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    keyring = load_keyring(settings.data_dir / "keys.json")
    install_keyring(keyring)
    return keyring, Database(settings.resolved_database_url)


def _health_checks(
    database: Database, retriever: Retriever, live_library: LiveLibrary, rasa: RasaClient | None
) -> HealthChecks:
    async def database_answers() -> PartState:
        await anyio.to_thread.run_sync(database.ping)
        return PartState.OK

    async def retrieval_state() -> PartState:
        return PartState.OK if retriever.ready else PartState.PARTIAL

    async def library_state() -> PartState:
        return live_library.state

    async def rasa_state() -> PartState:
        if rasa is None:
            return PartState.OFF
        return PartState.OK if await rasa.ready() else PartState.AWAY

    checks = HealthChecks()
    checks.add("database", database_answers, required=True)
    checks.add("retrieval", retrieval_state, required=True)
    checks.add("library", library_state, required=True)
    # Without Rasa every question is still answered: told, never counted as a failure.
    checks.add("rasa", rasa_state, required=False)
    return checks
