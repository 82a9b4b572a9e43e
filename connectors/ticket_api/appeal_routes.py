"""What operators do to an appeal at its citizen's word, who has told them the query code."""

from typing import Annotated
from urllib.parse import unquote

import anyio.to_thread
from fastapi import Header
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy.orm import Session
from starlette.requests import Request

from connectors.ticket_api.schemas import Json, TicketNo, Words
from connectors.ticket_api.table_routes import TableRoutes
from connectors.web_chat.schemas import WellFormed
from foundation.access.service import Account
from routing.appeals.citizens_word import OpenedBy
from routing.attachments.inspection import inspected
from routing.tickets.schemas import Actor, AskedBy

_Number = Annotated[str, Header(max_length=360)]
_Code = Annotated[str, Header(max_length=180)]


class WithdrawalBody(BaseModel):
    """Which appeal is taken back, at whose word and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: TicketNo
    code: Annotated[str, StringConstraints(min_length=1, max_length=20), WellFormed]
    asked_by: AskedBy
    reason: Words


def add_appeal_acts(routes: TableRoutes) -> None:
    """Add the routes."""
    database, access = routes.api.database, routes.api.access
    word = routes.api.related.citizens_word

    async def withdraw_appeal(
        account: Annotated[Account, routes.who("withdraw_appeal")], body: WithdrawalBody
    ) -> Json:
        by = OpenedBy(body.number, body.code, Actor(account.ref))

        def work(session: Session) -> str:
            number = word.withdraw(session, by, body.asked_by, body.reason)
            access.record(session, account.id, "appeal.withdraw", number)
            return number

        return {"number": await database.write(work), "withdrawn": True}

    async def add_appeal_photo(
        account: Annotated[Account, routes.who("add_appeal_photo")],
        request: Request,
        x_appeal_number: _Number,
        x_query_code: _Code,
        x_file_name: Annotated[str, Header(max_length=600)] = "照片",
    ) -> Json:
        by = OpenedBy(unquote(x_appeal_number), unquote(x_query_code), Actor(account.ref))
        await database.write(lambda session: word.may_add(session, by))
        # Only for who knows the code, and while no transaction is open.
        kept = await anyio.to_thread.run_sync(inspected, await request.body())
        name = unquote(x_file_name)

        def work(session: Session) -> Json:
            added = word.add_photo(session, by, name, kept)
            access.record(session, account.id, "appeal.photo", f"{by.about} {added.id}")
            return {"id": added.id, "name": added.name, "size": added.size}

        return await database.write(work)

    routes.add(withdraw_appeal, add_appeal_photo)
