"""The routes of supervision: thin, each guarded by its line of ``matrix.ROUTES``."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

import anyio.to_thread
from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import AwareDatetime
from sqlalchemy.orm import Session

from connectors.ticket_api.matrix import told_of, watch_of
from connectors.ticket_api.schemas import Act, Code, Json, RefusalBody, TicketNo
from connectors.ticket_api.supervision_schemas import (
    AnswerBody,
    OrderBody,
    ReadBody,
    ReminderBody,
    WeekName,
    card_json,
    order_json,
    page_json,
    records_json,
    reminder_json,
)
from connectors.ticket_api.table_routes import TableRoutes, TicketApi
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
from routing.supervision.views import LONGEST_PAGE, PAGE, OrderView, RecordFilter, ReminderView
from routing.supervision.weekly import Week, WeeklyReports, figure_rows
from routing.tickets.listing import TicketReach
from routing.tickets.models import Ticket
from routing.tickets.repository import by_id
from routing.tickets.schemas import Actor

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PRESENT = "present"  # the week that goes on; never stored
Record = TypeVar("Record", ReminderView, OrderView)
Answering = Callable[[Session, str, int, Actor, str, int | None], Ticket]
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
    routes = TableRoutes(api.tickets, "supervision")
    _asking(routes)
    _answering(routes)
    _deciding(routes)
    _listing(routes, api)
    _listing_asked(routes, api)
    _telling(routes, api)
    _counting(routes, api)
    _reporting(routes, api)
    return routes.router


def _asking(routes: TableRoutes) -> None:
    supervision = routes.api.casework.supervision

    def remind(s: Session, number: str, actor: Actor, body: ReminderBody) -> Ticket:
        made = supervision.remind(s, number, actor, body.text, body.department, body.version)
        return by_id(s, made.ticket_id)

    def order(s: Session, number: str, actor: Actor, body: OrderBody) -> Ticket:
        days, whom = body.working_days, body.department
        made = supervision.order(s, number, actor, body.text, days, whom, body.version)
        return by_id(s, made.ticket_id)

    routes.act("remind", ReminderBody, remind)
    routes.act("order", OrderBody, order)


def _answering(routes: TableRoutes) -> None:
    supervision = routes.api.casework.supervision

    def answering(answer: Answering) -> Callable[..., Ticket]:
        def work(s: Session, number: str, record_id: int, actor: Actor, body: AnswerBody) -> Ticket:
            return answer(s, number, record_id, actor, body.text, body.version)

        return work

    routes.act_on_record("answer_card", AnswerBody, answering(supervision.answer_card))
    routes.act_on_record("answer_reminder", AnswerBody, answering(supervision.answer_reminder))
    routes.act_on_record("answer_order", AnswerBody, answering(supervision.answer_order))


def _deciding(routes: TableRoutes) -> None:
    supervision = routes.api.casework.supervision

    def approve(s: Session, number: str, record_id: int, actor: Actor, body: Act) -> Ticket:
        return supervision.approve_order(s, number, record_id, actor, body.version)

    def refuse(s: Session, number: str, record_id: int, actor: Actor, body: RefusalBody) -> Ticket:
        return supervision.refuse_order(s, number, record_id, actor, body.reason, body.version)

    def cancel(s: Session, number: str, record_id: int, actor: Actor, body: Act) -> Ticket:
        return supervision.cancel_order(s, number, record_id, actor, body.version)

    routes.act_on_record("approve_order", Act, approve)
    routes.act_on_record("refuse_order", RefusalBody, refuse)
    routes.act_on_record("cancel_order", Act, cancel)


def _listing(routes: TableRoutes, api: SupervisionApi) -> None:
    async def records(
        account: Annotated[Account, routes.who("records")], ticket_no: TicketNo
    ) -> Json:
        def load(session: Session) -> Json:
            found = views.ticket_records(session, ticket_no, watch_of(account))
            api.tickets.access.record(session, account.id, "ticket.read", ticket_no)
            return records_json(found)

        return await api.tickets.database.write(load)

    async def cards(
        account: Annotated[Account, routes.who("cards")],
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

    routes.add(records, cards)


def _listing_asked(routes: TableRoutes, api: SupervisionApi) -> None:
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

    def listing(
        name: str,
        read: Callable[[Session, TicketReach, RecordFilter, int, int], list[Record]],
        table: type[Reminder | SupervisionOrder],
        shown: Callable[[Record], Json],
    ) -> None:
        async def endpoint(
            account: Annotated[Account, routes.who(name)],
            wanted: Annotated[RecordFilter, Depends(wanted)],
            limit: Limit = PAGE,
            offset: Offset = 0,
        ) -> Json:
            def load(session: Session) -> Json:
                reach = watch_of(account)
                found = read(session, reach, wanted, limit, offset)
                return page_json(
                    name, map(shown, found), views.count(session, table, reach, wanted)
                )

            page: Json = await api.read(load)
            return page

        routes.put(name, endpoint)

    listing("reminders", views.reminders, Reminder, reminder_json)
    listing("orders", views.orders, SupervisionOrder, order_json)


def _telling(routes: TableRoutes, api: SupervisionApi) -> None:
    async def notices(account: Annotated[Account, routes.who("notices")]) -> Json:
        found = await api.read(lambda session: unread(session, told_of(account)))
        return {"notices": [asdict(one) for one in found]}

    async def read_notices(
        account: Annotated[Account, routes.who("read_notices")], body: ReadBody
    ) -> Json:
        noted = await api.tickets.database.write(
            lambda session: mark_read(session, told_of(account), body.ids, account.ref, api.clock)
        )
        return {"read": noted}

    routes.add(notices, read_notices)


def _counting(routes: TableRoutes, api: SupervisionApi) -> None:
    async def figures(
        _account: Annotated[Account, routes.who("figures")],
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

    routes.add(figures)


def _reporting(routes: TableRoutes, api: SupervisionApi) -> None:
    reports = api.reports

    async def weeks(_account: Annotated[Account, routes.who("weeks")]) -> Json:
        return {"weeks": await api.read(reports.names)}

    async def load(week: str) -> Json:
        if week == PRESENT:
            present: Json = await api.read(reports.present)
            return present
        stored: Json = await api.read(lambda session: reports.stored(session, week))
        return stored

    async def week(_account: Annotated[Account, routes.who("week")], week: WeekName) -> Json:
        return await load(week)

    async def week_file(
        _account: Annotated[Account, routes.who("week_file")], week: WeekName, form: str
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

    routes.add(weeks, week, week_file)


def _period(now: datetime, begin: datetime | None, end: datetime | None) -> Period:
    """Return what was asked for; the present week unless something was."""
    week = Week.of(now).period
    return Period(begin or week.begin, end or max(now, week.end if begin is None else now))


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {**_NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
