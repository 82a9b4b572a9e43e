"""``hotline users token``: what other systems show instead of a login."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from foundation.access.errors import TokenNotAllowedError
from foundation.access.permissions import TOKEN_SCOPES, Permission
from foundation.access.service import AccessService
from foundation.access.tokens import ServiceTokens
from foundation.clock import SystemClock
from foundation.database.migration import upgrade
from foundation.database.session import Database
from foundation.settings import load_settings

app = typer.Typer(help="签发和吊销服务令牌，供其他系统调用工单接口。", no_args_is_help=True)

_DAYS = 365
_SCOPES = "、".join(sorted(TOKEN_SCOPES))


@app.command("add", help="签发一个服务令牌，只显示一次。")
def add(
    name: Annotated[str, typer.Argument(help="使用它的系统。")],
    scope: Annotated[list[Permission], typer.Option("--scope", help=f"可重复：{_SCOPES}。")],
    department: Annotated[
        str | None, typer.Option("--department", help="单位编码（涉及本单位工单时必填）。")
    ] = None,
    days: Annotated[int, typer.Option("--days", help="有效天数。")] = _DAYS,
) -> None:
    """Issue a token, shown once."""
    if department is not None and department not in _department_codes():
        raise TokenNotAllowedError(f"token {name!r}: no department {department}")
    with _tokens() as (tokens, session):
        token = tokens.issue(session, name, scope, days, department)
        _record(session, "token.issued", name)
    typer.echo(f"服务令牌 {name}，只显示这一次：{token}")


@app.command("list", help="列出全部服务令牌。")
def list_tokens() -> None:
    """Show every token, never its value."""
    table = Table("名称", "权限", "单位", "有效至", "吊销")
    with _tokens() as (tokens, session):
        for one in tokens.issued(session):
            revoked = f"{one.revoked_at:%Y-%m-%d %H:%M}" if one.revoked_at else "—"
            scopes = " ".join(sorted(one.scopes))
            until = f"{one.expires_at:%Y-%m-%d}"
            table.add_row(one.name, scopes, one.department_code or "—", until, revoked)
    Console().print(table)


@app.command("revoke", help="立即吊销一个服务令牌。")
def revoke(name: Annotated[str, typer.Argument(help="名称。")]) -> None:
    """End a token at once."""
    with _tokens() as (tokens, session):
        tokens.revoke(session, name)
        _record(session, "token.revoked", name)
    typer.echo(f"已吊销服务令牌 {name}。")


def _department_codes() -> frozenset[str]:
    from knowledge_base.loader import load_library  # noqa: PLC0415 -- slow import

    return frozenset(load_library().departments)


def _record(session: Session, action: str, name: str) -> None:
    AccessService(SystemClock(), load_settings().session_hours).record(session, None, action, name)


@contextmanager
def _tokens() -> Iterator[tuple[ServiceTokens, Session]]:
    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.resolved_database_url)
    try:
        upgrade(database)
        with database.transaction() as session:
            yield ServiceTokens(SystemClock()), session
    finally:
        database.dispose()
