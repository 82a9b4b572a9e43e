"""Calendar and rules on time (日历与时限), for administrators: look, try, load a holiday notice."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import anyio.to_thread
from nicegui import ui

from connectors.desks.due import day_words, when_words
from connectors.desks.frame import Door, say, told
from connectors.desks.widgets import button, heading, table
from foundation.access.permissions import Permission
from foundation.access.service import AccessService
from foundation.clock import SHANGHAI, Clock
from foundation.database.session import Database
from knowledge_base.schema import Department
from routing.deadlines.calendar_import import ImportPlan
from routing.deadlines.derivation import amount_words
from routing.deadlines.notices import Sentence, Verdict
from routing.supervision.telling import CLOCK_LABELS
from routing.ticket_clocks.backtest import Tally, TriedTicket, by_department, by_kind
from routing.ticket_clocks.keeping import DeadlineKeeping, NoticePreview, PackView, YearView

_DAYS_BACK = 90
_LISTED = 20
_TALLIES = ("件数", "原规则逾期", "新规则逾期", "新增逾期", "不再逾期")
_CERTAINTIES = {"A": "已见原文", "B": "据公开报道，未与原文核对"}
_NOT_PUBLISHED = "这一年的节假日安排还没有载入，时限暂按仅周末休息推算，标为暂定。"
_NOTICE_NOTE = (
    "把国务院办公厅通知的正文粘贴在这里。先看读出了什么，再载入；载入后受影响的工单自动重算。"
)


class DeadlinesPage:
    """One administrator's open page."""

    def __init__(
        self,
        door: Door,
        database: Database,
        access: AccessService,
        keeping: DeadlineKeeping,
        departments: Mapping[str, Department],
        clock: Clock,
    ) -> None:
        self._door = door
        self._database = database
        self._access = access
        self._keeping = keeping
        self._names = {code: one.short_name for code, one in departments.items()}
        self._clock = clock

    async def build(self) -> None:
        """Draw the page."""
        found = await anyio.to_thread.run_sync(self._keeping.packs)
        today = self._clock.now().astimezone(SHANGHAI).date()
        with ui.element("div").classes("desk-columns accounts"):
            with (
                ui.element("section").classes("desk-work").props('aria-label="时限规则"'),
                ui.element("div").classes("desk-scroll"),
            ):
                heading("时限规则包")
                for fault in found.faults:
                    ui.label(f"! {fault}").classes("due due-overdue wraps")
                for one in found.packs:
                    _draw_pack(one)
                self._trial({one.pack.code: one.pack.name for one in found.packs}, today)
            with ui.element("section").classes("desk-help").props('aria-label="工作日历"'):
                self._calendar(today.year + (today.month == 12))  # noqa: PLR2004 -- December
        await self._show_year()

    def _trial(self, packs: dict[str, str], today: date) -> None:
        heading("用一个规则包回测以往工单：哪些会逾期").classes("follow-up-head")
        with ui.element("div").classes("desk-form").props("data-enter"):
            self._pack = ui.select(packs, value=next(iter(packs), None), label="规则包")
            self._pack.props("dense outlined data-mark=backtest-pack").classes("reply")
            since = (today - timedelta(days=_DAYS_BACK)).isoformat()
            self._begin = ui.input("登记时间自", value=since).props("dense outlined type=date")
            self._begin.props("data-mark=backtest-from").classes("reply")
            run = button("回测", told(self._try), "main", mark="backtest")
            run.props("data-submit")
            ui.label("只作比较，不改动任何工单。").classes("desk-note")
        self._outcome = ui.element("div").props("data-mark=backtest-outcome")

    def _calendar(self, year: int) -> None:
        heading("工作日历")
        with ui.element("div").classes("desk-form"):
            self._year = ui.number(
                "年份", value=year, min=2004, max=2100, precision=0, on_change=told(self._show_year)
            ).props("dense outlined data-mark=calendar-year")
            self._days = ui.element("div").props("data-mark=calendar-days")
        heading("载入节假日通知")
        with ui.element("div").classes("desk-form"):
            ui.label(_NOTICE_NOTE).classes("desk-note")
            self._text = ui.textarea("通知正文").props("outlined maxlength=20000 rows=6")
            self._text.props("data-mark=notice-text").classes("reply")
            self._source = ui.input("来源（正文有标题和文号时不必写）").props("dense outlined")
            self._source.props("maxlength=200 data-mark=notice-source").classes("reply")
            button("看读出了什么", told(self._preview), mark="notice-preview")
            self._read = ui.element("div").props("data-mark=notice-read")

    async def _show_year(self) -> None:
        await self._door.require(Permission.DEADLINES_MANAGE)
        if self._year.value is None:
            return
        view = await anyio.to_thread.run_sync(self._keeping.year, int(self._year.value))
        self._days.clear()
        with self._days:
            _draw_year(view)

    async def _try(self) -> None:
        await self._door.require(Permission.DEADLINES_MANAGE)
        try:
            since = date.fromisoformat(self._begin.value or "")
        except ValueError:
            say("请填写登记时间。", "warning")
            return
        begin = datetime.combine(since, time(), tzinfo=SHANGHAI)
        tried = await anyio.to_thread.run_sync(
            self._keeping.tried, self._pack.value, begin, self._clock.now()
        )
        self._outcome.clear()
        with self._outcome:
            self._draw_trial(tried)

    def _draw_trial(self, tried: Sequence[TriedTicket]) -> None:
        if not tried:
            ui.label("这段时间没有答复过或应当答复的工单。").classes("desk-empty")
            return
        departments = by_department(tried).items()
        named = {self._names.get(code, code): tally for code, tally in departments}
        table(("类别", *_TALLIES), _tally_rows(by_kind(tried)))
        table(("承办单位", *_TALLIES), _tally_rows(named))
        late = [one for one in tried if one.newly_late]
        if late:
            heading(f"会新增逾期的工单（{len(late)} 件，列出最早的 {min(len(late), _LISTED)} 件）")
            table(("工单", "类别", "新时限", "答复"), map(_late_row, late[:_LISTED]))

    async def _preview(self) -> None:
        await self._door.require(Permission.DEADLINES_MANAGE)
        found = await anyio.to_thread.run_sync(self._keeping.preview, *self._said())
        self._read.clear()
        with self._read:
            self._draw_preview(found)

    def _draw_preview(self, found: NoticePreview) -> None:
        read = [one for one in found.sentences if one.verdict is not Verdict.SET_ASIDE]
        if read:
            table(("原文", "放假", "上班", ""), map(_sentence_row, read))
        if found.plan is None:
            ui.label(f"! 不能载入：{found.refusal}").classes("due due-overdue wraps")
            return
        plan = found.plan
        what = "公布整年安排" if plan.publishes_year else "更正个别日子"
        ui.label(f"{plan.source}：{what}，与现行日历不同的有 {len(plan.changes)} 天。")
        table(("日期", "节日", "现行", "改为"), _change_rows(plan))
        button("载入并重算工单", told(self._load), "main", mark="notice-load")

    async def _load(self) -> None:
        account = await self._door.require(Permission.DEADLINES_MANAGE)
        plan, recount = await anyio.to_thread.run_sync(self._keeping.load, *self._said())
        await self._database.write(
            lambda session: self._access.record(
                session, account.id, "calendar.load", plan.source[:128]
            )
        )
        self._read.clear()
        self._text.value = ""
        say(f"已载入；重算 {recount.seen} 件工单，{recount.moved} 件时限变动。", "positive")
        await self._show_year()

    def _said(self) -> tuple[str, int, str]:
        year = int(self._year.value or self._clock.now().year)
        return self._text.value or "", year, (self._source.value or "").strip()


