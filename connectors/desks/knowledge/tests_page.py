"""Knowledge desk (测试问题): the stored questions of every entry, asked now."""

from nicegui import ui

from connectors.desks.frame import Door
from connectors.desks.knowledge.parts import TESTS_PATH, KnowledgeParts, draw_pages
from connectors.desks.knowledge.tests_panel import StoredTestsPanel
from connectors.desks.widgets import heading

_NOTE = (
    "每次发布前，本条目的测试问题和其他条目原本能答对的都会重新试答；"
    "没有通过的，审核人员须写明放行理由才能发布。"
)


class StoredTestsPage:
    """One open page."""

    def __init__(self, door: Door, parts: KnowledgeParts) -> None:
        self._door = door
        self._parts = parts

    async def build(self) -> None:
        """Draw the page."""
        draw_pages(TESTS_PATH)
        page = ui.element("main").classes("know-page")
        with page, ui.element("section").classes("know-step"):
            with ui.element("div").classes("desk-bar know-tests-head"):
                heading("测试问题")
                search = ui.input(placeholder="搜索编码、名称、问题（Ctrl+K）")
                search.props('dense outlined clearable debounce=250 aria-label="搜索测试问题"')
                search.classes("desk-search")
            ui.label(_NOTE).classes("desk-note")
            panel = StoredTestsPanel(self._door, self._parts, None)
            search.on_value_change(lambda: panel.narrow(search.value or ""))
        await panel.load()
