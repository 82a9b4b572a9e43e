"""Requests for more time (延期) at the dispatcher's desk: granted, in part, or refused."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from nicegui import ui

from connectors.desks.due import when_words
from connectors.desks.request_panel import RequestPanel
from connectors.desks.widgets import button
from routing.ticket_clocks.models import Extension
from routing.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Request:
    """What a dispatcher decides on."""

    ticket_no: str
    version: int
    department: str
    working_days: int
    reason: str
    due: str
    marks: tuple[str, ...]


def request_of(extension: Extension, ticket: Ticket, departments: Mapping[str, str]) -> Request:
    """Return one request as it is shown; ``departments``: code → name."""
    marks = ["临期才提出"] if extension.late else []
    marks += [f"第{extension.number}次申请"] if extension.number > 1 else []
    code = extension.department_code
    return Request(
        ticket_no=ticket.ticket_no,
        version=ticket.version,
        department=departments.get(code, code),
        working_days=extension.working_days,
        reason=extension.reason,
        due=when_words(ticket.resolve_due_at) if ticket.resolve_due_at else "",
        marks=tuple(marks),
    )


class ExtensionPanel(RequestPanel[Request]):
    """Draws the button with the number of requests, and their list behind it."""

    def __init__(
        self,
        load: Callable[[], Awaitable[Sequence[Request]]],
        approve: Callable[[Request, int], Awaitable[None]],
        refuse: Callable[[Request, str], Awaitable[None]],
    ) -> None:
        super().__init__("延期申请", "没有待审批的延期申请。", "extensions")
        self._loaded = load
        self._approve = approve
        self._refuse = refuse

    async def _load(self) -> Sequence[Request]:
        return await self._loaded()

    def _draw(self, one: Request) -> None:
        with ui.element("article").classes("suggestion").props(f"data-request={one.ticket_no}"):
            with ui.element("div").classes("desk-bar"):
                ui.label(f"{one.ticket_no} {one.department}").classes("suggestion-title")
                for mark in one.marks:
                    ui.label(mark).classes("desk-tag")
            ui.label(f"申请{one.working_days}个工作日，现行时限{one.due}")
            ui.label(f"理由：{one.reason}").classes("suggestion-because")
            days = ui.number("同意几个工作日", value=one.working_days, min=1, precision=0)
            days.props("dense outlined data-mark=approve-days")
            why = ui.input("不同意的理由").props("dense outlined data-mark=refuse-reason")

            async def approve() -> None:
                await self._approve(one, int(days.value or 0))

            async def refuse() -> None:
                await self._refuse(one, why.value or "")

            with ui.element("div").classes("desk-actions"):
                button("同意", self._decided(approve), "main", mark="approve")
                button("不同意", self._decided(refuse), mark="refuse")
