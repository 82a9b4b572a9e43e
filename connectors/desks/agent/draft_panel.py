"""The draft that fills itself while people talk; every field can be changed by hand."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from nicegui import ui

from bot.conversation.schemas import AppealDraft
from connectors.desks.frame import told
from connectors.desks.widgets import button, heading
from routing.schemas import AppealKind, Emotion

_TEXTS = (("what", "内容"), ("where", "地点"), ("when", "时间"), ("contact", "联系电话"))
_KINDS = {kind.value: kind.label for kind in AppealKind}
_CARD = (("number", "诉求编号"), ("query_code", "查询码"), ("department", "承办"), ("due", "办结"))


_Field = ui.textarea | ui.input | ui.select | ui.checkbox


class DraftPanel:
    """A form over the draft.

    A field that somebody is in, or has changed and is not stored yet, is never written over.
    """

    def __init__(
        self,
        edit: Callable[[str, dict[str, str]], Awaitable[None]],
        register: Callable[[str], Awaitable[None]],
    ) -> None:
        self._edit = edit
        self._registers = register
        self._conversation_id: str | None = None
        self._fields: dict[str, _Field] = {}
        self._known = _values(None)  # what the server holds
        self._shown = _values(None)  # what a field was given, or last taken from it
        self._unsaved: dict[str, object] = {}  # what was taken and is not stored yet
        self._in: str | None = None  # the field somebody is in
        self._storing = asyncio.Lock()
        with ui.element("div").classes("desk-bar"):
            heading("登记草稿")
            self._district = ui.label().classes("desk-count")
        with ui.element("div").classes("desk-draft"):
            self._draw_fields()
            self._notes = ui.element("div").classes("desk-notes").props("data-mark=draft-notes")
            self._hint = ui.label().classes("desk-empty")
            self._register = button(
                "登记工单", told(self._store_and_register), "main", mark="register"
            )
        self._card = ui.element("div").classes("desk-registered").props("role=status")
        self.show(None, None, editable=False)

    def _draw_fields(self) -> None:
        kind = ui.select(_KINDS, label="类型", on_change=partial(self._changed, "kind"))
        self._fields["kind"] = kind.props('dense outlined data-mark="draft-kind"')
        for name, label in _TEXTS:
            field = ui.textarea(label).props("autogrow") if name == "what" else ui.input(label)
            field.props(f'dense outlined data-mark="draft-{name}"').classes("draft-field")
            field.on("focus", partial(self._entered, name))
            field.on("blur", partial(self._left, name))
            self._fields[name] = field
        shield = ui.checkbox("对承办单位保密", on_change=partial(self._changed, "confidential"))
        joined = ui.checkbox("合成一张工单办理", on_change=partial(self._changed, "joined"))
        self._fields["joined"] = joined.props('dense data-mark="draft-joined"')
        self._fields["confidential"] = shield.props('dense data-mark="draft-confidential"')

    def show(
        self, conversation_id: str | None, draft: AppealDraft | None, *, editable: bool
    ) -> None:
        """Bring the fields up to the draft, except those being written."""
        if conversation_id != self._conversation_id:
            self._conversation_id = conversation_id
            self._unsaved, self._in = {}, None
            self._shown = {name: self._value(name) for name in self._fields}
        self._known = _values(draft)
        for name, field in self._fields.items():
            self._bring_up(name)
            field.set_enabled(editable)
        self._district.text = (draft.district or "区县未定") if draft else ""
        self._show_notes(draft)
        self._hint.text = "" if draft else "说话内容会自动填到这里，也可以直接填写。"
        self._hint.set_visibility(draft is None)
        self._register.set_enabled(editable and draft is not None and bool(draft.what))

    def _show_notes(self, draft: AppealDraft | None) -> None:
        """Say what is wanted, how upset the caller is, and which tickets it will be."""
        self._fields["joined"].set_visibility(draft is not None and bool(draft.notes.parts))
        self._notes.clear()
        if draft is None:
            return
        notes = draft.notes
        lines = [f"要求：{'、'.join(notes.demands)}"] if notes.demands else []
        if notes.emotion is not Emotion.CALM:
            lines.append(f"情绪：{notes.emotion.label}（“{'”“'.join(notes.emotion_words)}”）")
        lines += [
            f"第{number}件：{part.text}（转{part.department or '派单员确定的单位'}）"
            for number, part in enumerate(draft.parts, 1)
        ]
        with self._notes:
            for line in lines:
                ui.label(line).classes("suggestion-because")

    def show_registered(self, card: Mapping[str, Any] | None, due: str = "") -> None:
        """Show what is read to the caller: number, code, who and until when."""
        self._card.clear()
        if card is None:
            return
        with self._card:
            ui.label("✓ 已登记，请读给来电人").classes("registered-title")
            for name, label in _CARD:
                with ui.element("div").classes("fact"):
                    ui.label(label).classes("fact-name")
                    value = due if name == "due" else str(card.get(name) or "")
                    ui.label(value).classes("fact-value").props(f"data-mark=registered-{name}")
            for number, one in enumerate(card.get("further", ()), 2):
                with ui.element("div").classes("fact"):
                    ui.label(f"第{number}件").classes("fact-name")
                    said = f"{one['text']}（{one['department']}，工单{one['ticket_no']}）"
                    ui.label(said).classes("fact-value").props("data-mark=registered-further")
            derivation = "\n".join(card.get("derivation", ()))
            if derivation:
                with ui.element("details"):
                    with ui.element("summary"):
                        ui.label("办结时限怎么算的")
                    ui.label(derivation).classes("derivation")

    def _bring_up(self, name: str) -> None:
        written = name == self._in or name in self._unsaved or self._is_changed(name)
        if not written and self._known[name] != self._shown[name]:
            self._shown[name] = self._fields[name].value = self._known[name]

    def _entered(self, name: str) -> None:
        self._in = name

    def _left(self, name: str) -> Awaitable[None] | None:
        if self._in == name:  # the next field's focus may come before this one's blur
            self._in = None
        self._bring_up(name)
        return self._changed(name)

    def _changed(self, name: str) -> Awaitable[None] | None:
        # Taken at once and stored later: a coroutine would begin after the next event.
        if self._conversation_id is None or not self._take(name):
            return None
        return told(self._store)(self._conversation_id, self._unsaved, name)

    def _is_changed(self, name: str) -> bool:
        return self._value(name) != self._shown[name]

    def _value(self, name: str) -> object:
        value = self._fields[name].value
        return "" if value is None and name != "kind" else value

    def _take(self, name: str) -> bool:
        if not self._is_changed(name):
            return False
        self._shown[name] = self._unsaved[name] = self._value(name)
        return True

    async def _store(self, conversation_id: str, unsaved: dict[str, object], name: str) -> None:
        async with self._storing:
            if name not in unsaved:
                return
            value = unsaved[name]
            sent = str(value).lower() if isinstance(value, bool) else str(value)
            await self._edit(conversation_id, {name: sent})
            if unsaved[name] == value:
                del unsaved[name]

    async def _store_and_register(self) -> None:
        conversation_id, unsaved = self._conversation_id, self._unsaved
        if conversation_id is None:
            return
        for name in self._fields:  # a click can come before the blur of the last field
            self._take(name)
        for name in tuple(unsaved):
            await self._store(conversation_id, unsaved, name)
        await self._registers(conversation_id)


def _values(draft: AppealDraft | None) -> dict[str, object]:
    if draft is None:
        empty: dict[str, object] = {name: "" for name, _ in _TEXTS}
        return empty | {"kind": None, "confidential": False, "joined": False}
    texts: dict[str, object] = {name: getattr(draft, name) or "" for name, _ in _TEXTS}
    ticked = {"confidential": draft.confidential, "joined": draft.joined}
    return texts | {"kind": draft.kind.value} | ticked
