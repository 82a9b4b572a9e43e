"""The routes on tickets of ``matrix.ROUTES``: thin, each guarded by its line of the table."""

from dataclasses import asdict
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session
from starlette.requests import Request

from connectors.ticket_api.appeal_routes import add_appeal_acts
from connectors.ticket_api.attachment_routes import add_attachments
from connectors.ticket_api.confidential_routes import add_confirming, add_relay
from connectors.ticket_api.finding_routes import ListQuery, add_finding, query_of
from connectors.ticket_api.matrix import reach_of
from connectors.ticket_api.promise_routes import add_promises
from connectors.ticket_api.related_routes import add_related
from connectors.ticket_api.schemas import (
    Act,
    ApprovalBody,
    AskBody,
    DeclineBody,
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
    VaultBody,
    WithdrawBody,
    contacts_json,
    extension_json,
    findings_json,
    ratings_json,
    row_json,
    session_json,
    ticket_json,
)
from connectors.ticket_api.table_routes import TableRoutes, TicketApi, actor_of
from connectors.ticket_api.ticket_sheet import print_ticket
from foundation.access.permissions import Permission
from foundation.access.service import Account
from routing.appeals.vault import openings
from routing.follow_ups.schemas import FollowUpResult
from routing.follow_ups.views import ratings
from routing.ticket_clocks.repository import extension_counts, pending_extensions
from routing.tickets.listing import (
    LONGEST_PAGE,
    PAGE,
    StaffTicket,
    TicketReach,
    TicketRow,
    require_reach,
    staff_ticket,
)
from routing.tickets.models import Ticket
from routing.tickets.regrouping import NewPart
from routing.tickets.repository import by_id
from routing.tickets.schemas import Actor

_ANSWERED = TicketReach(answered=True)


def router(api: TicketApi) -> APIRouter:
    """Return every route on tickets, and ``/api/session``."""
    routes = TableRoutes(api, "tickets")

    @routes.router.get("/api/session")
    async def session(request: Request) -> Json:
        """Tell who is logged in, with the form token that changes must carry."""
        return session_json(await routes.callers.login(request.cookies))

    # Before the single ticket: its address would take theirs for a number.
    add_finding(routes)
    add_related(routes)
    add_attachments(routes)
    add_appeal_acts(routes)
    add_promises(routes)
    add_confirming(routes)
    add_relay(routes)
    _extending(routes)
    _reading(routes)
    _dispatching(routes)
    _handling(routes)
    _replying(routes)
    _following_up(routes)
    _opening_the_vault(routes)
    return routes.router


def _reading(routes: TableRoutes) -> None:
    api = routes.api

    async def list_tickets(
        account: Annotated[Account, routes.who("list")], wanted: Annotated[ListQuery, Query()]
    ) -> Json:
        def load(session: Session) -> list[TicketRow]:
            query, reach = query_of(session, api, account, wanted), reach_of(account)
            finding = api.related.finding
            return finding.listed(session, reach, query, wanted.after, wanted.limit)

        rows = await api.database.read(load)
        following = rows[-1].ticket_no if len(rows) == wanted.limit else None
        return {"tickets": [row_json(row) for row in rows], "after": following}

    async def read(account: Annotated[Account, routes.who("read")], ticket_no: TicketNo) -> Json:
        def load(session: Session) -> Json:
            found = staff_ticket(session, ticket_no, reach_of(account))
            api.access.record(session, account.id, "ticket.read", found.row.ticket_no)
            return ticket_json(found)

        return await api.database.write(load)

    async def sheet(
        account: Annotated[Account, routes.who("sheet")], ticket_no: TicketNo
    ) -> Response:
        def load(session: Session) -> StaffTicket:
            found = staff_ticket(session, ticket_no, reach_of(account))
            api.access.record(session, account.id, "ticket.print", found.row.ticket_no)
            return found

        found = await api.database.write(load)
        content = await anyio.to_thread.run_sync(
            print_ticket, found, api.department_names, api.city, api.clock.now()
        )
        name = f'inline; filename="{found.row.ticket_no}.pdf"'
        headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
        return Response(content, media_type="application/pdf", headers=headers)

    routes.put("list", list_tickets)
    routes.add(read, sheet)


