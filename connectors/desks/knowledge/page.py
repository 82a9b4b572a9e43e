"""Knowledge desk, first page (条目): browse, read, edit with live check, compare, history."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import anyio.to_thread
from nicegui import ui
from sqlalchemy.orm import Session

from connectors.desks.errors import EntryTextError
from connectors.desks.frame import Door, say, told
from connectors.desks.knowledge.asking import Question, ask_reason
from connectors.desks.knowledge.browse_panel import PAGE_ROWS, BrowsePanel
from connectors.desks.knowledge.entry_panel import EntryPanel, Opened
from connectors.desks.knowledge.history_panel import HistoryActs
from connectors.desks.knowledge.parts import BROWSE_PATH, KnowledgeParts, asked_for, draw_pages
from foundation.access.permissions import Permission
from foundation.access.service import Account
from knowledge_base.entries.catalogue import (
    OpenVersion,
    Page,
    catalogue,
    ended_titles,
    narrowed,
    open_versions,
)
from knowledge_base.entries.content import content_code
from knowledge_base.entries.errors import EntryCodeError, EntryNotFoundError
from knowledge_base.entries.schemas import EntryView, Saved, VersionContent
from knowledge_base.entries.text_form import outline, read_text
from knowledge_base.library import Library

_READ = Permission.KNOWLEDGE_READ_INTERNAL


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the database says of one entry."""

    view: EntryView | None
    content: VersionContent | None


