"""Knowledge desk, fourth page (覆盖与时效): how complete and how fresh the library is."""

from collections.abc import Sequence
from dataclasses import dataclass

import anyio.to_thread
from nicegui import events, ui

from connectors.desks.frame import Door, told
from connectors.desks.knowledge.parts import (
    BOARD_PATH,
    BROWSE_PATH,
    KnowledgeParts,
    draw_pages,
    entry_path,
    link,
)
from connectors.desks.widgets import heading
from foundation.access.permissions import Permission
from knowledge_base.checks import Finding, check, check_lapsed
from knowledge_base.entries.catalogue import open_versions
from knowledge_base.entries.states import EntryState
from knowledge_base.freshness import Ageing, LawOut, expiring, laws_out_of_force, oldest
from knowledge_base.statistics import (
    RATE_LABELS,
    Coverage,
    Rate,
    Support,
    by_category,
    service_rates,
    total,
)

_SHOWN = 50
_BARS = (
    ("有法律依据", "#0958d9", (Support.LAW,)),
    ("写明各地不同或其他说明", "#91b4f5", (Support.LOCAL, Support.DEMO, Support.OTHER)),
    ("没有写", "#c9cdd4", (Support.EMPTY,)),
)


@dataclass(frozen=True, slots=True)
class _Board:
    total: Coverage
    coverage: list[Coverage]
    rates: list[Rate]
    expiring: list[Ageing]
    laws: list[LawOut]
    oldest: list[Ageing]
    findings: list[Finding]


class BoardPage:
    """One open page, as things stand when it is opened."""

    def __init__(self, door: Door, parts: KnowledgeParts) -> None:
        self._door = door
        self._parts = parts

    async def build(self) -> None:
        """Draw the page."""
        draw_pages(BOARD_PATH)
        self._page = ui.element("main").classes("know-page")
        with self._page:
            ui.label("正在统计，请稍等…").classes("desk-empty").props("role=status")
        # Checking the whole library takes seconds: the page is there first.
        ui.timer(0.05, told(self._fill), once=True)

    async def _fill(self) -> None:
        account = await self._door.require(Permission.KNOWLEDGE_READ_INTERNAL)
        written = await self._parts.database.read(lambda session: open_versions(session, account))
        board = await anyio.to_thread.run_sync(self._gather)
        states = [one.state for one in written]
        self._page.clear()
        with self._page:
            self._draw_numbers(board, states)
            self._draw_coverage(board.coverage)
            with ui.element("div").classes("know-two"):
                self._draw_ageing(
                    "哪些条目已到期或快到期",
                    board.expiring,
                    "没有已到期和 60 天内到期的条目。",
                    "到期",
                )
                self._draw_laws(board.laws)
                self._draw_findings(board.findings)
                self._draw_ageing("哪些条目的依据最早", board.oldest, "还没有条目。", "核对或生效")

    def _gather(self) -> _Board:
        library, today = self._parts.retriever.library, self._parts.clock.now().date()
        lapsed = self._parts.entries.lapsed()
        return _Board(
            total=total(library),
            coverage=by_category(library),
            rates=service_rates(library),
            # What lapsed first: it is not answered any more.
            expiring=[*expiring(lapsed, today), *expiring(library, today)],
            laws=laws_out_of_force(library, today),
            oldest=oldest(library),
            findings=[*check_lapsed(lapsed, today), *check(library, today)],
        )

    def _draw_numbers(self, board: _Board, states: Sequence[EntryState]) -> None:
        whole = board.total
        figures = [
            ("已编写事项", f"{whole.written}/{whole.listed}"),
            ("应写要素已写明", _share(whole.covered, whole.expected)),
            ("其中有法律依据", _share(whole.support[Support.LAW], whole.expected)),
            ("草稿", str(states.count(EntryState.DRAFT))),
            ("待审核", str(states.count(EntryState.REVIEW))),
            ("检查提示", str(len(board.findings))),
        ]
        _figures(figures)
        _figures([(RATE_LABELS[one.name], _rate(one)) for one in board.rates])

    def _draw_coverage(self, rows: Sequence[Coverage]) -> None:
        with ui.element("section").classes("know-step"):
            heading("哪些类别的要素还没有写全？")
            ui.label("点击一行看该类别的条目。").classes("desk-note")
            chart = ui.echart(_chart(rows), on_point_click=_open_category)
            chart.classes("know-chart").style(f"height: {len(rows) * 26 + 56}px")
            chart.props("aria-hidden=true data-mark=coverage-chart")
            with (
                ui.element("details").classes("know-table-behind").props("data-mark=coverage-table")
            ):
                with ui.element("summary"):
                    ui.label("看表格")
                with ui.element("table").classes("desk-table know-table"):
                    _head("类别", "已编写", "全部事项", "应写要素已写明", "有法律依据")
                    with ui.element("tbody"):
                        for row in rows:
                            _category_row(row)

    def _draw_ageing(self, title: str, rows: Sequence[Ageing], empty: str, day: str) -> None:
        with ui.element("section").classes("know-step"):
            heading(f"{title}？")
            if not rows:
                ui.label(f"✓ {empty}").classes("desk-empty")
                return
            with ui.element("table").classes("desk-table know-table"):
                _head("条目", "单位", f"{day}日期")
                with ui.element("tbody"):
                    for row in rows[:_SHOWN]:
                        name = self._parts.department_name(row.department)
                        _row(row.code, row.title, name, row.day.isoformat())

    def _draw_laws(self, rows: Sequence[LawOut]) -> None:
        with ui.element("section").classes("know-step"):
            heading("哪些条目引用了失效的法规？")
            if not rows:
                ui.label("✓ 没有引用失效法规的条目。").classes("desk-empty")
                return
            with ui.element("table").classes("desk-table know-table"):
                _head("条目", "失效的法规", "由什么替代")
                with ui.element("tbody"):
                    for row in rows[:_SHOWN]:
                        out = f"《{row.law}》（{row.since.isoformat()} 失效）"
                        _row(row.code, row.title, out, row.successor or "未写明")

    def _draw_findings(self, findings: Sequence[Finding]) -> None:
        library = self._parts.retriever.library
        with ui.element("section").classes("know-step"):
            heading("检查还有哪些提示？")
            if not findings:
                ui.label("✓ 没有提示。").classes("desk-empty")
                return
            with ui.element("table").classes("desk-table know-table"):
                _head("条目", "问题", "怎么改")
                with ui.element("tbody"):
                    for one in findings[:_SHOWN]:
                        title = library.title_of(one.code) or one.code
                        _row(one.code, title, one.message, one.repair)
            if len(findings) > _SHOWN:
                ui.label(f"只列前 {_SHOWN} 条，共 {len(findings)} 条。").classes("desk-note")


