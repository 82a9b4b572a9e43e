"""``hotline kb policy``: official texts imported, listed, shown, published and ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.orm import Session

from foundation.access.permissions import Role as AccountRole
from foundation.access.service import AccessService, Account
from foundation.clock import SystemClock
from foundation.database.migration import upgrade
from foundation.database.session import Database
from foundation.settings import load_settings
from knowledge_base.policies.parsing import parse_file
from knowledge_base.policies.quoting import quote
from knowledge_base.policies.reading.files import read_file
from knowledge_base.policies.schema import PolicyDocument
from knowledge_base.policies.schemas import PolicyLine, SavedPolicy, Source
from knowledge_base.policies.service import PolicyService
from knowledge_base.schema import Visibility

app = typer.Typer(help="政策文件：导入、查看、发布、停用。", no_args_is_help=True)

_EDITING = frozenset({AccountRole.KNOWLEDGE_EDITOR})
_UNKNOWN = "—"
_File = Annotated[
    Path, typer.Argument(help="DOCX、PDF、HTML 或 TXT。", exists=True, dir_okay=False)
]
_Code = Annotated[str, typer.Argument(help="文件编号，形如 P0001。")]
_Reviewer = Annotated[str, typer.Option("--by", help="审核账号；不能是导入的账号。")]


@app.command("import", help="导入一个政策文件，等待审核；同一文号再次导入即为更新。")
def import_command(
    file: _File,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示解析结果，不保存。")] = False,
    by: Annotated[str | None, typer.Option("--by", help="导入的账号；不写记为本机终端。")] = None,
    visibility: Annotated[
        Visibility, typer.Option("--visibility", help="public、operators 或 internal。")
    ] = Visibility.PUBLIC,
) -> None:
    """Read a file; show what was found and keep it for review."""
    data = read_file(file)
    parsed = parse_file(data, file.name)
    _show_head(parsed.document)
    for remark in parsed.remarks:
        typer.echo(f"注意：{remark}")
    if dry_run:
        typer.echo("试运行：没有保存。")
        return
    with _opened() as (service, access, session):
        account = _terminal() if by is None else access.named(session, by)
        source = Source.of(data, file.name)
        saved = service.import_document(session, account, parsed, source, visibility)
    outcome = "" if saved.outcome is None else saved.outcome.label
    typer.echo(f"{outcome} {saved.code}，{saved.state.label}。")


@app.command("list", help="列出政策文件。")
def list_command() -> None:
    """Show every document, the newest version first."""
    table = Table("编号", "版本", "状态", "可见", "标题", "文号", "施行", "失效")
    with _opened() as (service, _, session):
        for line in service.listing(session, _terminal()):
            table.add_row(*_cells(line))
    Console().print(table)


@app.command("show", help="显示一个政策文件的全部条款，或逐字引用其中一条。")
def show_command(
    code: _Code,
    clause: Annotated[
        str | None, typer.Option("--clause", help="条款路径，形如 article3/paragraph2。")
    ] = None,
    version: Annotated[int | None, typer.Option("--version", help="版本号；不写为最新。")] = None,
) -> None:
    """Show all clauses with their paths, or one quoted word for word."""
    with _opened() as (service, _, session):
        content = service.content(session, _terminal(), code, version)
    if clause is not None:
        typer.echo(str(quote(content.document, clause)))
        return
    typer.echo(f"{content.code} {content.state.label}（来源：{content.source_name}）")
    _show_head(content.document)
    for one in content.document.clauses:
        typer.echo(f"[{one.key or one.role.value}] {one.text}")


@app.command("publish", help="发布待审核的政策文件，此后回答可以引用。")
def publish_command(code: _Code, by: _Reviewer) -> None:
    """Publish what waits for review."""
    with _opened() as (service, access, session):
        account = access.named(session, by)
        saved = service.publish(session, account, code, _lock(service, session, code))
    _tell(saved)


@app.command("expire", help="停用已发布的政策文件。")
def expire_command(
    code: _Code, by: _Reviewer, reason: Annotated[str, typer.Option("--reason", help="停用理由。")]
) -> None:
    """End what was published last."""
    with _opened() as (service, access, session):
        account = access.named(session, by)
        saved = service.expire(session, account, code, reason, _lock(service, session, code))
    _tell(saved)


@app.command("discard", help="放弃待审核的政策文件。")
def discard_command(code: _Code, by: _Reviewer) -> None:
    """Throw away what waits for review."""
    with _opened() as (service, access, session):
        account = access.named(session, by)
        service.discard(session, account, code, _lock(service, session, code))
    typer.echo(f"{code} 待审核的内容已放弃。")


def _tell(saved: SavedPolicy) -> None:
    typer.echo(f"{saved.code} 第{saved.version}版，{saved.state.label}。")


def _show_head(document: PolicyDocument) -> None:
    typer.echo(f"标题：{document.title}")
    typer.echo(f"文号：{document.number or _UNKNOWN}")
    typer.echo(f"发文机关：{'、'.join(document.issuers) or _UNKNOWN}")
    typer.echo(f"成文日期：{document.issued_on or _UNKNOWN}")
    typer.echo(
        f"施行：{document.in_force_from or _UNKNOWN}，失效：{document.in_force_to or _UNKNOWN}"
    )
    today = SystemClock().now().date()
    typer.echo(f"今天{'可以' if document.in_force_on(today) else '不可以'}作为依据引用")
    typer.echo(f"可引用的条款：{len(document.provisions)} 项，全文共 {len(document.text)} 字")


def _cells(line: PolicyLine) -> tuple[str, ...]:
    return (
        line.code,
        str(line.version or _UNKNOWN),
        line.state.label,
        line.visibility.value,
        escape(line.title),
        escape(line.number or _UNKNOWN),
        str(line.in_force_from or _UNKNOWN),
        str(line.in_force_to or _UNKNOWN),
    )


def _lock(service: PolicyService, session: Session, code: str) -> int:
    # The terminal shows nothing to go stale: read and write are one transaction.
    return service.lock_version(session, code)


def _terminal() -> Account:
    """Whoever may run this command may read the database file; the audit says so."""
    return Account("terminal", "terminal", "本机终端", _EDITING, None)


@contextmanager
def _opened() -> Iterator[tuple[PolicyService, AccessService, Session]]:
    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.resolved_database_url)
    clock = SystemClock()
    access = AccessService(clock, settings.session_hours)
    try:
        upgrade(database)
        with database.transaction() as session:
            yield PolicyService(access, clock), access, session
    finally:
        database.dispose()
