"""``hotline users``: staff accounts from the terminal of the machine that runs the service."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from connectors.cli.service_tokens import app as service_tokens
from foundation.access.permissions import Role
from foundation.access.service import AccessService
from foundation.clock import SystemClock
from foundation.database.migration import upgrade
from foundation.database.session import Database
from foundation.errors import ConflictError, MalformedInputError
from foundation.settings import Settings, load_settings

app = typer.Typer(help="管理工作人员账号。", no_args_is_help=True)

app.add_typer(service_tokens, name="token")

_DEPARTMENT_ROLES = {Role.DEPARTMENT_HANDLER, Role.DEPARTMENT_LEAD}
_PASSWORD_BYTES = 12


class AccountExistsError(ConflictError):
    """The user name is taken."""

    user_message = "已有同名账号，请换一个账号名。"


class DepartmentNeededError(MalformedInputError):
    """A department's role was given without a department, or with one that is not known."""

    user_message = (
        "承办单位的角色须用 --department 指明单位编码，编码见 hotline users departments。"
    )


@app.command("list", help="列出全部账号及其角色。")
def list_accounts() -> None:
    """Show every account with its roles and department."""
    table = Table("账号", "姓名", "角色", "单位编码")
    with _access(load_settings()) as (access, session):
        for account in access.accounts(session):
            roles = "、".join(role.label for role in sorted(account.roles))
            table.add_row(
                account.username, account.display_name, roles, account.department_code or "—"
            )
    Console().print(table)


@app.command("add", help="新建账号；随机密码只显示一次。")
def add(
    username: Annotated[str, typer.Argument(help="登录用的账号名。")],
    role: Annotated[list[Role], typer.Option("--role", help="角色，可重复。")],
    name: Annotated[str | None, typer.Option("--name", help="显示的姓名。")] = None,
    department: Annotated[
        str | None, typer.Option("--department", help="承办单位编码（承办角色必填）。")
    ] = None,
) -> None:
    """Create an account with a random password, shown once."""
    if _DEPARTMENT_ROLES & set(role) and department not in dict(_departments()):
        raise DepartmentNeededError(f"department {department!r} for roles {sorted(role)}")
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    with _access(load_settings()) as (access, session):
        if username in {account.username for account in access.accounts(session)}:
            raise AccountExistsError(f"account {username} exists")
        access.create_account(
            session, username, password, role, display_name=name, department_code=department
        )
    typer.echo(f"已创建账号 {username}，密码只显示这一次：{password}")


@app.command("password", help="重设密码并结束其登录；新密码只显示一次。")
def password(username: Annotated[str, typer.Argument(help="账号名。")]) -> None:
    """Give an account a new random password, shown once; its open sessions end."""
    fresh = secrets.token_urlsafe(_PASSWORD_BYTES)
    with _access(load_settings()) as (access, session):
        access.set_password(session, username, fresh)
    typer.echo(f"账号 {username} 的新密码，只显示这一次：{fresh}")


@app.command("departments", help="列出承办单位编码。")
def departments() -> None:
    """Show the codes that ``--department`` takes."""
    for code, title in _departments():
        typer.echo(f"{code}  {title}")


def _departments() -> list[tuple[str, str]]:
    from knowledge_base.loader import load_library  # noqa: PLC0415 -- slow import

    known = load_library().departments
    return sorted((code, department.name) for code, department in known.items())


@app.command("matrix", help="输出权限表（docs/permissions.md）。")
def matrix() -> None:
    """Print the roles, the routes and what they need."""
    from connectors.ticket_api.matrix import permission_tables  # noqa: PLC0415 -- slow import

    typer.echo(permission_tables(), nl=False)


@contextmanager
def _access(settings: Settings) -> Iterator[tuple[AccessService, Session]]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.resolved_database_url)
    try:
        upgrade(database)
        with database.transaction() as session:
            yield AccessService(SystemClock(), settings.session_hours), session
    finally:
        database.dispose()
