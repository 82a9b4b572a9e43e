"""Knowledge desk, third page (命中测试): how a question comes to its answer; writes nothing."""

import anyio.to_thread
from nicegui import ui

from connectors.desks.frame import Door, told
from connectors.desks.knowledge.hit_test_steps import draw_explanation
from connectors.desks.knowledge.parts import HIT_TEST_PATH, KnowledgeParts, draw_pages
from connectors.desks.widgets import button
from foundation.access.permissions import Permission
from foundation.text.normalise import normalise
from foundation.text.personal_information import PersonalValues, replace_personal

_LONGEST = 500  # characters; citizens' questions have about 15
_NOTE = "只查看，不留记录，不影响市民对话。个人信息会先换成占位符，与正式接待时相同。"
_EMPTY = "写一句市民会问的话，按回车查看每一步：怎么理解、各通道找到什么、怎么决定、答什么。"


class HitTestPage:
    """One open page."""

    def __init__(self, door: Door, parts: KnowledgeParts) -> None:
        self._door = door
        self._parts = parts

    async def build(self) -> None:
        """Draw the page."""
        draw_pages(HIT_TEST_PATH)
        with ui.element("main").classes("know-page"):
            with ui.element("div").classes("know-ask").props("data-enter"):
                self._question = ui.input("市民的问题", placeholder="例如：身份证丢了怎么补办")
                self._question.props(
                    f"outlined dense autofocus maxlength={_LONGEST} data-mark=question"
                ).classes("desk-search")
                self._question.on("keydown.enter", told(self._test))
                test = button("测试", told(self._test), "main", mark="test")
                test.props("data-submit")
            ui.label(_NOTE).classes("desk-note")
            self._result = ui.element("div").classes("know-steps").props("aria-live=polite")
        self._wait()

    def _wait(self) -> None:
        self._result.clear()
        with self._result:
            ui.label(_EMPTY).classes("desk-empty")

    async def _test(self) -> None:
        await self._door.require(Permission.KNOWLEDGE_READ_INTERNAL)
        asked = normalise((self._question.value or "")[:_LONGEST])
        if not asked:
            self._wait()
            return
        readable = replace_personal(asked, PersonalValues())
        explained = await anyio.to_thread.run_sync(self._parts.retriever.explain, readable)
        self._result.clear()
        with self._result:
            draw_explanation(explained, self._parts.retriever.library)