class KnowledgePage:
    """One editor's or reviewer's open page."""

    def __init__(self, door: Door, parts: KnowledgeParts) -> None:
        self._door = door
        self._parts = parts
        self._selected: str | None = None
        self._lock_version = 0
        self._listing = asyncio.Lock()  # the look that began last is shown last

    @property
    def _library(self) -> Library:
        return self._parts.retriever.library

    async def build(self) -> None:
        """Draw the page."""
        may = self._door.account.may
        edits, reviews = may(Permission.KNOWLEDGE_EDIT), may(Permission.KNOWLEDGE_REVIEW)
        draw_pages(BROWSE_PATH)
        categories = dict.fromkeys(one.category for one in self._library.index.values())
        departments = dict.fromkeys(one.department for one in self._library.matters.values())
        with ui.element("div").classes("desk-columns knowledge"):
            self._browse = BrowsePanel(
                self._list,
                told(self._select),
                told(self._begin_new) if edits else None,
                {name: name for name in categories},
                {code: self._parts.department_name(code) for code in sorted(departments)},
                category=asked_for("category"),
            )
            acts = HistoryActs(
                read=told(self._read_version),
                compare=told(self._compare),
                roll_back=self._ask_roll_back if reviews else None,
                expire=self._ask_expire if reviews else None,
            )
            self._entry = EntryPanel(self._door, self._parts, acts, self, edits=edits)
        await self._list()
        if code := asked_for("code"):
            ui.timer(0.05, lambda: told(self._open)(code), once=True)

    async def _list(self) -> None:
        account = await self._door.require(_READ)
        async with self._listing:
            await self._list_for(account)

    async def _list_for(self, account: Account) -> None:
        library = self._library

        def read(session: Session) -> tuple[list[OpenVersion], dict[str, str]]:
            return open_versions(session, account), ended_titles(session, account, library)

        being_written, ended = await self._parts.database.read(read)
        wanted, offset = self._browse.wanted, self._browse.offset

        def listed() -> Page:
            rows = catalogue(account, library, being_written, ended)
            return narrowed(rows, wanted, PAGE_ROWS, offset)

        # A second with 100,000 drafts: nobody else's page may stand still meanwhile.
        self._browse.show(await anyio.to_thread.run_sync(listed), self._selected)

    async def _open(self, code: str) -> None:
        """Open what the address names, in the editor where it asks for that."""
        await self._select(code)
        if asked_for("edit"):
            await self._entry.edit()

    async def _select(self, code: str) -> None:
        self._entry.keep_text()
        await self._show(code)
        self._selected = code
        await self._list()

    async def _show(self, code: str, version: int | None = None) -> None:
        account = await self._door.require(_READ)
        stored = await self._parts.database.read(
            lambda session: self._stored(session, account, code, version)
        )
        self._lock_version = 0 if stored.view is None else stored.view.lock_version
        self._entry.show(self._opened(code, stored))

    def _stored(
        self, session: Session, account: Account, code: str, version: int | None
    ) -> _Stored:
        views = self._parts.entries.views
        try:
            view = views.entry(session, account, code)
        except EntryNotFoundError:
            if version is not None or code not in self._library.index:
                raise
            return _Stored(None, None)
        return _Stored(view, views.content(session, account, code, version))

    def _opened(self, code: str, stored: _Stored) -> Opened:
        entry, matter = self._library.index.get(code), self._library.matters.get(code)
        titles = [stored.view.title] if stored.view else [entry.title] if entry else [code]
        return Opened(
            code=code,
            title=titles[0],
            category=matter.category if matter else entry.category if entry else "",
            department=matter.department if matter else "",
            view=stored.view,
            content=stored.content,
            outline=outline(entry),
        )

    async def _read_version(self, version: int | None) -> None:
        if self._selected is not None:
            await self._show(self._selected, version)

    async def _compare(self, before: int, after: int | None) -> None:
        account, code = await self._door.require(_READ), self._selected
        if code is None:
            return
        changes = await self._parts.database.read(
            lambda session: self._parts.entries.views.compare(session, account, code, before, after)
        )
        name = "草稿" if after is None else f"第 {after} 版"
        self._entry.show_differences(changes, f"第 {before} 版", name)

    async def _begin_new(self) -> None:
        await self._door.require(Permission.KNOWLEDGE_EDIT)
        self._entry.keep_text()
        self._selected, self._lock_version = None, 0
        self._entry.edit_new(outline(None))
        await self._list()

    async def save(self, text: str, reason: str) -> None:
        """Store the editor's text as the draft."""
        saved = await self._saved(text, reason)
        say(f"已保存 {saved.code} 的草稿", "positive")
        self._entry.saved()
        await self._after(saved)

    async def submit(self, text: str, reason: str) -> None:
        """Store the text and hand it to the reviewers."""
        saved = await self._saved(text, reason)
        self._entry.saved()
        await self._after(saved)
        await self.submit_draft()

    async def submit_draft(self) -> None:
        """Hand the stored draft to the reviewers."""
        drafts, version = self._parts.entries.drafts, self._lock_version
        await self._step(
            Permission.KNOWLEDGE_EDIT,
            lambda session, account, code: drafts.submit(session, account, code, version),
            "已提交审核",
        )

    async def withdraw(self, note: str, _second: str) -> None:
        """Take back what waits for review."""
        drafts, version = self._parts.entries.drafts, self._lock_version
        await self._step(
            Permission.KNOWLEDGE_EDIT,
            lambda session, account, code: drafts.send_back(session, account, code, note, version),
            "已撤回为草稿",
        )

    async def discard(self) -> None:
        """Throw the draft away."""
        drafts, version = self._parts.entries.drafts, self._lock_version
        await self._step(
            Permission.KNOWLEDGE_EDIT,
            lambda session, account, code: drafts.discard(session, account, code, version),
            "草稿已放弃，经过留在审计记录里",
        )

    async def _saved(self, text: str, reason: str) -> Saved:
        account = await self._door.require(Permission.KNOWLEDGE_EDIT)
        read = read_text(text)
        if read.content is None:
            raise EntryTextError(read.problem or "")
        code, content, version = content_code(read.content), read.content, self._lock_version
        if self._selected not in {None, code}:
            raise EntryCodeError(code)
        drafts = self._parts.entries.drafts
        return await self._parts.database.write(
            lambda session: drafts.save(session, account, content, reason, version)
        )

    async def _step(
        self,
        permission: Permission,
        step: Callable[[Session, Account, str], Saved],
        done: str,
    ) -> None:
        """Run one step on the selected entry, tell it and show the entry as it is then."""
        account, code = await self._door.require(permission), self._selected
        if code is None:
            return
        saved = await self._parts.database.write(lambda session: step(session, account, code))
        say(done, "positive")
        await self._after(saved, redraw=True)

    async def _after(self, saved: Saved, *, redraw: bool = False) -> None:
        self._selected, self._lock_version = saved.code, saved.lock_version
        self._entry.named(saved.code)
        if redraw:
            await self._show(saved.code)
        await self._list()

    def _ask_roll_back(self, version: int) -> None:
        question = Question(
            f"回退到第 {version} 版？",
            "该版内容会作为新版本立即发布，现在的版本仍保留在经过里。",
            "回退",
            second="放行理由（检查有提示时填写）",
            mark="roll-back",
        )
        ask_reason(question, partial(self._roll_back, version))

    async def _roll_back(self, version: int, reason: str, override: str) -> None:
        account, code = await self._door.require(Permission.KNOWLEDGE_REVIEW), self._selected
        if code is None:
            return
        entries, lock = self._parts.entries, self._lock_version
        saved = await anyio.to_thread.run_sync(
            lambda: entries.roll_back(account, code, version, lock, reason, override or None)
        )
        say(f"已回退，发布为第 {saved.version} 版", "positive")
        await self._after(saved, redraw=True)

    def _ask_expire(self, version: int) -> None:
        question = Question(
            f"停用第 {version} 版？",
            "停用后不再用它回答市民；需要时可以回退到任一版本重新发布。",
            "停用",
            second="替代事项的编码（没有就留空）",
            mark="expire",
        )
        ask_reason(question, partial(self._expire, version))

    async def _expire(self, version: int, reason: str, successor: str) -> None:
        expiry, lock = self._parts.entries.expiry, self._lock_version
        numbered = self._entry.is_stored(version)

        def expire(session: Session, account: Account, code: str) -> Saved:
            # The shipped guide lies in no table until it is ended: named by no number.
            return expiry.expire(
                session,
                account,
                code,
                reason,
                lock,
                version=version if numbered else None,
                superseded_by=successor.strip() or None,
            )

        await self._step(Permission.KNOWLEDGE_REVIEW, expire, "已停用")
