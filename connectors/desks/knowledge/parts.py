"""What the pages of the knowledge desk share: their parts, their head, their words."""

from collections.abc import Mapping
from dataclasses import dataclass

from nicegui import ui

from connectors.desks.frame import say
from connectors.desks.widgets import button
from connectors.learning import Learning
from foundation.clock import Clock
from foundation.database.session import Database
from knowledge_base.entries.service import EntryService
from knowledge_base.exchange.service import ImportService
from knowledge_base.schema import Department
from retrieval.service import Retriever

BROWSE_PATH = "/desk/knowledge"
REVIEW_PATH = "/desk/knowledge/review"
HIT_TEST_PATH = "/desk/knowledge/hit-test"
BOARD_PATH = "/desk/knowledge/coverage"
IMPORT_PATH = "/desk/knowledge/import"
QUESTIONS_PATH = "/desk/knowledge/questions"
INQUIRIES_PATH = "/desk/knowledge/inquiries"
TESTS_PATH = "/desk/knowledge/tests"
_PAGES = (
    ("条目", BROWSE_PATH),
    ("审核", REVIEW_PATH),
    ("待补问题", QUESTIONS_PATH),
    ("已办结咨询", INQUIRIES_PATH),
    ("测试问题", TESTS_PATH),
    ("命中测试", HIT_TEST_PATH),
    ("覆盖与时效", BOARD_PATH),
    ("导入", IMPORT_PATH),
)
_KEYS = (
    "Ctrl+K 搜索；F2 编辑、发布或承接；F3 提交、退回或起草；F4 刷新；F8 批量办理；↑↓ 在列表里移动；"
    "Ctrl+Enter 保存或测试；"
    "编辑框内先按 Esc 再按 Tab 离开；? 显示本提示。"
)


@dataclass(frozen=True, slots=True)
class KnowledgeParts:
    """What the knowledge desk works with."""

    database: Database
    entries: EntryService
    imports: ImportService
    learning: Learning
    retriever: Retriever
    departments: Mapping[str, Department]
    clock: Clock

    def department_name(self, code: str) -> str:
        """Return what people call a body."""
        known = self.departments.get(code)
        return code if known is None else known.short_name


def draw_pages(current: str) -> None:
    """Draw the row that leads from one page of the desk to another."""
    ui.add_head_html('<link rel="stylesheet" href="/static/knowledge-desk.css">')
    with ui.element("nav").classes("know-pages").props('aria-label="知识工作台页面"'):
        for title, path in _PAGES:
            with ui.element("a").props(f'href="{path}"') as link:
                ui.label(title)
            if path == current:
                link.props("aria-current=page")
        button("快捷键（?）", lambda: say(_KEYS), "quiet", key="?", mark="keys")


def entry_path(code: str, *, edit: bool = False) -> str:
    """Return where one entry is opened, or its editor."""
    return f"{BROWSE_PATH}?code={code}{'&edit=1' if edit else ''}"


def link(text: str, path: str) -> None:
    """Draw a plain link; the framework's own would put its mount path before it."""
    with ui.element("a").classes("desk-link") as drawn:
        ui.label(text)
    drawn.props["href"] = path


def asked_for(name: str) -> str:
    """Return a value of the page's address; "" where there is none."""
    request = ui.context.client.request
    return str(request.query_params.get(name, ""))[:64]
