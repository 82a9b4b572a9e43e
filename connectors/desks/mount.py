"""The desks on the application: NiceGUI under ``/desk``, behind the staff login.

NiceGUI keeps one application per process: its pages are registered there when the desks are
mounted, and read their parts from what is passed here.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nicegui
from fastapi import FastAPI
from nicegui import ui

from bot.conversation.desk import OperatorDesk
from bot.conversation.service import ConversationService
from connectors.desks.accounts.page import AccountsPage
from connectors.desks.agent.page import AgentPage
from connectors.desks.audit.page import AuditPage
from connectors.desks.deadlines.page import DeadlinesPage
from connectors.desks.department.page import DepartmentPage
from connectors.desks.dispatch.page import DispatchPage
from connectors.desks.finding.page import TicketsPage
from connectors.desks.follow_up.page import FollowUpPage
from connectors.desks.frame import Door, guarded
from connectors.desks.knowledge.board_page import BoardPage
from connectors.desks.knowledge.hit_test_page import HitTestPage
from connectors.desks.knowledge.import_page import ImportPage
from connectors.desks.knowledge.inquiries_page import InquiriesPage
from connectors.desks.knowledge.page import KnowledgePage
from connectors.desks.knowledge.parts import (
    BOARD_PATH,
    HIT_TEST_PATH,
    IMPORT_PATH,
    INQUIRIES_PATH,
    QUESTIONS_PATH,
    REVIEW_PATH,
    TESTS_PATH,
    KnowledgeParts,
)
from connectors.desks.knowledge.questions_page import QuestionsPage
from connectors.desks.knowledge.review_page import ReviewPage
from connectors.desks.knowledge.tests_page import StoredTestsPage
from connectors.desks.socket_guard import DeskSocketGuard
from connectors.desks.supervision.figures_page import FiguresPage
from connectors.desks.supervision.page import SupervisionPage
from connectors.desks.supervision.parts import FIGURES_PATH, SupervisionParts
from connectors.http.guards import Addresses
from connectors.staff.sessions import (
    ACCOUNTS,
    AGENT,
    AUDIT,
    DEADLINES,
    DEPARTMENT,
    DISPATCH,
    FOLLOW_UP,
    KNOWLEDGE,
    NO_DESK_PATH,
    OWN_TICKETS,
    SUPERVISION,
    TICKETS,
    StaffSessions,
)
from foundation.access.permissions import Permission
from foundation.access.service import AccessService
from foundation.clock import Clock
from foundation.database.session import Database
from knowledge_base.schema import Department
from routing.appeals.assembly import Casework
from routing.deadlines.service import DeadlineService
from routing.finding.assembly import Related
from routing.follow_ups.service import FollowUpService
from routing.ticket_clocks.keeping import DeadlineKeeping

MOUNT_PATH = "/desk"
# A page that comes late is better than none: on a busy machine building one takes many seconds.
_BUILD_SECONDS = 60.0
# A line that is away for a while loses neither the open page nor what was typed or clicked in it.
# The framework takes a line for dead after two fifths of that without a sign of life.
_RECONNECT_SECONDS = 15.0
_ICON = Path(__file__).resolve().parent.parent / "ui" / "static" / "icon.svg"


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What the desks work with."""

    addresses: Addresses
    sessions: StaffSessions
    access: AccessService
    database: Database
    desk: OperatorDesk
    conversations: ConversationService
    casework: Casework
    follow_ups: FollowUpService
    deadlines: DeadlineService
    departments: Mapping[str, Department]
    clock: Clock
    knowledge: KnowledgeParts
    keeping: DeadlineKeeping
    related: Related
    supervision: SupervisionParts


