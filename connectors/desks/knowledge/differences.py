"""Two versions side by side, field by field; what changed within a text is marked."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from nicegui import ui

from knowledge_base.entries.diff import FieldChange
from knowledge_base.entries.text_form import as_text
from knowledge_base.field_names import field_name

_LONGEST_MARKED = 4_000  # characters; marking takes the square of it


def draw_differences(changes: Sequence[FieldChange], before: str, after: str) -> None:
    """Draw every change; ``before`` and ``after`` name the two sides."""
    if not changes:
        ui.label("两个版本的内容相同。").classes("desk-empty")
        return
    with ui.element("table").classes("desk-table know-diff").props("data-mark=differences"):
        with ui.element("thead"), ui.element("tr"):
            for title in ("字段", before, after):
                with ui.element("th").props("scope=col"):
                    ui.label(title)
        with ui.element("tbody"):
            for change in changes:
                _draw_change(change)


def _draw_change(change: FieldChange) -> None:
    old, new = _words(change.before), _words(change.after)
    with ui.element("tr"):
        with ui.element("th").props("scope=row"):
            ui.label(field_name(change.field))
        with ui.element("td").classes("know-before"):
            _draw_side(old, new, "del", "无")
        with ui.element("td").classes("know-after"):
            _draw_side(new, old, "ins", "删去")


def _draw_side(text: str, other: str, mark: str, absent: str) -> None:
    """Draw one side, what the other has not within ``mark``; beside an empty one nothing is."""
    if not text:
        ui.label(f"（{absent}）").classes("desk-note")
        return
    with ui.element("p"):
        for piece, common in _pieces(text, other):
            with ui.element("span" if common else mark):
                ui.label(piece)


def _pieces(text: str, other: str) -> list[tuple[str, bool]]:
    if not other or len(text) > _LONGEST_MARKED or len(other) > _LONGEST_MARKED:
        return [(text, not other)]
    matcher = SequenceMatcher(None, text, other, autojunk=False)
    return [
        (text[start:end], tag == "equal")
        for tag, start, end, _, _ in matcher.get_opcodes()
        if end > start
    ]


def _words(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value) if isinstance(value, str | int | float) else as_text(value).strip()
