"""The middle and right columns of the queue: one group of questions, and what can be done."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from nicegui import ui

from connectors.desks.due import day_words, when_words
from connectors.desks.knowledge.parts import entry_path, link
from connectors.desks.widgets import button, heading
from foundation.access.permissions import Permission
from foundation.access.service import Account
from knowledge_base.questions.schemas import AskedView, GroupDetail, GroupView
from knowledge_base.questions.states import QuestionState
from retrieval.schemas import Candidate

_CHOOSE = "请在左边选择一个问题；↑↓ 移动，回车打开。"
_OTHERS = "这个问题由别人负责，期限和不予处理由其本人或审核人员办理。"
_CHANNELS = {"web": "网页", "wechat": "微信", "telephone": "电话", "cli": "命令行"}
_WORKABLE = frozenset({QuestionState.OPEN, QuestionState.ASSIGNED, QuestionState.DISMISSED})


@dataclass(frozen=True, slots=True)
class QuestionActs:
    """What the page does for the panel; each is asked again by the service."""

    take: Callable[[], Awaitable[None]]
    assign: Callable[[], Awaitable[None]]
    set_due: Callable[[], None]
    write_new: Callable[[], Awaitable[None]]
    add_to: Callable[..., Awaitable[None]]
    dismiss: Callable[[], None]


class QuestionPanel:
    """Draws the selected group; every question is a text node, masked when it came in."""

    def __init__(self, account: Account, acts: QuestionActs) -> None:
        self._account, self._acts = account, acts
        self.drafts = account.may(Permission.KNOWLEDGE_EDIT)
        self._reviews = account.may(Permission.KNOWLEDGE_REVIEW)
        with ui.element("section").classes("desk-work").props('aria-label="问题"'):
            self._work = ui.element("div").classes("know-work")
        with ui.element("section").classes("desk-help").props('aria-label="相近条目"'):
            self._help = ui.element("div")
        with self._work:
            ui.label(_CHOOSE).classes("desk-empty")

    def show(self, detail: GroupDetail, title_of: Callable[[str], str]) -> None:
        """Draw one group."""
        group = detail.group
        self._work.clear()
        self._help.clear()
        with self._work:
            with ui.element("div").classes("know-head"):
                heading(group.text).classes("know-entry-title").props("data-mark=question-text")
                with ui.element("div").classes("know-tags"):
                    ui.label(group.state.label).classes("desk-tag").props("data-mark=group-state")
                    ui.label(f"问过 {group.times} 次").classes("desk-tag")
                    draw_due(group)
            with ui.element("div").classes("desk-actions know-acts"):
                self._actions(group)
            with ui.element("div").classes("desk-scroll").props("tabindex=0"):
                _facts(group, title_of)
                _asked(detail.asked, title_of)
        with self._help:
            heading("相近的条目")
            self._near = ui.element("div")
            if self.drafts and group.state in _WORKABLE:
                with self._near:
                    ui.label("正在查找…").classes("desk-note").props("role=status")
        self._workable = group.state in _WORKABLE

    def show_near(self, near: Sequence[Candidate]) -> None:
        """Draw the entries that lie nearest; one click leads to adding the question."""
        self._near.clear()
        if not self._workable:
            return
        with self._near:
            if not near:
                ui.label("没有相近的条目，可写成新条目。").classes("desk-empty")
            for number, one in enumerate(near, 1):
                with ui.element("article").classes("suggestion"):
                    with ui.element("div").classes("desk-bar"):
                        ui.label(one.title).classes("suggestion-title")
                        add = partial(self._acts.add_to, one.code)
                        button("归到此条目", add, mark=f"near-{number}")
                    if one.matched:
                        ui.label(f"因为：≈ “{one.matched}”").classes("suggestion-because")
            button("归到其他条目…", partial(self._acts.add_to, None), "quiet", mark="add-to-other")

    def _actions(self, group: GroupView) -> None:
        if group.state not in _WORKABLE:
            return
        own = group.owner_id == self._account.id
        if self.drafts:
            if not own:
                button("承接（F2）", self._acts.take, "main", key="F2", mark="take")
            words = "写成新条目（F3）" if group.draft_code is None else "继续编辑草稿（F3）"
            look: Literal["main", "plain"] = "main" if own else "plain"
            button(words, self._acts.write_new, look, key="F3", mark="write-new")
        if self._reviews:
            button("分派", self._acts.assign, mark="assign")
        if not (own or self._reviews):
            if group.owner_id is not None:
                ui.label(_OTHERS).classes("desk-note")
            return
        if group.state is QuestionState.ASSIGNED:
            button("改期限", self._acts.set_due, mark="set-due")
        if group.state is not QuestionState.DISMISSED:
            button("不予处理", self._acts.dismiss, "quiet", mark="dismiss")


def draw_due(group: GroupView) -> None:
    """Draw by when; a word says what the colour says."""
    if group.due_on is None:
        return
    day = day_words(group.due_on)
    words = f"! 已逾期 {day}" if group.overdue else f"期限 {day}"
    label = ui.label(words).classes("due " + ("due-overdue" if group.overdue else ""))
    label.props("data-mark=question-due")
    if group.due_provisional:
        label.tooltip("节假日安排未公布，暂按周末推算")


def _facts(group: GroupView, title_of: Callable[[str], str]) -> None:
    facts = [
        ("负责人", group.owner or "还没有"),
        ("首次", when_words(group.first_seen_at)),
        ("最近", when_words(group.last_seen_at)),
        ("不予处理", group.dismissed_reason),
    ]
    for name, value in facts:
        if value:
            with ui.element("div").classes("fact"):
                ui.label(name).classes("fact-name")
                ui.label(value).classes("fact-value")
    known = (
        ("答的是", group.matter_code, ""),
        ("写入草稿", group.draft_code, ""),
        ("由其补充", group.answered_code, f" 第 {group.answered_version} 版"),
    )
    for name, code, more in known:
        if code is not None:
            with ui.element("div").classes("fact"):
                ui.label(name).classes("fact-name")
                link(f"{title_of(code)}（{code}）{more}", entry_path(code))


def _asked(asked: Sequence[AskedView], title_of: Callable[[str], str]) -> None:
    heading(f"最近的问法（{len(asked)}）").classes("know-asked-head")
    with ui.element("ol").classes("desk-timeline"):
        for one in asked:
            with ui.element("li"):
                ui.label(one.text).classes("know-asked")
                channel = _CHANNELS.get(one.channel, one.channel)
                about = f" · 答的是“{title_of(one.matter_code)}”" if one.matter_code else ""
                ui.label(
                    f"{when_words(one.asked_at)} · {channel} · {one.source.label}{about}"
                ).classes("desk-note")
