"""The routes of ``matrix.ROUTES``: thin, each guarded by its line of the table."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request

from connectors.staff.sessions import StaffSessions
from connectors.ticket_api.attachment_routes import add_attachments
from connectors.ticket_api.callers import Callers
from connectors.ticket_api.finding_routes import ListQuery, add_finding, query_of
from connectors.ticket_api.matrix import BY_NAME, reach_of
from connectors.ticket_api.related_routes import add_related
from connectors.ticket_api.schemas import (
    Act,
    ApprovalBody,
    DispatchBody,
    ExtensionBody,
    Json,
    MergeBody,
    Reading,
    RefusalBody,
    ReplyBody,
    ResultBody,
    ReviewBody,
    SendBackBody,
    SplitBody,
    TicketNo,
    WithdrawBody,
    contacts_json,
    findings_json,
    row_json,
    session_json,
    ticket_json,
)
from foundation.access.permissions import Permission
from foundation.access.service import AccessService, Account
from foundation.access.tokens import ServiceTokens
from foundation.database.session import Database
from routing.appeals.assembly import Casework
from routing.finding.assembly import Related
from routing.follow_ups.schemas import FollowUpResult
from routing.follow_ups.service import FollowUpService
from routing.tickets.listing import TicketReach, TicketRow, require_reach, staff_ticket
from routing.tickets.models import Ticket
from routing.tickets.regrouping import NewPart
from routing.tickets.repository import by_id
from routing.tickets.schemas import Actor

Guard = Callable[[Request], Awaitable[Account]]
_ANSWERED = TicketReach(answered=True)


@dataclass(frozen=True, slots=True)
class TicketApi:
    """What the routes work with."""

    database: Database
    access: AccessService
    sessions: StaffSessions
    tokens: ServiceTokens
    casework: Casework
    follow_ups: FollowUpService
    related: Related
    department_names: Mapping[str, str]

    async def act(self, work: Callable[[Session], Ticket]) -> Json:
        """Run one action in its own transaction; return the ticket's new standing."""
        ticket = await self.database.write(work)
        return {
            "ticket_no": ticket.ticket_no,
            "state": ticket.state,
            "state_label": ticket.state.label,
            "version": ticket.version,
        }


def router(api: TicketApi) -> APIRouter:
    """Return every route of the table, and ``/api/session``."""
    callers = Callers(api.database, api.sessions, api.tokens)
    routes = APIRouter(tags=["tickets"])

    @routes.get("/api/session")
    async def session(request: Request) -> Json:
        """Tell who is logged in, with the form token that changes must carry."""
        return session_json(await callers.login(request.cookies))

    guard, add = partial(_guard, callers), partial(_add, routes)
    # Before the single ticket: its address would take theirs for a number.
    add_finding(api, guard, add)
    add_related(api, guard, add)
    add_attachments(api, guard, add)
    _reading(routes, api, callers)
    _dispatching(routes, api, callers)
    _handling(routes, api, callers)
    _extending(routes, api, callers)
    _following_up(routes, api, callers)
    return routes


def _guard(callers: Callers, name: str) -> Guard:
    async def allowed(request: Request) -> Account:
        return await callers.allowed(request, BY_NAME[name])

    return allowed


def _add(routes: APIRouter, name: str, endpoint: Callable[..., Any]) -> None:
    """Put an endpoint under the address that the table gives it."""
    route = BY_NAME[name]
    routes.add_api_route(route.address, endpoint, methods=[route.method], name=name)


def _reading(routes: APIRouter, api: TicketApi, callers: Callers) -> None:
    async def list_tickets(
        account: Annotated[Account, Depends(_guard(callers, "list"))],
        wanted: Annotated[ListQuery, Query()],
    ) -> Json:
        def load(session: Session) -> list[TicketRow]:
            query, reach = query_of(session, api, account, wanted), reach_of(account)
            finding = api.related.finding
            return finding.listed(session, reach, query, wanted.after, wanted.limit)

        rows = await api.database.read(load)
        following = rows[-1].ticket_no if len(rows) == wanted.limit else None
        return {"tickets": [row_json(row) for row in rows], "after": following}

    async def read(
        account: Annotated[Account, Depends(_guard(callers, "read"))], ticket_no: TicketNo
    ) -> Json:
        def load(session: Session) -> Json:
            found = staff_ticket(session, ticket_no, reach_of(account))
            api.access.record(session, account.id, "ticket.read", found.row.ticket_no)
            return ticket_json(found)

        return await api.database.write(load)

    _add(routes, "list", list_tickets)
    _add(routes, "read", read)


def _dispatching(routes: APIRouter, api: TicketApi, callers: Callers) -> None:
    regrouping = api.casework.regrouping

    async def dispatch(
        account: Annotated[Account, Depends(_guard(callers, "dispatch"))],
        ticket_no: TicketNo,
        body: DispatchBody,
    ) -> Json:
        return await api.act(
            lambda session: api.casework.tickets.dispatch(
                session, ticket_no, body.lead, _actor(account), body.co, body.version
            )
        )

    async def merge(
        account: Annotated[Account, Depends(_guard(callers, "merge"))],
        ticket_no: TicketNo,
        body: MergeBody,
    ) -> Json:
        return await api.act(
            lambda session: regrouping.merge(
                session, ticket_no, body.into, _actor(account), body.reason, body.version
            )
        )

    async def split(
        account: Annotated[Account, Depends(_guard(callers, "split"))],
        ticket_no: TicketNo,
        body: SplitBody,
    ) -> Json:
        part = NewPart(body.number, body.text, body.remaining, body.moves, body.lead)
        return await api.act(
            lambda session: regrouping.split(
                session, ticket_no, part, _actor(account), body.version
            )
        )

    async def withdraw(
        account: Annotated[Account, Depends(_guard(callers, "withdraw"))],
        ticket_no: TicketNo,
        body: WithdrawBody,
    ) -> Json:
        return await api.act(
            lambda session: regrouping.withdraw(
                session, ticket_no, body.number, _actor(account), body.note, body.version
            )
        )

    for endpoint in (dispatch, merge, split, withdraw):
        _add(routes, endpoint.__name__, endpoint)