def _chart(rows: Sequence[Coverage]) -> dict[str, object]:
    """Return bars of facets stated and missing, the category with most to write on top."""
    ordered = sorted(rows, key=lambda row: (row.expected - row.covered, row.expected))
    series = [
        (name, colour, [sum(row.support[one] for one in held) for row in ordered])
        for name, colour, held in _BARS
    ]
    return {
        "animation": False,
        "grid": {"left": 8, "right": 24, "top": 32, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "left": 0, "itemWidth": 12, "itemHeight": 12},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": {"type": "value", "minInterval": 1, "axisLabel": {"formatter": "{value} 项"}},
        "yAxis": {"type": "category", "data": [row.name for row in ordered]},
        "series": [
            {
                "name": name,
                "type": "bar",
                "stack": "all",
                "barWidth": 14,
                "itemStyle": {"color": colour},
                "data": values,
            }
            for name, colour, values in series
        ],
    }


def _open_category(event: events.EChartPointClickEventArguments) -> None:
    address = f"{BROWSE_PATH}?category="
    ui.run_javascript(f"location.assign({address!r} + encodeURIComponent({event.name!r}))")


def _head(*titles: str) -> None:
    with ui.element("thead"), ui.element("tr"):
        for title in titles:
            with ui.element("th").props("scope=col"):
                ui.label(title)


def _row(code: str, title: str, *values: str) -> None:
    with ui.element("tr"):
        with ui.element("td"):
            link(title, entry_path(code))
        for value in values:
            with ui.element("td"):
                ui.label(value)


def _category_row(row: Coverage) -> None:
    with ui.element("tr"):
        with ui.element("td"):
            link(row.name, f"{BROWSE_PATH}?category={row.name}")
        for value in (
            str(row.written),
            str(row.listed),
            _share(row.covered, row.expected),
            _share(row.support[Support.LAW], row.expected),
        ):
            with ui.element("td").classes("know-number"):
                ui.label(value)


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole}（{part / whole:.0%}）" if whole else "—"


def _rate(rate: Rate) -> str:
    known = rate.yes + rate.no
    return f"{_share(rate.yes, known)}" + (f" · {rate.unknown} 项未写" if rate.unknown else "")


def _figures(figures: Sequence[tuple[str, str]]) -> None:
    with ui.element("div").classes("know-numbers"):
        for name, value in figures:
            with ui.element("div").classes("know-figure"):
                ui.label(name).classes("desk-note")
                ui.label(value).classes("know-figure-value")
