"""What the outbox says about an appeal reaches the citizen's own conversation."""

import asyncio

from sqlalchemy import select

from bot.conversation import repository
from bot.conversation.broadcast import Broadcaster
from connectors.reply_notices import ReplyNotices
from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from foundation.events.worker import OutboxWorker
from routing.appeals.assembly import Casework
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, MONDAY, Register


def test_granted_extension_is_told_once_in_the_conversation(
    database: Database, casework: Casework, register: Register, clock: FixedClock
) -> None:
    with database.transaction() as session:
        conversation_id = repository.create(session, "web", "visitor", MONDAY).id
    registered = register(conversation_id=conversation_id)
    with database.transaction() as session:
        casework.extensions.request(session, registered.ticket_no, CITY_MANAGEMENT, 3, "须检测")
    with database.transaction() as session:
        casework.extensions.approve(session, registered.ticket_no, DISPATCHER)

    notices = ReplyNotices(database, Broadcaster(None), clock)
    asyncio.run(OutboxWorker(database, casework.outbox, notices.handlers).run_once())
    with database.reading() as session:
        topic = OutboxMessage.topic == "appeal.due_moved"
        message = session.scalars(select(OutboxMessage).where(topic)).one()
    asyncio.run(notices.tell(message))

    with database.reading() as session:
        said = [row.text for row in repository.messages(session, conversation_id)]
    due = "2026年12月17日（周四）23:59:59（承办单位申请延期，已批准3个工作日）"
    assert said == [
        f"您的诉求{registered.number}的办理时限调整为：{due}。\n回复“查进度”可以看办理经过。"
    ]