def mount_desks(app: FastAPI, parts: DeskParts) -> None:
    """Add the desks to ``app``; once per process."""
    if nicegui.app.config.has_run_config:
        raise RuntimeError("the desks are mounted already: NiceGUI holds one application a process")
    sessions = parts.sessions

    def page(
        path: str,
        title: str,
        permission: Permission | None,
        build: Callable[[Door], Awaitable[None]],
    ) -> None:
        inside = path.removeprefix(MOUNT_PATH)
        shown = ui.page(inside, title=title, response_timeout=_BUILD_SECONDS)
        shown(guarded(sessions, permission, title, build))

    page(AGENT.path, AGENT.title, AGENT.permission, lambda door: _agent(door, parts))
    page(DISPATCH.path, DISPATCH.title, DISPATCH.permission, lambda door: _dispatch(door, parts))
    page(
        FOLLOW_UP.path,
        FOLLOW_UP.title,
        FOLLOW_UP.permission,
        lambda door: _follow_up(door, parts),
    )
    page(
        DEPARTMENT.path,
        DEPARTMENT.title,
        DEPARTMENT.permission,
        lambda door: _department(door, parts),
    )
    for desk in (TICKETS, OWN_TICKETS):
        page(desk.path, desk.title, desk.permission, lambda door: _tickets(door, parts))
    for path, build in _supervision_pages(parts.supervision).items():
        page(path, SUPERVISION.title, SUPERVISION.permission, build)
    for path, build in _knowledge_pages(parts.knowledge).items():
        page(path, KNOWLEDGE.title, KNOWLEDGE.permission, build)
    page(ACCOUNTS.path, ACCOUNTS.title, ACCOUNTS.permission, lambda door: _accounts(door, parts))
    page(
        DEADLINES.path,
        DEADLINES.title,
        DEADLINES.permission,
        lambda door: _deadlines(door, parts),
    )
    page(AUDIT.path, AUDIT.title, AUDIT.permission, lambda door: _audit(door, parts))
    page(NO_DESK_PATH, "12345热线工作台", None, _no_desk)
    nicegui.app.add_middleware(DeskSocketGuard, sessions=sessions, addresses=parts.addresses)
    # No storage secret: what a desk remembers lies in the database, and no further cookie is set.
    ui.run_with(
        app,
        title="12345热线工作台",
        favicon=_ICON,
        language="zh-CN",
        mount_path=MOUNT_PATH,
        tailwind=False,
        reconnect_timeout=_RECONNECT_SECONDS,
        show_welcome_message=False,
    )


async def _agent(door: Door, parts: DeskParts) -> None:
    word = parts.related.citizens_word
    page = AgentPage(door, parts.desk, parts.conversations, parts.database, parts.access, word)
    await page.build()


async def _dispatch(door: Door, parts: DeskParts) -> None:
    page = DispatchPage(
        door,
        parts.database,
        parts.casework,
        parts.access,
        deadlines=parts.deadlines,
        departments=parts.departments,
        clock=parts.clock,
        related=parts.related,
    )
    await page.build()


async def _follow_up(door: Door, parts: DeskParts) -> None:
    page = FollowUpPage(
        door,
        parts.database,
        parts.follow_ups,
        parts.casework.closing,
        parts.access,
        parts.knowledge.learning.inquiries,
        parts.departments,
    )
    await page.build()


async def _department(door: Door, parts: DeskParts) -> None:
    page = DepartmentPage(
        door,
        parts.database,
        parts.casework,
        parts.access,
        parts.deadlines,
        parts.supervision,
        related=parts.related,
    )
    await page.build()


async def _tickets(door: Door, parts: DeskParts) -> None:
    names = {code: one.name for code, one in parts.departments.items()}
    page = TicketsPage(
        *(door, parts.database, parts.related, parts.access, parts.deadlines, parts.clock, names),
        casework=parts.casework,
    )
    await page.build()


def _supervision_pages(
    parts: SupervisionParts,
) -> Mapping[str, Callable[[Door], Awaitable[None]]]:
    return {
        SUPERVISION.path: lambda door: SupervisionPage(door, parts).build(),
        FIGURES_PATH: lambda door: FiguresPage(door, parts).build(),
    }


def _knowledge_pages(
    parts: KnowledgeParts,
) -> Mapping[str, Callable[[Door], Awaitable[None]]]:
    return {
        KNOWLEDGE.path: lambda door: KnowledgePage(door, parts).build(),
        REVIEW_PATH: lambda door: ReviewPage(door, parts).build(),
        HIT_TEST_PATH: lambda door: HitTestPage(door, parts).build(),
        BOARD_PATH: lambda door: BoardPage(door, parts).build(),
        QUESTIONS_PATH: lambda door: QuestionsPage(door, parts).build(),
        INQUIRIES_PATH: lambda door: InquiriesPage(door, parts).build(),
        TESTS_PATH: lambda door: StoredTestsPage(door, parts).build(),
        IMPORT_PATH: lambda door: ImportPage(door, parts).build(),
    }


async def _accounts(door: Door, parts: DeskParts) -> None:
    await AccountsPage(door, parts.database, parts.access, parts.departments).build()


async def _deadlines(door: Door, parts: DeskParts) -> None:
    page = DeadlinesPage(
        door, parts.database, parts.access, parts.keeping, parts.departments, parts.clock
    )
    await page.build()


async def _audit(door: Door, parts: DeskParts) -> None:
    await AuditPage(door, parts.database, parts.access, parts.clock).build()


async def _no_desk(_door: Door) -> None:
    with ui.element("div").classes("desk-alone"):
        ui.label("您的角色还没有对应的工作台").classes("desk-heading")
        ui.label("如需开通坐席、派单或承办权限，请联系管理员。").classes("desk-empty")