def _dispatching(routes: TableRoutes) -> None:
    tickets, regrouping = routes.api.casework.tickets, routes.api.casework.regrouping
    closing = routes.api.casework.closing

    def dispatch(s: Session, number: str, actor: Actor, body: DispatchBody) -> Ticket:
        return tickets.dispatch(s, number, body.lead, actor, body.co, body.version)

    def merge(s: Session, number: str, actor: Actor, body: MergeBody) -> Ticket:
        return regrouping.merge(s, number, body.into, actor, body.reason, body.version)

    def split(s: Session, number: str, actor: Actor, body: SplitBody) -> Ticket:
        part = NewPart(body.number, body.text, body.remaining, body.moves, body.lead)
        return regrouping.split(s, number, part, actor, body.version)

    def withdraw(s: Session, number: str, actor: Actor, body: WithdrawBody) -> Ticket:
        return regrouping.withdraw_at_word(
            s, number, body.number, actor, body.asked_by, body.note, body.version
        )

    def decline(s: Session, number: str, actor: Actor, body: DeclineBody) -> Ticket:
        return closing.decline(s, number, body.channel, body.reason, actor, body.version)

    def archive(s: Session, number: str, actor: Actor, body: Act) -> Ticket:
        require_reach(s, number, _ANSWERED)
        return closing.archive(s, number, actor, body.version)

    routes.act("decline", DeclineBody, decline)
    routes.act("archive", Act, archive)
    routes.act("dispatch", DispatchBody, dispatch)
    routes.act("merge", MergeBody, merge)
    routes.act("split", SplitBody, split)
    routes.act("withdraw", WithdrawBody, withdraw)


def _handling(routes: TableRoutes) -> None:
    api, tickets = routes.api, routes.api.casework.tickets
    contacting = routes.api.casework.contacting

    def accept(s: Session, number: str, actor: Actor, body: Act) -> Ticket:
        return tickets.accept(s, number, actor, body.version)

    def start(s: Session, number: str, actor: Actor, body: Act) -> Ticket:
        return tickets.start_handling(s, number, actor, body.version)

    def send_back(s: Session, number: str, actor: Actor, body: SendBackBody) -> Ticket:
        return tickets.send_back(s, number, actor, body.reason, body.duty_basis, body.version)

    def note_contact(s: Session, number: str, actor: Actor, body: Act) -> Ticket:
        return contacting.note_contact(s, number, actor, body.version)

    def ask_citizen(s: Session, number: str, actor: Actor, body: AskBody) -> Ticket:
        return contacting.ask_citizen(s, number, actor, body.text, body.version)

    async def contacts(
        account: Annotated[Account, routes.who("contacts")], ticket_no: TicketNo, _body: Reading
    ) -> Json:
        found = await api.database.write(
            lambda session: api.casework.appeals.contacts(session, ticket_no, actor_of(account))
        )
        return {"contacts": contacts_json(found)}

    routes.act("accept", Act, accept)
    routes.act("start", Act, start)
    routes.act("note_contact", Act, note_contact)
    routes.act("ask_citizen", AskBody, ask_citizen)
    routes.act("send_back", SendBackBody, send_back)
    routes.add(contacts)


def _replying(routes: TableRoutes) -> None:
    api, tickets = routes.api, routes.api.casework.tickets

    async def review(
        account: Annotated[Account, routes.who("review")], ticket_no: TicketNo, body: ReviewBody
    ) -> Json:
        found = await api.database.read(
            lambda session: tickets.review_reply(session, ticket_no, actor_of(account), body.text)
        )
        return {"findings": findings_json(found)}

    async def reply(
        account: Annotated[Account, routes.who("reply")], ticket_no: TicketNo, body: ReplyBody
    ) -> Json:
        if body.override is not None:
            account.require(Permission.TICKET_REPLY_OVERRIDE)
        actor = actor_of(account)
        return await api.act(
            lambda session: tickets.reply(
                session, ticket_no, actor, body.text, body.version, body.override
            )
        )

    routes.add(review, reply)


