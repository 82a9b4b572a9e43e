"""Requests for more time (延期) at the dispatcher's desk: granted, in part, or refused."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from nicegui import ui

from connectors.desks.due import when_words
from connectors.desks.frame import told
from connectors.desks.widgets import button, heading
from foundation.errors import ConflictError
from routing.ticket_clocks.models import Extension
from routing.tickets.models import Ticket

_NONE = "没有待审批的延期申请。"


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


class ExtensionPanel:
    """Draws the button with the number of requests, and their list behind it."""

    def __init__(
        self,
        load: Callable[[], Awaitable[Sequence[Request]]],
        approve: Callable[[Request, int], Awaitable[None]],
        refuse: Callable[[Request, str], Awaitable[None]],
    ) -> None:
        self._load = load
        self._approve = approve
        self._refuse = refuse

    def build(self) -> None:
        """Draw the button in the present slot."""
        self._button = button("延期申请", told(self._open), "quiet", mark="extensions")
        with ui.dialog() as self._dialog, ui.card().classes("desk-dialog"):
            heading("延期申请")
            self._list = ui.element("div").classes("desk-scroll")
            button("关闭", self._dialog.close, "quiet")

    async def refresh(self) -> None:
        """Count what waits for a decision."""
        count = len(await self._load())
        self._button.text = f"延期申请 {count}" if count else "延期申请"

    async def _open(self) -> None:
        await self._show()
        self._dialog.open()

    async def _show(self) -> None:
        found = await self._load()
        self._list.clear()
        with self._list:
            if not found:
                ui.label(_NONE).classes("desk-empty")
            for one in found:
                self._draw(one)

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

    def _decided(self, decide: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            try:
                await decide()
            except ConflictError:
                # Decided elsewhere, or changed: show how it stands.
                await self._show()
                raise
            await self._show()
            await self.refresh()

        return told(run)
