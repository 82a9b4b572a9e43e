"""An appeal made before (已有诉求): withdrawn, or given photographs, at its citizen's word."""

import anyio.to_thread
from nicegui import events, ui
from sqlalchemy.orm import Session

from connectors.desks.due import when_words
from connectors.desks.frame import Door, say, told
from connectors.desks.ticket_frame import draw_facts
from connectors.desks.widgets import button, heading
from foundation.access.permissions import Permission
from foundation.access.service import AccessService
from foundation.database.session import Database
from routing.appeals.citizens_word import CitizensWord, OpenedBy
from routing.appeals.schemas import ProgressView
from routing.attachments.inspection import LARGEST_BYTES, inspected
from routing.tickets.schemas import Actor, AskedBy

_TITLE = "办理已有诉求"
_NOTE = "请市民报出诉求编号和查询码；手机号后四位只能查进度，不能撤回或补照片。"
_WITHDRAWN = "只撤回这一件；同一张工单里其他市民的诉求照常办理。市民会收到撤回的通知。"
_PHOTOS = "市民用邮件、短信等办法发来的照片，请核对是这件诉求的再补。"
_TOO_LARGE = "文件超过10MB，请压缩后再传。"
_NOTHING = "这件诉求已经答复或已经结束，不能再撤回或补照片。"


class AppealPanel:
    """Draws the button and the dialog behind it; what is done there is recorded."""

    def __init__(
        self, door: Door, database: Database, access: AccessService, word: CitizensWord
    ) -> None:
        self._door = door
        self._database = database
        self._access = access
        self._word = word

    def build(self) -> None:
        """Draw the button in the present slot."""
        button(f"{_TITLE}（撤回、补照片）", self._open, "quiet", mark="appeal-open")
        with ui.dialog() as self._dialog, ui.card().classes("desk-dialog"):
            heading(_TITLE)
            ui.label(_NOTE).classes("desk-note")
            self._number = ui.input("诉求编号").props("dense outlined data-mark=appeal-number")
            self._code = ui.input("查询码").props(
                "dense outlined autocomplete=off data-mark=appeal-code"
            )
            for field in (self._number, self._code):
                field.classes("reply").on("keydown.enter", told(self._look))
            with ui.element("div").classes("desk-actions"):
                button("打开诉求", told(self._look), "main", mark="appeal-look")
                button("关闭", self._dialog.close, "quiet")
            self._body = ui.element("div").classes("desk-scroll")
        self._dialog.on("hide", self._forget)

    def _open(self) -> None:
        self._forget()
        self._dialog.open()

    def _forget(self) -> None:
        """Let nothing of one citizen stand there when the next one calls."""
        self._number.value = self._code.value = ""
        self._body.clear()

    async def _look(self) -> None:
        account = await self._door.require(Permission.CALL_REGISTER)
        by = self._opened_by(account.ref)
        self._body.clear()

        def load(session: Session) -> ProgressView:
            view = self._word.look(session, by)
            self._access.record(session, account.id, "appeal.read", view.number)
            return view

        view = await self._database.write(load)
        if by != self._opened_by(account.ref):
            return  # another one is asked for by now
        self._body.clear()
        with self._body:
            self._draw(view, by)

    def _opened_by(self, ref: str) -> OpenedBy:
        number, code = (self._number.value or "").strip(), (self._code.value or "").strip()
        return OpenedBy(number, code, Actor(ref))

    def _draw(self, view: ProgressView, by: OpenedBy) -> None:
        facts = (
            ("诉求", f"{view.kind_label} {view.number}"),
            ("状态", view.state_label),
            ("承办", view.department or "等待派单"),
            ("时限", f"{when_words(view.due_at)}前" if view.due_at else None),
        )
        draw_facts(facts)
        if view.confidential:
            ui.label("身份保密").classes("desk-tag protected")
        if not (view.may_add or view.may_withdraw):
            ui.label(_NOTHING).classes("desk-empty")
        if view.may_add:
            self._photos(by)
        if view.may_withdraw:
            self._withdrawal(by)

    def _photos(self, by: OpenedBy) -> None:
        async def take(event: events.UploadEventArguments) -> None:
            content = await event.file.read()
            drawn.reset()
            await self._add(by, event.file.name, content)

        drawn = ui.upload(
            label="补照片（JPG、PNG、WebP，10MB以内）",
            auto_upload=True,
            multiple=True,
            max_file_size=LARGEST_BYTES,
            on_upload=told(take),
            on_rejected=lambda: say(_TOO_LARGE, "warning"),
        )
        drawn.props('accept=".jpg,.jpeg,.png,.webp" flat bordered data-mark=appeal-photo')
        drawn.classes("desk-upload")
        ui.label(_PHOTOS).classes("desk-note")

    def _withdrawal(self, by: OpenedBy) -> None:
        with ui.element("details").classes("desk-form"):
            with ui.element("summary").props("data-mark=appeal-withdrawal"):
                heading("撤回诉求")
            choices = {one.value: one.label for one in AskedBy}
            asked = ui.select(choices, value=AskedBy.CITIZEN.value, label="谁要求撤回")
            reason = ui.textarea("为什么要撤回").props("autogrow outlined maxlength=500")
            asked.props("dense outlined data-mark=appeal-asked-by").classes("reply")
            reason.props("data-mark=appeal-reason").classes("reply")
            ui.label(_WITHDRAWN).classes("desk-note")

            async def withdraw() -> None:
                await self._withdraw(by, AskedBy(asked.value), reason.value or "")

            button("撤回", told(withdraw), mark="appeal-withdraw")

    async def _add(self, by: OpenedBy, name: str, content: bytes) -> None:
        account = await self._door.require(Permission.CALL_REGISTER)
        # Decoded and written anew while no transaction is open.
        kept = await anyio.to_thread.run_sync(inspected, content)

        def work(session: Session) -> None:
            added = self._word.add_photo(session, by, name, kept)
            self._access.record(session, account.id, "appeal.photo", f"{by.about} {added.id}")

        await self._database.write(work)
        say("照片已补到诉求里。", "positive")

    async def _withdraw(self, by: OpenedBy, asked_by: AskedBy, reason: str) -> None:
        account = await self._door.require(Permission.CALL_REGISTER)

        def work(session: Session) -> str:
            number = self._word.withdraw(session, by, asked_by, reason)
            self._access.record(session, account.id, "appeal.withdraw", number)
            return number

        number = await self._database.write(work)
        say(f"诉求{number}已撤回，市民会收到通知。", "positive")
        await self._look()