def _draw_pack(one: PackView) -> None:
    pack = one.pack
    with ui.element("details").classes("desk-form").props(f"data-pack={pack.code}"):
        with ui.element("summary").classes("desk-bar"):
            ui.label(pack.name).classes("suggestion-title")
            if one.in_force:
                ui.label("✓ 现行").classes("due due-in-time")
            if one.questions:
                ui.label(f"◷ {len(one.questions)} 处请核对").classes("due due-soon")
        for question in one.questions:
            ui.label(f"请核对：{question}").classes("desk-note")
        rows = (
            (
                CLOCK_LABELS[limit.clock],
                "、".join(limit.kinds) or "各类",
                amount_words(limit.amount, limit.unit),
                limit.clause,
                f"{limit.source}（{_CERTAINTIES[limit.certainty]}）",
            )
            for limit in pack.limits
        )
        table(("时限", "适用", "多久", "条款", "来源"), rows)


def _draw_year(view: YearView) -> None:
    if not view.published:
        ui.label(_NOT_PUBLISHED).classes("due due-soon wraps")
        return
    rows = (
        (day_words(day), "调休上班" if entry.working else "放假", entry.name)
        for day, entry in view.days
    )
    table(("日期", "", "节日"), rows)


def _tally_rows(tallies: Mapping[str, Tally]) -> Iterable[Sequence[str]]:
    for name, one in tallies.items():
        counts = (one.tickets, one.late_before, one.late_after, one.newly_late, one.no_longer_late)
        yield name, *map(str, counts)


def _late_row(one: TriedTicket) -> Sequence[str]:
    due = "" if one.due_after is None else when_words(one.due_after)
    answered = "尚未答复" if one.answered_at is None else when_words(one.answered_at)
    return one.ticket_no, one.kind.label, due, answered


def _sentence_row(one: Sentence) -> Sequence[str]:
    problem = f"! 读不懂：{one.reason}" if one.verdict is Verdict.REFUSED else ""
    return one.text, _days(one.off), _days(one.worked), problem


def _days(days: Sequence[date]) -> str:
    return "、".join(f"{day.month}月{day.day}日" for day in days)


def _change_rows(plan: ImportPlan) -> Iterable[Sequence[str]]:
    states = {None: "未公布", True: "上班", False: "休息"}
    for one in plan.changes:
        yield day_words(one.day), one.name, states[one.worked_before], states[one.working]
