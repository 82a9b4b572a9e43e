"""Promised handling (承诺办理): made, listed, decided."""

from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from connectors.ticket_api.schemas import Act, Json, PromiseBody, RefusalBody, promise_json
from connectors.ticket_api.table_routes import TableRoutes
from foundation.access.service import Account
from routing.promises.repository import counts, pending
from routing.tickets.listing import LONGEST_PAGE, PAGE
from routing.tickets.models import Ticket
from routing.tickets.repository import by_id
from routing.tickets.schemas import Actor


def add_promises(routes: TableRoutes) -> None:
    """Add the routes."""
    api, made = routes.api, routes.api.casework.promises

    async def promises(
        account: Annotated[Account, routes.who("promises")],
        limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = PAGE,
    ) -> Json:
        del account

        def load(session: Session) -> Json:
            found = counts(session)
            return {
                "promises": [promise_json(*one) for one in pending(session, limit)],
                "counts": [
                    {"department": code, "made": given, "broken": broken}
                    for code, (given, broken) in sorted(found.items())
                ],
            }

        return await api.database.read(load)

    def promise(s: Session, number: str, actor: Actor, body: PromiseBody) -> Ticket:
        given = made.promise(s, number, actor, body.day, body.reason, body.version)
        return by_id(s, given.ticket_id)

    def approve(s: Session, number: str, actor: Actor, body: Act) -> Ticket:
        return made.approve(s, number, actor, body.version)

    def refuse(s: Session, number: str, actor: Actor, body: RefusalBody) -> Ticket:
        return made.refuse(s, number, actor, body.reason, body.version)

    routes.add(promises)
    routes.act("promise", PromiseBody, promise)
    routes.act("approve_promise", Act, approve)
    routes.act("refuse_promise", RefusalBody, refuse)
