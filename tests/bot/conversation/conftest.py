"""Conversations over the real service; where a test needs to steer Rasa, a small class decides."""

import asyncio
import uuid
from collections.abc import Callable

import pytest

from bot.conversation.broadcast import Broadcaster
from bot.conversation.commit import TurnCommit
from bot.conversation.deciding import Decider, Deciding
from bot.conversation.effects import Effects
from bot.conversation.following.kinship import mates_of
from bot.conversation.perform import Performer
from bot.conversation.proposing import DraftProposing
from bot.conversation.reading import TurnReader
from bot.conversation.schemas import IncomingMessage
from bot.conversation.service import ConversationService
from bot.conversation.staffing import StaffedHours
from bot.conversation.transcript import Receipt
from bot.conversation.wishes import WishReader
from connectors.assembly import Services
from connectors.guides import LibraryGuides
from connectors.offers import LibraryOffers
from foundation.database.session import Database
from tests.patience import PATIENCE_SECONDS
from tests.service_fixtures import RunningService

Say = Callable[..., Receipt]


def incoming(key: str, text: str, message_id: str | None = None) -> IncomingMessage:
    return IncomingMessage(
        channel="web",
        conversation_key=key,
        message_id=message_id or uuid.uuid4().hex,
        text=text,
    )


def performer_of(services: Services) -> Performer:
    return Performer(
        LibraryGuides(services.retriever),
        DraftProposing(services.routing, services.library.departments),
        LibraryOffers(services.retriever, services.bundles),
    )


def reader_of(services: Services) -> TurnReader:
    wishes = WishReader(services.retriever, services.bundle_recogniser)
    return TurnReader(services.retriever, services.routing, wishes, mates_of(services.bundles))


def conversations_with(
    services: Services, rasa: Deciding | None, database: Database | None = None
) -> ConversationService:
    """The conversation over the service's own parts, decided by ``rasa``."""
    settings = services.settings
    effects = Effects(
        services.casework.appeals,
        services.deadlines,
        DraftProposing(services.routing, services.library.departments),
        StaffedHours(settings.staffed_from, settings.staffed_until),
        services.clock,
    )
    return ConversationService(
        database or services.database,
        reader_of(services),
        Decider(rasa, performer_of(services)),
        TurnCommit(effects, services.clock),
        services.casework.appeals,
        Broadcaster(None),
        services.clock,
        services.metrics,
    )


async def heard(conversations: ConversationService, key: str, text: str) -> None:
    """Wait until the citizen's message is in the conversation; it need not be answered."""
    conversation_id = await conversations.open("web", key)
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        conversations.subscribe(conversation_id, after=0) as entries,
    ):
        async for entry in entries:
            if entry.text == text:
                return


@pytest.fixture
def citizen() -> str:
    return f"test:{uuid.uuid4().hex}"


@pytest.fixture
def say(running_service: RunningService, citizen: str) -> Say:
    """Say one thing in this test's own conversation and wait for the turn."""

    def say(text: str, message_id: str | None = None) -> Receipt:
        message = incoming(citizen, text, message_id)
        return running_service.run(running_service.services.conversations.receive(message))

    return say


def said(receipt: Receipt) -> str:
    return "\n".join(entry.text for entry in receipt.entries)
