"""What the supervision desk works with, and the way between its pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from nicegui import ui

from connectors.assembly import Services
from connectors.staff.sessions import SUPERVISION
from foundation.access.service import AccessService
from foundation.clock import Clock
from foundation.database.session import Database
from knowledge_base.schema import Department
from routing.appeals.vault import Vault
from routing.deadlines.service import DeadlineService
from routing.hot_issues.service import HotIssues
from routing.promises.service import PromiseService
from routing.supervision.service import SupervisionService
from routing.supervision.weekly import WeeklyReports

FIGURES_PATH = f"{SUPERVISION.path}/figures"
_PAGES = ((SUPERVISION.path, "亮牌与督办"), (FIGURES_PATH, "数据与周报"))


@dataclass(frozen=True, slots=True)
class SupervisionParts:
    """The services behind the desk."""

    database: Database
    access: AccessService
    supervision: SupervisionService
    reports: WeeklyReports
    deadlines: DeadlineService
    departments: Mapping[str, Department]
    hot_issues: HotIssues
    vault: Vault
    promises: PromiseService
    clock: Clock

    @classmethod
    def of(cls, services: Services, reports: WeeklyReports) -> "SupervisionParts":
        """Take what the desk needs from the parts of the application."""
        return cls(
            database=services.database,
            access=services.access,
            supervision=services.casework.supervision,
            reports=reports,
            deadlines=services.deadlines,
            departments=services.library.departments,
            hot_issues=services.related.hot_issues,
            vault=services.casework.vault,
            promises=services.casework.promises,
            clock=services.clock,
        )

    def name_of(self, code: str | None) -> str:
        """Return what people call a department."""
        if code is None:
            return "未派出"
        known = self.departments.get(code)
        return code if known is None else known.short_name


def draw_pages(present: str) -> None:
    """Draw the way between the pages of the desk."""
    with ui.element("nav").classes("supervision-pages").props('aria-label="督办工作台的页面"'):
        for path, title in _PAGES:
            here = ' aria-current="page"' if path == present else ""
            with ui.element("a").props(f'href="{path}"{here}'):
                ui.label(title)
