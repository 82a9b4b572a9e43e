"""Accounts of the staff (账号管理): list them, create one, give a new password."""

import secrets
from collections.abc import Mapping
from functools import partial

from nicegui import ui
from sqlalchemy.orm import Session

from connectors.desks.errors import AccountExistsError, AccountIncompleteError
from connectors.desks.frame import Door, told
from connectors.desks.widgets import button, heading
from foundation.access.permissions import Permission, Role
from foundation.access.service import AccessService, Account
from foundation.database.session import Database
from foundation.text.storable import storable
from knowledge_base.schema import Department

_PASSWORD_BYTES = 12
_NAME_CHARACTERS = 64
_OF_DEPARTMENT = {Role.DEPARTMENT_HANDLER, Role.DEPARTMENT_LEAD}
_COLUMNS = ("账号", "姓名", "角色", "单位", "")


class AccountsPage:
    """The administrator's page."""

    def __init__(
        self,
        door: Door,
        database: Database,
        access: AccessService,
        departments: Mapping[str, Department],
    ) -> None:
        self._door = door
        self._database = database
        self._access = access
        self._departments = departments

    async def build(self) -> None:
        """Draw the page."""
        with ui.element("div").classes("desk-columns accounts"):
            with ui.element("section").classes("desk-work").props('aria-label="账号列表"'):
                with ui.element("div").classes("desk-bar"):
                    heading("账号")
                    self._count = ui.label().classes("desk-count")
                with ui.element("div").classes("desk-scroll"):
                    self._table = ui.element("table").classes("desk-table")
            with ui.element("section").classes("desk-help").props('aria-label="新建账号"'):
                self._form()
        await self._refresh()

    def _form(self) -> None:
        heading("新建账号")
        with ui.element("div").classes("desk-form").props("data-enter"):
            self._username = ui.input("账号").props("maxlength=64 data-mark=new-username")
            self._name = ui.input("姓名").props("maxlength=64 data-mark=new-name")
            self._roles = ui.select(
                {role.value: role.label for role in Role}, label="角色", multiple=True
            ).props("use-chips data-mark=new-roles")
            names = {code: one.name for code, one in self._departments.items() if _staffed(one)}
            self._department = ui.select(
                names, label="单位（承办角色必选）", with_input=True, clearable=True
            ).props("data-mark=new-department")
            for field in (self._username, self._name, self._roles, self._department):
                field.props("dense outlined").classes("reply")
            create = button("新建", told(self._create), "main", mark="create-account")
            create.props("data-submit")
            ui.label("密码由系统随机生成，只显示一次。").classes("desk-note")

    async def _refresh(self) -> None:
        await self._door.require(Permission.USERS_MANAGE)
        accounts = await self._database.read(self._access.accounts)
        self._count.text = f"共 {len(accounts)}"
        self._table.clear()
        with self._table:
            with ui.element("thead"), ui.element("tr"):
                for title in _COLUMNS:
                    with ui.element("th").props("scope=col"):
                        ui.label(title)
            with ui.element("tbody"):
                for account in accounts:
                    self._row(account)

    def _row(self, account: Account) -> None:
        department = self._departments.get(account.department_code or "")
        with ui.element("tr"):
            for text in (
                account.username,
                account.display_name,
                "、".join(sorted(role.label for role in account.roles)),
                department.name if department else "—",
            ):
                with ui.element("td"):
                    ui.label(text)
            with ui.element("td"):
                ask = partial(self._ask_reset, account.username)
                button("重设密码", ask, "quiet", mark=f"reset-{account.username}")

    async def _create(self) -> None:
        acting = await self._door.require(Permission.USERS_MANAGE)
        username = storable(self._username.value or "", _NAME_CHARACTERS)
        name = storable(self._name.value or "", _NAME_CHARACTERS)
        roles = [Role(role) for role in self._roles.value or ()]
        department = self._department.value
        if (
            not username
            or not name
            or not roles
            or (_OF_DEPARTMENT & set(roles) and not department)
        ):
            raise AccountIncompleteError("account form incomplete")
        password = secrets.token_urlsafe(_PASSWORD_BYTES)

        def create(session: Session) -> None:
            if username in {one.username for one in self._access.accounts(session)}:
                raise AccountExistsError("user name taken")
            made = self._access.create_account(
                session, username, password, roles, display_name=name, department_code=department
            )
            self._access.record(session, acting.id, "account.create", made.id)

        await self._database.write(create)
        self._username.value = self._name.value = ""
        self._roles.value, self._department.value = [], None
        await self._refresh()
        _show_password(f"已新建账号 {username}", password)

    def _ask_reset(self, username: str) -> None:
        with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
            heading(f"重设 {username} 的密码？")
            ui.label("原密码立即失效，该账号已登录的页面将退出。").classes("desk-note")

            async def reset() -> None:
                dialog.close()
                await self._reset(username)

            with ui.element("div").classes("desk-actions"):
                button("重设", told(reset), "main", mark="reset-confirm")
                button("取消", dialog.close, "quiet")

    async def _reset(self, username: str) -> None:
        acting = await self._door.require(Permission.USERS_MANAGE)
        password = secrets.token_urlsafe(_PASSWORD_BYTES)

        def reset(session: Session) -> None:
            self._access.set_password(session, username, password)
            self._access.record(session, acting.id, "account.password", username)

        await self._database.write(reset)
        _show_password(f"已重设 {username} 的密码", password)


def _show_password(title: str, password: str) -> None:
    with ui.dialog(value=True).props("persistent") as dialog, ui.card().classes("desk-dialog"):
        heading(title)
        ui.label("请现在抄下并交给本人，关闭后不再显示。").classes("desk-note")
        ui.label(password).classes("desk-password").props("data-mark=password")
        button("已抄下，关闭", dialog.close, "main", mark="password-close")


def _staffed(department: Department) -> bool:
    return department.receives_tickets