def _handling(routes: APIRouter, api: TicketApi, callers: Callers) -> None:
    tickets = api.casework.tickets

    async def accept(
        account: Annotated[Account, Depends(_guard(callers, "accept"))],
        ticket_no: TicketNo,
        body: Act,
    ) -> Json:
        return await api.act(
            lambda session: tickets.accept(session, ticket_no, _actor(account), body.version)
        )

    async def start(
        account: Annotated[Account, Depends(_guard(callers, "start"))],
        ticket_no: TicketNo,
        body: Act,
    ) -> Json:
        return await api.act(
            lambda session: tickets.start_handling(
                session, ticket_no, _actor(account), body.version
            )
        )

    async def send_back(
        account: Annotated[Account, Depends(_guard(callers, "send_back"))],
        ticket_no: TicketNo,
        body: SendBackBody,
    ) -> Json:
        return await api.act(
            lambda session: tickets.send_back(
                session, ticket_no, _actor(account), body.reason, body.duty_basis, body.version
            )
        )

    async def contacts(
        account: Annotated[Account, Depends(_guard(callers, "contacts"))],
        ticket_no: TicketNo,
        _body: Reading,
    ) -> Json:
        found = await api.database.write(
            lambda session: api.casework.appeals.contacts(session, ticket_no, _actor(account))
        )
        return {"contacts": contacts_json(found)}

    for endpoint in (accept, start, send_back, contacts):
        _add(routes, endpoint.__name__, endpoint)
    _replying(routes, api, callers)


def _replying(routes: APIRouter, api: TicketApi, callers: Callers) -> None:
    tickets = api.casework.tickets

    async def review(
        account: Annotated[Account, Depends(_guard(callers, "review"))],
        ticket_no: TicketNo,
        body: ReviewBody,
    ) -> Json:
        found = await api.database.read(
            lambda session: tickets.review_reply(session, ticket_no, _actor(account), body.text)
        )
        return {"findings": findings_json(found)}

    async def reply(
        account: Annotated[Account, Depends(_guard(callers, "reply"))],
        ticket_no: TicketNo,
        body: ReplyBody,
    ) -> Json:
        if body.override is not None:
            account.require(Permission.TICKET_REPLY_OVERRIDE)
        return await api.act(
            lambda session: tickets.reply(
                session, ticket_no, _actor(account), body.text, body.version, body.override
            )
        )

    for endpoint in (review, reply):
        _add(routes, endpoint.__name__, endpoint)


def _extending(routes: APIRouter, api: TicketApi, callers: Callers) -> None:
    extensions = api.casework.extensions

    async def request_extension(
        account: Annotated[Account, Depends(_guard(callers, "request_extension"))],
        ticket_no: TicketNo,
        body: ExtensionBody,
    ) -> Json:
        def work(session: Session) -> Ticket:
            asked = extensions.request(
                session, ticket_no, _actor(account), body.working_days, body.reason, body.version
            )
            return by_id(session, asked.ticket_id)

        return await api.act(work)

    async def approve_extension(
        account: Annotated[Account, Depends(_guard(callers, "approve_extension"))],
        ticket_no: TicketNo,
        body: ApprovalBody,
    ) -> Json:
        return await api.act(
            lambda session: extensions.approve(
                session, ticket_no, _actor(account), body.working_days, body.version
            )
        )

    async def refuse_extension(
        account: Annotated[Account, Depends(_guard(callers, "refuse_extension"))],
        ticket_no: TicketNo,
        body: RefusalBody,
    ) -> Json:
        return await api.act(
            lambda session: extensions.refuse(
                session, ticket_no, _actor(account), body.reason, body.version
            )
        )

    for endpoint in (request_extension, approve_extension, refuse_extension):
        _add(routes, endpoint.__name__, endpoint)


def _following_up(routes: APIRouter, api: TicketApi, callers: Callers) -> None:
    follow_ups = api.follow_ups

    async def begin(
        account: Annotated[Account, Depends(_guard(callers, "begin"))],
        ticket_no: TicketNo,
        body: Act,
    ) -> Json:
        def work(session: Session) -> Ticket:
            require_reach(session, ticket_no, _ANSWERED)
            return follow_ups.begin(session, ticket_no, _actor(account), body.version)

        return await api.act(work)

    async def record(
        account: Annotated[Account, Depends(_guard(callers, "record"))],
        ticket_no: TicketNo,
        body: ResultBody,
    ) -> Json:
        result = FollowUpResult(body.outcome, body.solved, body.satisfaction, body.note)

        def work(session: Session) -> Ticket:
            require_reach(session, ticket_no, _ANSWERED)
            return follow_ups.record(
                session, ticket_no, body.number, result, _actor(account), body.version
            )

        return await api.act(work)

    async def call(
        account: Annotated[Account, Depends(_guard(callers, "call"))],
        ticket_no: TicketNo,
        _body: Reading,
    ) -> Json:
        def work(session: Session) -> Json:
            require_reach(session, ticket_no, _ANSWERED)
            found = follow_ups.contacts(session, ticket_no, _actor(account))
            return {"contacts": contacts_json(found)}

        return await api.database.write(work)

    for endpoint in (begin, record, call):
        _add(routes, endpoint.__name__, endpoint)


def _actor(account: Account) -> Actor:
    return Actor(account.ref, account.department_code)