def _extending(routes: TableRoutes) -> None:
    api, given = routes.api, routes.api.casework.extensions

    async def extensions(
        account: Annotated[Account, routes.who("extensions")],
        limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = PAGE,
    ) -> Json:
        del account

        def load(session: Session) -> Json:
            pending = pending_extensions(session, limit)
            counts = extension_counts(session)
            return {
                "extensions": [extension_json(asked, ticket) for asked, ticket in pending],
                "counts": [
                    {"department": code, "late": late, "repeated": repeated}
                    for code, (late, repeated) in sorted(counts.items())
                ],
            }

        return await api.database.read(load)

    def request(s: Session, number: str, actor: Actor, body: ExtensionBody) -> Ticket:
        asked = given.request(s, number, actor, body.working_days, body.reason, body.version)
        return by_id(s, asked.ticket_id)

    def approve(s: Session, number: str, actor: Actor, body: ApprovalBody) -> Ticket:
        return given.approve(s, number, actor, body.working_days, body.version)

    def refuse(s: Session, number: str, actor: Actor, body: RefusalBody) -> Ticket:
        return given.refuse(s, number, actor, body.reason, body.version)

    routes.add(extensions)
    routes.act("request_extension", ExtensionBody, request)
    routes.act("approve_extension", ApprovalBody, approve)
    routes.act("refuse_extension", RefusalBody, refuse)


def _following_up(routes: TableRoutes) -> None:
    api, follow_ups = routes.api, routes.api.follow_ups

    def begin(s: Session, number: str, actor: Actor, body: Act) -> Ticket:
        require_reach(s, number, _ANSWERED)
        return follow_ups.begin(s, number, actor, body.version)

    def record(s: Session, number: str, actor: Actor, body: ResultBody) -> Ticket:
        require_reach(s, number, _ANSWERED)
        result = FollowUpResult(body.outcome, body.solved, body.satisfaction, body.note)
        return follow_ups.record(s, number, body.number, result, actor, body.version)

    async def call(
        account: Annotated[Account, routes.who("call")], ticket_no: TicketNo, _body: Reading
    ) -> Json:
        def work(session: Session) -> Json:
            require_reach(session, ticket_no, _ANSWERED)
            found = follow_ups.contacts(session, ticket_no, actor_of(account))
            return {"contacts": contacts_json(found)}

        return await api.database.write(work)

    async def rated(account: Annotated[Account, routes.who("rated")], ticket_no: TicketNo) -> Json:
        def load(session: Session) -> Json:
            found = ratings(session, ticket_no)
            api.access.record(session, account.id, "ticket.read", ticket_no)
            return ratings_json(found)

        return await api.database.write(load)

    routes.add(rated)
    routes.act("begin", Act, begin)
    routes.act("record", ResultBody, record)
    routes.add(call)


def _opening_the_vault(routes: TableRoutes) -> None:
    api = routes.api

    async def open_vault(
        account: Annotated[Account, routes.who("open_vault")], ticket_no: TicketNo, body: VaultBody
    ) -> Json:
        def work(session: Session) -> Json:
            actor, vault = Actor(account.ref), api.casework.vault
            found = vault.open(session, ticket_no, body.number, body.reason, actor)
            api.access.record(session, account.id, "vault.open", f"{ticket_no} {body.number}")
            return asdict(found)

        return await api.database.write(work)

    async def vault_openings(
        _account: Annotated[Account, routes.who("vault_openings")],
        limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = PAGE,
        offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    ) -> Json:
        def load(session: Session) -> Json:
            found = openings(session, limit, offset)
            names = {one.ref: one.display_name for one in api.access.accounts(session)}
            return {
                "openings": [asdict(one) | {"actor_name": names.get(one.actor)} for one in found]
            }

        return await api.database.read(load)

    routes.add(open_vault, vault_openings)
