"""Dialogs of the queue of open questions: to whom, until when, into which entry."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Protocol

from nicegui import ui

from connectors.desks.frame import say, told
from connectors.desks.widgets import button, heading
from knowledge_base.questions.service import MOST_WORKING_DAYS, WORKING_DAYS

_WAYS = {False: "作为一种问法", True: "作为事项的别名"}


class AddTo(Protocol):
    """Adds the question to an entry's draft."""

    def __call__(self, code: str, *, as_alias: bool) -> Awaitable[None]:
        """Add it as a sample question, or as an alias."""
        ...


def ask_assign(editors: Mapping[str, str], act: Callable[[str, int], Awaitable[None]]) -> None:
    """Ask for an editor (user name → what people call them) and a number of working days."""
    with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
        heading("分派给谁？")
        with ui.element("div").classes("desk-form").props("data-enter"):
            chosen = ui.select(dict(editors), label="知识编辑", with_input=True)
            chosen.props("dense outlined data-mark=assign-owner").classes("reply")
            days = ui.number("几个工作日内", value=WORKING_DAYS, min=1, max=MOST_WORKING_DAYS)
            days.props("dense outlined data-mark=assign-days").classes("reply")

            async def send() -> None:
                if chosen.value is None:
                    say("请先选择知识编辑。", "warning")
                    return
                await act(str(chosen.value), int(days.value or 0))
                dialog.close()

            with ui.element("div").classes("desk-actions"):
                confirm = button("分派", told(send), "main", mark="assign-yes")
                confirm.props("data-submit")
                button("取消", dialog.close, "quiet")


def ask_due(due_on: date | None, act: Callable[[date], Awaitable[None]]) -> None:
    """Ask for the last day."""
    with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
        heading("改到哪一天？")
        with ui.element("div").classes("desk-form").props("data-enter"):
            field = ui.input("处理期限", value="" if due_on is None else due_on.isoformat())
            field.props("type=date dense outlined stack-label autofocus data-mark=due-day")
            field.classes("reply")
            ui.label(f"明天以后、{MOST_WORKING_DAYS} 个工作日以内。").classes("desk-note")

            async def send() -> None:
                try:
                    day = date.fromisoformat(field.value or "")
                except ValueError:
                    say("请选择日期。", "warning")
                    return
                await act(day)
                dialog.close()

            with ui.element("div").classes("desk-actions"):
                confirm = button("确定", told(send), "main", mark="due-yes")
                confirm.props("data-submit")
                button("取消", dialog.close, "quiet")


def ask_entry(question: str, titles: Mapping[str, str], code: str | None, act: AddTo) -> None:
    """Ask which entry a question belongs to, and as what; ``titles``: code → what is shown."""
    with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
        heading("归到已有条目")
        ui.label(f"“{question}”").classes("fact-value")
        with ui.element("div").classes("desk-form").props("data-enter"):
            known = code if code in titles else None
            chosen = ui.select(
                dict(titles), label="条目（输入编码或名称）", value=known, with_input=True
            )
            chosen.props("dense outlined data-mark=entry-choice").classes("reply")
            way = ui.radio(_WAYS, value=False).props("inline dense data-mark=entry-way")
            ui.label("写进该条目的草稿，并成为它的一个测试问题；审核发布后生效。").classes(
                "desk-note"
            )

            async def send() -> None:
                if chosen.value is None:
                    say("请先选择条目。", "warning")
                    return
                await act(str(chosen.value), as_alias=bool(way.value))
                dialog.close()

            with ui.element("div").classes("desk-actions"):
                confirm = button("写入草稿", told(send), "main", mark="entry-yes")
                confirm.props("data-submit")
                button("取消", dialog.close, "quiet")
