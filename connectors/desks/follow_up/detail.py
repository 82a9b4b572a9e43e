"""One answered ticket: what was asked and replied, whom to call, what the citizen says of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from nicegui import ui

from connectors.desks.due import when_words
from connectors.desks.frame import say
from connectors.desks.ticket_frame import (
    TicketFrame,
    data_notes,
    draw_contacts,
    draw_facts,
    draw_head,
)
from connectors.desks.widgets import button, heading
from routing.appeals.schemas import ContactView
from routing.follow_ups.schemas import AnsweredTicket, AskedAppeal, FollowUpResult, TryView
from routing.follow_ups.service import ROUNDS, TRIES
from routing.follow_ups.states import FollowUpOutcome, Satisfaction
from routing.schemas import AppealKind
from routing.tickets.states import LEARNABLE, TicketState

_CHOOSE = "请在左边选择一张工单；↑↓ 移动，回车打开。"
_PROTECTED = "身份保密：这里不显示联系方式，请在市民自己的会话里回访。"
_NOBODY = "市民没有留电话；可在其会话里回访，联系不上的记为“没有可用的联系方式”。"
_AGAIN = "不满意或没解决的，会退回派单员重新办理一次。"
_LAST = "已重新办理过一次；不满意也会办结，评价如实计入。"
_SOLVED = {True: "已解决", False: "没有解决"}
_OUTCOMES = {one: one.label for one in FollowUpOutcome}
_SATISFACTION = {one: one.label for one in Satisfaction}


@dataclass(frozen=True, slots=True)
class FollowUpActs:
    """What the page does for the panel; ``draft`` None: not for this account."""

    begin: Callable[[], Awaitable[None]]
    read_contacts: Callable[[], Awaitable[None]]
    record: Callable[[str, FollowUpResult], Awaitable[None]]
    archive: Callable[[], Awaitable[None]]
    draft: Callable[[], Awaitable[None]] | None


class DetailPanel:
    """Draws the selected ticket."""

    def __init__(self, acts: FollowUpActs, name_of: Callable[[str], str]) -> None:
        self._acts = acts
        self._name_of = name_of
        self.view: AnsweredTicket | None = None
        self._frame = TicketFrame(_CHOOSE)

    def clear(self) -> None:
        """Show that nothing is selected."""
        self.view = None
        self._frame.clear()

    def show(self, view: AnsweredTicket) -> None:
        """Draw one ticket."""
        self.view = view
        with self._frame.drawing():
            self._head(view)
            _facts(view, self._name_of(view.row.department_code))
            self._contacts = ui.element("div")
            for appeal in view.appeals:
                self._appeal(view, appeal)
        self._frame.draw_timeline(view.timeline, data_notes("note"))

    def show_contacts(self, contacts: Sequence[ContactView]) -> None:
        """Show how to reach the citizens."""
        with self._contacts:
            draw_contacts(contacts)

    def _head(self, view: AnsweredTicket) -> None:
        row = view.row
        draw_head(row.kind, row.ticket_no, row.state, confidential=row.confidential)
        with ui.element("div").classes("desk-actions"):
            if row.state is TicketState.REPLIED:
                button("开始回访（F2）", self._acts.begin, "main", key="F2", mark="begin")
            elif row.state is TicketState.FOLLOWING_UP:
                self._ways_to_reach(view)
            if row.state is TicketState.RESOLVED:
                button("归档", self._acts.archive, "quiet", mark="archive")
            if self._may_learn(view) and self._acts.draft is not None:
                button("转为知识库草稿", self._acts.draft, mark="ticket-draft")

    def _ways_to_reach(self, view: AnsweredTicket) -> None:
        if any(one.has_phone for one in view.appeals):
            button("查看联系方式（F3）", self._acts.read_contacts, key="F3", mark="contacts")
        else:
            ui.label(_PROTECTED if view.row.confidential else _NOBODY).classes("desk-note")

    def _may_learn(self, view: AnsweredTicket) -> bool:
        row = view.row
        learned = any(one.kind == "learned" for one in view.timeline)
        inquiry = row.kind is AppealKind.INQUIRY and not row.confidential
        return inquiry and row.state in LEARNABLE and not learned

    def _appeal(self, view: AnsweredTicket, appeal: AskedAppeal) -> None:
        heading(f"回访 {appeal.number}").classes("follow-up-head")
        for number, one in enumerate(appeal.tries, 1):
            draw_facts([(f"第 {number} 次", _try_words(one))])
        if view.row.state is TicketState.FOLLOWING_UP and not appeal.done:
            self._form(view, appeal)

    def _form(self, view: AnsweredTicket, appeal: AskedAppeal) -> None:
        with ui.element("div").classes("desk-form follow-up").props("data-enter"):
            outcome = ui.radio(_OUTCOMES, value=FollowUpOutcome.REACHED).props(
                "inline dense data-mark=outcome"
            )
            with ui.element("div").classes("follow-up-said") as said:
                ui.label("问题解决了吗").classes("desk-note")
                solved = ui.radio(_SOLVED).props("inline dense data-mark=solved")
                ui.label("对办理是否满意").classes("desk-note")
                content = ui.radio(_SATISFACTION).props("inline dense data-mark=satisfaction")
                ui.label(_AGAIN if view.row.round < ROUNDS else _LAST).classes("desk-note")
            said.bind_visibility_from(outcome, "value", value=FollowUpOutcome.REACHED)
            left = TRIES - len(appeal.tries)
            hint = ui.label(f"再有 {left} 次未接通即可办结。").classes("desk-note")
            hint.bind_visibility_from(outcome, "value", value=FollowUpOutcome.UNREACHED)
            note = ui.textarea("备注（可不填，不要写姓名、电话）")
            note.props("autogrow outlined maxlength=1000 data-mark=follow-up-note").classes("reply")

            async def send() -> None:
                reached = outcome.value is FollowUpOutcome.REACHED
                if reached and None in (solved.value, content.value):
                    say("请选择问题是否解决和满意程度。", "warning")
                    return
                result = FollowUpResult(
                    outcome.value,
                    solved=solved.value if reached else None,
                    satisfaction=content.value if reached else None,
                    note=note.value or "",
                )
                await self._acts.record(appeal.number, result)

            save = button("记录回访（Ctrl+Enter）", send, "main", mark="record")
            save.props("data-submit")


def _facts(view: AnsweredTicket, department: str) -> None:
    row = view.row
    draw_facts(
        (
            ("内容", view.text),
            ("地点", view.place),
            ("分类", row.category),
            ("承办", department),
            ("答复", view.reply),
            ("答复时间", when_words(row.replied_at)),
        )
    )


def _try_words(one: TryView) -> str:
    parts = [when_words(one.at), one.outcome.label]
    if one.solved is not None:
        parts.append(_SOLVED[one.solved])
    if one.satisfaction is not None:
        parts.append(one.satisfaction.label)
    return "，".join(parts) + (f"\n{one.note}" if one.note else "")
