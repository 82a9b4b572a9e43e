"""The supervision desk's second page (数据与周报): rates by department, and the weekly report."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from nicegui import events, ui
from sqlalchemy.orm import Session

from connectors.desks.frame import Door, told
from connectors.desks.supervision.parts import FIGURES_PATH, SupervisionParts, draw_pages
from connectors.desks.widgets import heading
from connectors.staff.sessions import SUPERVISION
from foundation.access.permissions import Permission
from routing.supervision.figures import LABELS, RATES, Dimension, Period, figures_of
from routing.supervision.report_files import COLOURS, DEFINITIONS, report_title, span_words
from routing.supervision.weekly import Week, figure_rows

_THIS, _LAST, _MONTH = "本周", "上周", "近30天"
_PRESENT = "present"
_BARS = 15
_FIRST = ("due", "overdue")
_COUNTS = (
    "repeated_send_backs",
    "late_extensions",
    "repeated_extensions",
    "unanswered_reminders",
    "broken_promises",
    "orders_overdue",
)
_STYLES = {"red": "due due-overdue", "yellow": "due due-soon", "blue": "desk-tag", "": "desk-tag"}


class FiguresPage:
    """One open page."""

    def __init__(self, door: Door, parts: SupervisionParts) -> None:
        self._door = door
        self._parts = parts
        self._keys: list[str] = []
        self._looking = asyncio.Lock()  # the look that began last is shown last

    async def build(self) -> None:
        """Draw the page."""
        draw_pages(FIGURES_PATH)
        with ui.element("main").classes("supervision-page"):
            with ui.element("div").classes("desk-bar"):
                show = told(self._show)
                self._period = ui.toggle([_THIS, _LAST, _MONTH], value=_THIS, on_change=show)
                self._by = ui.toggle(
                    {one: one.label for one in Dimension},
                    value=Dimension.DEPARTMENT,
                    on_change=show,
                )
                for chosen in (self._period, self._by):
                    chosen.props("dense no-caps unelevated").classes("desk-filter")
                self._order = ui.select(
                    {name: LABELS[name] for name in (*_FIRST, *RATES, *_COUNTS)},
                    value="overdue",
                    label="排序",
                    on_change=show,
                )
                self._order.props("dense outlined data-mark=order-by").classes("desk-filter-field")
            with ui.element("section").props("data-mark=figures"):
                self._head = ui.element("div")
                # One for the page's whole life: a chart that is taken away before its code has been
                # loaded fails in the browser.
                self._bars = ui.echart({}, on_point_click=self._open).props("aria-hidden=true")
                self._rows = ui.element("div")
            self._week_part = ui.element("section").props("data-mark=week")
            with ui.element("details"):
                with ui.element("summary"):
                    heading("各项怎么算")
                for term, said in DEFINITIONS:
                    with ui.element("div").classes("fact"):
                        ui.label(term).classes("fact-name wide")
                        ui.label(said).classes("fact-value")
        await self._show()
        await self._draw_weeks()

    def _wanted(self) -> Period:
        now = self._parts.clock.now()
        week = Week.of(now)
        return {
            _THIS: week.period,
            _LAST: week.before.period,
            _MONTH: Period(now - timedelta(days=30), now),
        }[self._period.value]

    async def _show(self) -> None:
        async with self._looking:
            await self._show_chosen()

    async def _show_chosen(self) -> None:
        await self._door.require(Permission.TICKET_SUPERVISE)
        period, by, now = self._wanted(), self._by.value, self._parts.clock.now()
        names = self._parts.reports.names_of_departments if by is Dimension.DEPARTMENT else {}
        rows = await self._parts.database.read(
            lambda session: figure_rows(figures_of(session, period, now), by, names)
        )
        name = self._order.value
        # Of a rate the lowest first, of a count the highest.
        rows.sort(key=lambda row: _place(row.get(name), rate=name in RATES))
        worst = sorted((row for row in rows if row["overdue"]), key=lambda row: row["overdue"])
        self._draw_head(bool(rows), bool(worst), by)
        self._draw_bars(worst[-_BARS:])
        self._rows.clear()
        if rows:
            with self._rows:
                _table(rows, by.label)

    def _draw_head(self, some: bool, late: bool, by: Dimension) -> None:
        self._head.clear()
        with self._head:
            if not some:
                ui.label("这段时间没有到期、回访或督办的工单。").classes("desk-empty")
                return
            heading(f"哪些{by.label}超期最多？")
            if not late:
                ui.label("✓ 没有超期。").classes("desk-empty")

    def _draw_bars(self, worst: Sequence[Mapping[str, Any]]) -> None:
        self._keys = [str(row["key"]) for row in worst]
        self._bars.set_visibility(bool(worst))
        self._bars.style(f"height: {len(worst) * 26 + 40}px; width: 100%")
        self._bars.options.clear()
        self._bars.options.update(_bar_chart(worst))
        self._bars.update()

    def _open(self, event: events.EChartPointClickEventArguments) -> None:
        """Go to the cards of the department whose bar was clicked."""
        key = self._keys[event.data_index]
        if self._by.value is Dimension.DEPARTMENT and key.isalnum():
            ui.run_javascript(f"location.assign('{SUPERVISION.path}?department={key}')")

    async def _draw_weeks(self) -> None:
        names = await self._parts.database.read(self._parts.reports.names)
        with self._week_part:
            with ui.element("div").classes("desk-bar"):
                heading("蓝黄红周报")
                weeks = {_PRESENT: "本周至今（未存）"} | {name: name for name in names}
                self._week = ui.select(
                    weeks,
                    value=names[0] if names else _PRESENT,
                    label="周次",
                    on_change=told(self._show_week),
                )
                self._week.props("dense outlined data-mark=week-name").classes("desk-filter-field")
            self._report = ui.element("div")
        await self._show_week()

    async def _show_week(self) -> None:
        async with self._looking:
            await self._show_chosen_week()

    async def _show_chosen_week(self) -> None:
        await self._door.require(Permission.TICKET_SUPERVISE)
        week, reports = self._week.value, self._parts.reports

        def load(session: Session) -> dict[str, Any]:
            return reports.present(session) if week == _PRESENT else reports.stored(session, week)

        report = await self._parts.database.read(load)
        self._report.clear()
        with self._report:
            _draw_report(report, week)


def _place(value: float | None, *, rate: bool) -> float:
    if value is None:
        return 2.0 if rate else 0.0
    return value if rate else -value


def _words(value: float | None, *, rate: bool) -> str:
    if value is None:
        return "—"
    return f"{value:.1%}" if rate else str(value)


def _table(rows: Sequence[Mapping[str, Any]], label: str) -> None:
    with (
        ui.element("div").classes("supervision-scroll").props("tabindex=0"),
        ui.element("table").classes("desk-table").props("data-mark=figures-table"),
    ):
        _heads(label, *(LABELS[name] for name in (*_FIRST, *RATES, *_COUNTS)))
        with ui.element("tbody"):
            for row in rows:
                with ui.element("tr"):
                    _cell("th", row["name"])
                    for name in (*_FIRST, *RATES, *_COUNTS):
                        _cell("td", _words(row.get(name), rate=name in RATES))


def _draw_report(report: Mapping[str, Any], week: str) -> None:
    heading(report_title(report)).props("data-mark=week-title")
    ui.label(span_words(report)).classes("desk-note")
    with ui.element("div").classes("desk-actions"):
        for form, text in (("page", "打开网页"), ("xlsx", "下载 Excel"), ("csv", "下载 CSV")):
            link = ui.element("a").classes("desk-link")
            link.props(f'href="/api/supervision/weeks/{week}/{form}" target="_blank"')
            with link.props(f"data-mark=week-{form}"):
                ui.label(text)
    if not report["departments"]:
        ui.label("本周没有数据。").classes("desk-empty")
        return
    with (
        ui.element("div").classes("supervision-scroll").props("tabindex=0"),
        ui.element("table").classes("desk-table").props("data-mark=week-table"),
    ):
        _heads("单位", "颜色", "原因")
        with ui.element("tbody"):
            for row in report["departments"]:
                with ui.element("tr"):
                    _cell("th", row["name"])
                    with ui.element("td"):
                        colour = COLOURS[row["colour"]]
                        ui.label(f"{colour}色" if colour else "—").classes(_STYLES[row["colour"]])
                    _cell("td", "；".join(row["because"]) or "没有达到件数")


def _heads(*texts: str) -> None:
    with ui.element("thead"), ui.element("tr"):
        for text in texts:
            _cell("th", text)


def _cell(tag: str, text: str) -> None:
    with ui.element(tag):
        ui.label(text)


def _bar_chart(worst: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "grid": {"left": 200, "right": 48, "top": 8, "bottom": 24},
        "xAxis": {"type": "value", "name": "件", "minInterval": 1},
        "yAxis": {"type": "category", "data": [row["name"] for row in worst]},
        "series": [
            {
                "type": "bar",
                "name": "超期工单",
                "data": [row["overdue"] for row in worst],
                "itemStyle": {"color": "#a8071a"},
                "label": {"show": True, "position": "right", "formatter": "{c} 件"},
                "barMaxWidth": 16,
            }
        ],
        "tooltip": {},
        "animation": False,
    }
