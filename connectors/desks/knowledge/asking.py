"""Dialogs that ask for a reason before something is changed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui

from connectors.desks.frame import told
from connectors.desks.widgets import button, heading


@dataclass(frozen=True, slots=True)
class Question:
    """What a dialog asks."""

    title: str
    note: str
    confirm: str  # the word on the button
    label: str = "理由"
    value: str = ""
    second: str = ""  # label of a second field; "" for none
    mark: str = "ask"


def ask_reason(question: Question, act: Callable[[str, str], Awaitable[None]]) -> None:
    """Ask, then act; a refusal is told and the words stay to be completed."""
    with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
        heading(question.title)
        ui.label(question.note).classes("desk-note")
        with ui.element("div").classes("desk-form").props("data-enter"):
            first = _field(question.label, f"{question.mark}-reason", question.value)
            first.props("autofocus")
            second = _field(question.second, f"{question.mark}-second") if question.second else None

            async def send() -> None:
                await act(first.value or "", "" if second is None else second.value or "")
                dialog.close()

            with ui.element("div").classes("desk-actions"):
                confirm = button(question.confirm, told(send), "main", mark=f"{question.mark}-yes")
                confirm.props("data-submit")
                button("取消", dialog.close, "quiet")


def ask_yes(
    title: str, note: str, confirm: str, act: Callable[[], Awaitable[None]], mark: str
) -> None:
    """Ask once before something is taken away."""
    with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
        heading(title)
        ui.label(note).classes("desk-note")

        async def send() -> None:
            await act()
            dialog.close()

        with ui.element("div").classes("desk-actions"):
            button(confirm, told(send), "main", mark=f"{mark}-yes")
            button("取消", dialog.close, "quiet")


def _field(label: str, mark: str, value: str = "") -> ui.textarea:
    field = ui.textarea(label, value=value).classes("reply")
    return field.props(f"autogrow outlined maxlength=500 data-mark={mark}")
