"""The routes of supervision: thin, each guarded by its line of ``matrix.ROUTES``."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import AwareDatetime
from sqlalchemy.orm import Session

from connectors.ticket_api.callers import Callers
from connectors.ticket_api.endpoints import TicketApi
from connectors.ticket_api.matrix import BY_NAME, told_of, watch_of
from connectors.ticket_api.schemas import Code, TicketNo
from connectors.ticket_api.supervision_schemas import (
    AnswerBody,
    Decision,
    Json,
    OrderBody,
    ReadBody,
    ReasonBody,
    RecordId,
    ReminderBody,
    WeekName,
    card_json,
    order_json,
    page_json,
    records_json,
    reminder_json,
)
from foundation.access.service import Account
from foundation.clock import Clock
from routing.deadlines.rule_packs import LimitClock
from routing.supervision import views
from routing.supervision.errors import WeekNotFoundError
from routing.supervision.figures import Dimension, Period, figures_of
from routing.supervision.models import Reminder, SupervisionCard, SupervisionOrder
from routing.supervision.notices import mark_read, unread
from routing.supervision.report_files import report_csv, report_html, report_xlsx, table_csv
from routing.supervision.states import LIVE, CardColour, RecordState
from routing.supervision.views import LONGEST_PAGE, PAGE, RecordFilter
from routing.supervision.weekly import Week, WeeklyReports, figure_rows
from routing.tickets.models import Ticket
from routing.tickets.repository import by_id
from routing.tickets.schemas import Actor

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PRESENT = "present"  # the week that goes on; never stored
_NO_STORE = {"Cache-Control": "no-store"}

States = Annotated[list[RecordState] | None, Query()]
District = Annotated[str | None, Query(max_length=64)]
Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]


@dataclass(frozen=True, slots=True)
class SupervisionApi:
    """What the routes work with."""

    tickets: TicketApi
    reports: WeeklyReports
    clock: Clock

    async def read(self, work: Callable[[Session], Any]) -> Any:
        """Run a query in a transaction that only reads."""
        return await self.tickets.database.read(work)


def router(api: SupervisionApi) -> APIRouter:
    """Return every route of supervision."""
    callers = Callers(api.tickets.database, api.tickets.sessions, api.tickets.tokens)
    routes = APIRouter(tags=["supervision"])
    _asking(routes, api, callers)
    _answering(routes, api, callers)
    _deciding(routes, api, callers)
    _listing(routes, api, callers)
    _telling(routes, api, callers)
    _counting(routes, api, callers)
    _reporting(routes, api, callers)
    return routes


def _add(routes: APIRouter, endpoint: Callable[..., Any]) -> None:
    """Put an endpoint under the address that the table gives its name."""
    route = BY_NAME[endpoint.__name__]
    routes.add_api_route(
        route.address,
        endpoint,
        methods=[route.method],
        name=route.name,
        response_model=None,  # plain JSON, or a file
    )


def _who(callers: Callers, name: str) -> Any:
    return Depends(callers.guard(BY_NAME[name]))


def _actor(account: Account) -> Actor:
    return Actor(account.ref, account.department_code)


def _asking(routes: APIRouter, api: SupervisionApi, callers: Callers) -> None:
    supervision, act = api.tickets.casework.supervision, api.tickets.act

    async def remind(
        account: Annotated[Account, _who(callers, "remind")],
        ticket_no: TicketNo,
        body: ReminderBody,
    ) -> Json:
        def work(session: Session) -> Ticket:
            made = supervision.remind(
                session, ticket_no, _actor(account), body.text, body.department, body.version
            )
            return by_id(session, made.ticket_id)

        return await act(work)

    async def order(
        account: Annotated[Account, _who(callers, "order")],
        ticket_no: TicketNo,
        body: OrderBody,
    ) -> Json:
        def work(session: Session) -> Ticket:
            made = supervision.order(
                session,
                ticket_no,
                _actor(account),
                body.text,
                body.working_days,
                body.department,
                body.version,
            )
            return by_id(session, made.ticket_id)

        return await act(work)

    for endpoint in (remind, order):
        _add(routes, endpoint)


def _answering(routes: APIRouter, api: SupervisionApi, callers: Callers) -> None:
    supervision, act = api.tickets.casework.supervision, api.tickets.act

    async def answer_card(
        account: Annotated[Account, _who(callers, "answer_card")],
        ticket_no: TicketNo,
        record_id: RecordId,
        body: AnswerBody,
    ) -> Json:
        return await act(
            lambda session: supervision.answer_card(
                session, ticket_no, record_id, _actor(account), body.text, body.version
            )
        )

    async def answer_reminder(
        account: Annotated[Account, _who(callers, "answer_reminder")],
        ticket_no: TicketNo,
        record_id: RecordId,
        body: AnswerBody,
    ) -> Json:
        return await act(
            lambda session: supervision.answer_reminder(
                session, ticket_no, record_id, _actor(account), body.text, body.version
            )
        )

    async def answer_order(
        account: Annotated[Account, _who(callers, "answer_order")],
        ticket_no: TicketNo,
        record_id: RecordId,
        body: AnswerBody,
    ) -> Json:
        return await act(
            lambda session: supervision.answer_order(
                session, ticket_no, record_id, _actor(account), body.text, body.version
            )
        )

    for endpoint in (answer_card, answer_reminder, answer_order):
        _add(routes, endpoint)


def _deciding(routes: APIRouter, api: SupervisionApi, callers: Callers) -> None:
    supervision, act = api.tickets.casework.supervision, api.tickets.act

    async def approve_order(
        account: Annotated[Account, _who(callers, "approve_order")],
        ticket_no: TicketNo,
        record_id: RecordId,
        body: Decision,
    ) -> Json:
        return await act(
            lambda session: supervision.approve_order(
                session, ticket_no, record_id, _actor(account), body.version
            )
        )

    async def refuse_order(
        account: Annotated[Account, _who(callers, "refuse_order")],
        ticket_no: TicketNo,
        record_id: RecordId,
        body: ReasonBody,
    ) -> Json:
        return await act(
            lambda session: supervision.refuse_order(
                session, ticket_no, record_id, _actor(account), body.reason, body.version
            )
        )

    async def cancel_order(
        account: Annotated[Account, _who(callers, "cancel_order")],
        ticket_no: TicketNo,
        record_id: RecordId,
        body: Decision,
    ) -> Json:
        return await act(
            lambda session: supervision.cancel_order(
                session, ticket_no, record_id, _actor(account), body.version
            )
        )

    for endpoint in (approve_order, refuse_order, cancel_order):
        _add(routes, endpoint)


def _listing(routes: APIRouter, api: SupervisionApi, callers: Callers) -> None:
    async def records(
        account: Annotated[Account, _who(callers, "records")], ticket_no: TicketNo
    ) -> Json:
        def load(session: Session) -> Json:
            found = views.ticket_records(session, ticket_no, watch_of(account))
            api.tickets.access.record(session, account.id, "ticket.read", ticket_no)
            return records_json(found)

        return await api.tickets.database.write(load)

    async def cards(
        account: Annotated[Account, _who(callers, "cards")],
        colour: Annotated[list[CardColour] | None, Query()] = None,
        clock: Annotated[list[LimitClock] | None, Query()] = None,
        state: States = None,
        department: Code | None = None,
        district: District = None,
        limit: Limit = PAGE,
        offset: Offset = 0,
    ) -> Json:
        wanted = RecordFilter(
            tuple(colour or ()), tuple(clock or ()), tuple(state or LIVE), department, district
        )

        def load(session: Session) -> Json:
            reach = watch_of(account)
            found = views.cards(session, reach, wanted, limit, offset)
            total = views.count(session, SupervisionCard, reach, wanted)
            return page_json("cards", map(card_json, found), total)

        shown: Json = await api.read(load)
        return shown

    for endpoint in (records, cards):
        _add(routes, endpoint)
    _listing_asked(routes, api, callers)


def _listing_asked(routes: APIRouter, api: SupervisionApi, callers: Callers) -> None:
    def wanted(
        state: States = None,
        department: Code | None = None,
        district: District = None,
        late: bool = False,
    ) -> RecordFilter:
        return RecordFilter(
            states=tuple(state or LIVE),
            department=department,
            district=district,
            late=api.clock.now() if late else None,
        )

    async def reminders(
        account: Annotated[Account, _who(callers, "reminders")],
        wanted: Annotated[RecordFilter, Depends(wanted)],
        limit: Limit = PAGE,
        offset: Offset = 0,
    ) -> Json:
        def load(session: Session) -> Json:
            reach = watch_of(account)
            found = views.reminders(session, reach, wanted, limit, offset)
            total = views.count(session, Reminder, reach, wanted)
            return page_json("reminders", map(reminder_json, found), total)

        shown: Json = await api.read(load)
        return shown

    async def orders(
        account: Annotated[Account, _who(callers, "orders")],
        wanted: Annotated[RecordFilter, Depends(wanted)],
        limit: Limit = PAGE,
        offset: Offset = 0,
    ) -> Json:
        def load(session: Session) -> Json:
            reach = watch_of(account)
            found = views.orders(session, reach, wanted, limit, offset)
            total = views.count(session, SupervisionOrder, reach, wanted)
            return page_json("orders", map(order_json, found), total)

        shown: Json = await api.read(load)
        return shown

    for endpoint in (reminders, orders):
        _add(routes, endpoint)


def _telling(routes: APIRouter, api: SupervisionApi, callers: Callers) -> None:
    async def notices(account: Annotated[Account, _who(callers, "notices")]) -> Json:
        found = await api.read(lambda session: unread(session, told_of(account)))
        return {"notices": [asdict(one) for one in found]}

    async def read_notices(
        account: Annotated[Account, _who(callers, "read_notices")], body: ReadBody
    ) -> Json:
        noted = await api.tickets.database.write(
            lambda session: mark_read(session, told_of(account), body.ids, account.ref, api.clock)
        )
        return {"read": noted}

    for endpoint in (notices, read_notices):
        _add(routes, endpoint)


def _counting(routes: APIRouter, api: SupervisionApi, callers: Callers) -> None:
    async def figures(
        _account: Annotated[Account, _who(callers, "figures")],
        begin: AwareDatetime | None = None,
        end: AwareDatetime | None = None,
        by: Dimension = Dimension.DEPARTMENT,
        form: Literal["json", "csv"] = "json",
    ) -> Response | Json:
        period = _period(api.clock.now(), begin, end)
        names = api.reports.names_of_departments if by is Dimension.DEPARTMENT else {}
        rows = await api.read(
            lambda session: figure_rows(figures_of(session, period, api.clock.now()), by, names)
        )
        if form == "csv":
            return _file(table_csv(rows), "text/csv; charset=utf-8", f"figures-{by}.csv")
        return {"begin": period.begin, "end": period.end, "by": by, "rows": rows}

    _add(routes, figures)


def _reporting(routes: APIRouter, api: SupervisionApi, callers: Callers) -> None:
    reports = api.reports

    async def weeks(_account: Annotated[Account, _who(callers, "weeks")]) -> Json:
        return {"weeks": await api.read(reports.names)}

    async def load(week: str) -> Json:
        if week == PRESENT:
            present: Json = await api.read(reports.present)
            return present
        stored: Json = await api.read(lambda session: reports.stored(session, week))
        return stored

    async def week(_account: Annotated[Account, _who(callers, "week")], week: WeekName) -> Json:
        return await load(week)

    async def week_file(
        _account: Annotated[Account, _who(callers, "week_file")], week: WeekName, form: str
    ) -> Response:
        report = await load(week)
        name = f"supervision-{report['week']}"
        if form == "page":
            return Response(report_html(report), media_type="text/html", headers=_NO_STORE)
        if form == "csv":
            return _file(report_csv(report), "text/csv; charset=utf-8", f"{name}.csv")
        if form == "xlsx":
            content = await anyio.to_thread.run_sync(report_xlsx, report)
            return _file(content, XLSX, f"{name}.xlsx")
        raise WeekNotFoundError(f"{week}/{form}")

    for endpoint in (weeks, week, week_file):
        _add(routes, endpoint)


def _period(now: datetime, begin: datetime | None, end: datetime | None) -> Period:
    """Return what was asked for; the present week unless something was."""
    week = Week.of(now).period
    return Period(begin or week.begin, end or max(now, week.end if begin is None else now))


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {**_NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
