import time
import uuid
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.tickets.models import Ticket
from routing.tickets.schemas import Actor
from tests.patience import PATIENCE_SECONDS
from tests.service_fixtures import RunningService


def say(http: httpx.Client, session: dict[str, str], text: str) -> dict[str, Any]:
    message = {"id": str(uuid.uuid4()), "text": text}
    answer: dict[str, Any] = http.post("/api/chat/messages", json=message, headers=session).json()
    return answer


def notices(http: httpx.Client, session: dict[str, str]) -> list[str]:
    """Return what was told of replies, once there is any: the service may tell it by itself."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        said = http.get("/api/chat/entries", headers=session).json()["entries"]
        found = [entry["text"] for entry in said if "有答复了" in entry["text"]]
        if found or time.monotonic() > until:
            return found
        time.sleep(0.1)


def test_department_reply_reaches_conversation_and_progress(
    running_service: RunningService, http: httpx.Client, session: dict[str, str]
) -> None:
    say(http, session, "我要投诉，文渊阁小区楼下的烧烤店半夜还在冒油烟，不留电话")
    say(http, session, "不留")
    done = say(http, session, "确认")
    (card,) = done["entries"][-1]["cards"]
    number, code = card["data"]["number"], card["data"]["query_code"]
    services = running_service.services

    def handle(database_session: Session) -> None:
        newest = select(Ticket).order_by(Ticket.id.desc()).limit(1)
        ticket = database_session.scalars(newest).one()
        department = Actor("user:cg", "CG")
        services.casework.tickets.accept(database_session, ticket.ticket_no, department)
        services.casework.tickets.reply(
            database_session, ticket.ticket_no, department, "已约谈商户，油烟净化器已清洗。"
        )

    running_service.run(services.database.write(handle))
    for _ in range(2):  # a message delivered again is told once
        running_service.run(services.outbox_worker.run_once())

    assert notices(http, session) == [
        f"您的诉求{number}有答复了：\n已约谈商户，油烟净化器已清洗。\n回复“查进度”可以看办理经过。"
    ]
    view = http.post("/api/progress", json={"number": number, "code": code}).json()
    assert view["card"]["data"]["reply"] == "已约谈商户，油烟净化器已清洗。"
