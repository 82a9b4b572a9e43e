"""Stored test questions: listed, added, asked now, removed; of one entry, or of all."""

from collections.abc import Callable, Sequence
from functools import partial

import anyio.to_thread
from nicegui import ui
from sqlalchemy.orm import Session

from connectors.desks.errors import TrialNotPossibleError
from connectors.desks.frame import Door, say, told
from connectors.desks.knowledge.asking import ask_yes
from connectors.desks.knowledge.parts import KnowledgeParts, entry_path, link
from connectors.desks.widgets import button
from foundation.access.permissions import Permission
from knowledge_base.entries.content import Content
from knowledge_base.schema import FacetName
from knowledge_base.stored_tests.schemas import StoredQuestion
from knowledge_base.stored_tests.service import stored_questions
from retrieval.rehearsal import Answers, Rehearsed, rehearse

_MOST_DRAWN = 50  # what failed comes first, the rest is found by searching
_ANY = ""
_FACETS = {_ANY: "要素不限"} | {facet.value: facet.label for facet in FacetName}
_EMPTY = "还没有测试问题。写上市民会怎么问，每次发布前都会重新试答。"
_NONE = "没有符合条件的测试问题。"
_PRESENT, _DRAFT = "用在用的内容试答", "用这份草稿试答"


class StoredTestsPanel:
    """One list of test questions. What runs them is the search that citizens are answered by."""

    def __init__(
        self,
        door: Door,
        parts: KnowledgeParts,
        code: str | None,
        draft: Callable[[], Content | None] | None = None,
    ) -> None:
        """``code`` None: of all entries; ``draft``: what is being written, tried instead."""
        self._door, self._parts, self._code = door, parts, code
        self._draft = draft
        self._tests: list[StoredQuestion] = []
        self._results: dict[int, Rehearsed] = {}
        self._words = ""
        may = door.account.may
        self._adds, self._removes = (
            may(Permission.KNOWLEDGE_EDIT),
            may(Permission.KNOWLEDGE_REVIEW),
        )
        with ui.element("div").classes("know-tests").props("data-mark=stored-tests"):
            with ui.element("div").classes("know-tests-bar"):
                name = _PRESENT if draft is None else _DRAFT
                button(name, told(self.run_all), mark="tests-run")
                self._status = ui.label().classes("know-check").props("role=status")
            if self._adds:
                self._form()
            self._rows = ui.element("div").classes("know-tests-rows")

    def _form(self) -> None:
        with ui.element("div").classes("know-tests-add").props("data-enter"):
            if self._code is None:
                titles = {
                    one.code: f"{one.code} {one.title}"
                    for one in self._parts.retriever.library.matters.values()
                }
                self._entry = ui.select(titles, label="条目（输入编码或名称）", with_input=True)
                self._entry.props("dense outlined data-mark=test-entry")
            self._question = ui.input("市民会怎么问")
            self._question.props("dense outlined maxlength=500 data-mark=test-question")
            self._facet = ui.select(_FACETS, value=_ANY, label="须答到的要素")
            self._facet.props("dense outlined options-dense data-mark=test-facet")
            add = button("添加", told(self._add), mark="test-add")
            add.props("data-submit")

    async def load(self) -> None:
        """Read the questions and draw them."""
        await self._door.require(Permission.KNOWLEDGE_READ_INTERNAL)
        code = self._code
        found = await self._parts.database.read(lambda session: stored_questions(session, code))
        self._tests = list(found)
        self._show()

    def narrow(self, words: str) -> None:
        """Show only what holds ``words`` in its code, title or question."""
        self._words = words.strip()
        self._show()

    async def run_all(self) -> None:
        """Ask everything that is shown."""
        await self._run(self._shown())

    async def _run(self, tests: Sequence[StoredQuestion]) -> None:
        await self._door.require(Permission.KNOWLEDGE_READ_INTERNAL)
        content = None if self._draft is None else self._draft()
        if self._draft is not None and content is None:
            raise TrialNotPossibleError
        self._status.text = "正在试答…"
        try:
            done = await anyio.to_thread.run_sync(self._rehearsed, tuple(tests), content)
        finally:
            self._status.text = ""
        self._results |= {one.test.id: one for one in done}
        self._show()

    def _rehearsed(
        self, tests: Sequence[StoredQuestion], content: Content | None
    ) -> list[Rehearsed]:
        answers: Answers = self._parts.retriever.present
        if content is not None:
            library = self._parts.entries.trial(content)
            if library is None:
                raise TrialNotPossibleError
            answers = self._parts.retriever.over(library)
        return rehearse(answers, tests)

    async def _add(self) -> None:
        account = await self._door.require(Permission.KNOWLEDGE_EDIT)
        code = self._code or str(self._entry.value or "")
        if not code:
            say("请先选择条目。", "warning")
            return
        question, chosen = self._question.value or "", self._facet.value
        facet = FacetName(chosen) if chosen else None
        tests = self._parts.learning.tests
        await self._parts.database.write(
            lambda session: tests.add(session, account, code, question, facet)
        )
        self._question.value = ""
        await self.load()

    async def _remove(self, test_id: int) -> None:
        account = await self._door.require(Permission.KNOWLEDGE_REVIEW)
        tests = self._parts.learning.tests

        def remove(session: Session) -> None:
            tests.remove(session, account, test_id)

        await self._parts.database.write(remove)
        say("已删除，经过留在审计记录里", "positive")
        await self.load()

    def _shown(self) -> list[StoredQuestion]:
        words = self._words
        return [
            one for one in self._tests if words in f"{one.code} {self._title(one)} {one.question}"
        ]

    def _title(self, one: StoredQuestion) -> str:
        return self._parts.retriever.library.title_of(one.code) or ""

    def _show(self) -> None:
        shown = self._shown()
        ran = [self._results[one.id] for one in shown if one.id in self._results]
        failing = {one.test.id for one in ran if not one.passed}
        shown.sort(key=lambda one: one.id not in failing)
        failed = len(failing)
        told_of = f"试答 {len(ran)} 题，" + (f"✕ {failed} 题没有通过" if failed else "✓ 都通过")
        self._status.text = told_of if ran else f"共 {len(shown)} 题"
        self._rows.clear()
        with self._rows:
            if not shown:
                ui.label(_NONE if self._tests else _EMPTY).classes("desk-empty")
            for one in shown[:_MOST_DRAWN]:
                self._draw(one)
            if len(shown) > _MOST_DRAWN:
                ui.label(f"还有 {len(shown) - _MOST_DRAWN} 题，请搜索。").classes("desk-note")

    def _draw(self, one: StoredQuestion) -> None:
        result = self._results.get(one.id)
        with ui.element("article").classes("know-test").props(f"data-test={one.id}"):
            with ui.element("div").classes("know-test-head"):
                ui.label(one.question).classes("know-test-question")
                button("试答", told(partial(self._run, [one])), "quiet", mark=f"test-run-{one.id}")
                if self._removes:
                    ask = partial(
                        ask_yes,
                        "删除这个测试问题？",
                        one.question,
                        "删除",
                        partial(self._remove, one.id),
                        "test-remove",
                    )
                    button("删除", ask, "quiet", mark=f"test-remove-{one.id}")
            with ui.element("div").classes("know-test-about"):
                if self._code is None:
                    link(f"{one.code} {self._title(one)}", entry_path(one.code))
                facet = "要素不限" if one.facet is None else f"须答到{one.facet.label}"
                ui.label(facet).classes("desk-note")
                if result is not None:
                    passed = result.passed
                    words = "✓ 通过" if passed else f"✕ 没有通过：{result.found}"
                    ui.label(words).classes("know-passed" if passed else "know-failed")
            if result is not None and result.answer.text:
                with ui.element("details").classes("know-table-behind"):
                    with ui.element("summary"):
                        ui.label("看答复")
                    ui.label(result.answer.text).classes("know-answer")
