"""``hotline kb entry``: one entry drafted, reviewed, published and ended from the terminal.

Every command acts as a named account and may do what that account's roles allow.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from connectors.cli import kb_bulk
from connectors.cli.entry_desk import EntryDesk, entry_desk
from foundation.errors import MalformedInputError
from knowledge_base.entries.content import content_code
from knowledge_base.entries.diff import FieldChange
from knowledge_base.entries.errors import EntryNotFoundError, StaleBaseError
from knowledge_base.entries.schemas import EntryView, Saved, VersionView
from knowledge_base.entries.states import EntryState
from knowledge_base.entries.text_form import as_text, read_text

app = typer.Typer(help="条目：起草、提交、发布、回退、停用。", no_args_is_help=True)
kb_bulk.register(app)

_User = Annotated[str, typer.Option("--as", help="以哪个账号操作（账号名）。")]
_Code = Annotated[str, typer.Argument(help="事项编码。")]
_Reason = Annotated[str, typer.Option("--reason", help="理由。")]
_Override = Annotated[
    str | None, typer.Option("--override", help="检查有问题仍要发布时的放行理由。")
]
_Lock = Annotated[
    int | None,
    typer.Option("--lock", help="看到的修订号（show 显示）；此后有人改过则拒绝。"),
]


class EntryFileError(MalformedInputError):
    """The file holds no entry."""

    def __init__(self, path: Path, problem: str) -> None:
        self.user_message = f"{path.name}：{problem}"
        super().__init__(f"entry file {path.name} cannot be used")


@app.command("list", help="列出改动过的条目及其各个版本，最近改动的在前。")
def list_command(
    user: _User,
    state: Annotated[EntryState | None, typer.Option("--state", help="只看某一状态。")] = None,
) -> None:
    """Show every version that the account may read."""
    with entry_desk(user) as desk, desk.database.reading() as session:
        versions = desk.entries.views.versions(session, desk.account, state)
    if not versions:
        typer.echo("没有符合条件的条目。")
        return
    Console().print(_table(versions))


@app.command("show", help="显示一个条目的各个版本；--yaml 输出可供编辑的内容。")
def show_command(
    code: _Code,
    user: _User,
    version: Annotated[int | None, typer.Option("--version", help="第几版。")] = None,
    *,
    yaml: Annotated[bool, typer.Option("--yaml", help="只输出内容（YAML）。")] = False,
) -> None:
    """Show an entry, or print one version's content as ``edit`` takes it."""
    with entry_desk(user) as desk:
        view = desk.view(code)
        with desk.database.reading() as session:
            content = desk.entries.views.content(session, desk.account, code, version)
    if yaml:
        base = content.version or _base_version(view)
        typer.echo(as_text({**content.content, **({"version": base} if base else {})}), nl=False)
        return
    typer.echo(f"{view.code} {view.title}（修订号 {view.lock_version}）")
    if view.shipped_version is not None:
        newer = "，比在用版本依据的更新，请核对" if view.shipped_newer else ""
        typer.echo(f"随产品发布的指南：第 {view.shipped_version} 版{newer}")
    if view.versions:
        Console().print(_table(view.versions))


@app.command("edit", help="用 YAML 文件新建或改写草稿。文件可由 show --yaml 得到。")
def edit_command(
    file: Annotated[
        Path, typer.Argument(help="一个事项的 YAML 文件。", dir_okay=False, exists=True)
    ],
    user: _User,
    reason: _Reason,
    lock: _Lock = None,
) -> None:
    """Save a file as the entry's draft; one made from an outdated version is refused."""
    content = _read(file)
    code = content_code(content)
    with entry_desk(user) as desk:
        try:
            view = desk.view(code)
        except EntryNotFoundError:  # a matter that nobody has written yet
            view = EntryView(code, code, 0, None, shipped_newer=False, versions=())
        made_from, latest = content.get("version"), _base_version(view)
        if isinstance(made_from, int) and made_from != latest:
            raise StaleBaseError(code, made_from, latest)
        with desk.database.transaction() as session:
            known = view.lock_version if lock is None else lock
            saved = desk.entries.drafts.save(session, desk.account, content, reason, known)
            changes = desk.entries.views.content(session, desk.account, code).changes
    typer.echo(f"{code} 的草稿已保存（修订号 {saved.lock_version}），改动如下：")
    _print_changes(changes)


@app.command("submit", help="把草稿提交审核。")
def submit_command(code: _Code, user: _User, lock: _Lock = None) -> None:
    """Hand the draft to the reviewers."""
    with entry_desk(user) as desk:
        known = desk.lock(code, lock)
        with desk.database.transaction() as session:
            desk.entries.drafts.submit(session, desk.account, code, known)
    typer.echo(f"{code} 已提交审核。")


@app.command("return", help="把待审核的内容退回修改。")
def return_command(code: _Code, user: _User, reason: _Reason, lock: _Lock = None) -> None:
    """Send what waits for review back to its writers."""
    with entry_desk(user) as desk:
        known = desk.lock(code, lock)
        with desk.database.transaction() as session:
            desk.entries.drafts.send_back(session, desk.account, code, reason, known)
    typer.echo(f"{code} 已退回修改。")


@app.command("discard", help="丢弃草稿。")
def discard_command(code: _Code, user: _User, lock: _Lock = None) -> None:
    """Throw the draft away."""
    with entry_desk(user) as desk:
        known = desk.lock(code, lock)
        with desk.database.transaction() as session:
            desk.entries.drafts.discard(session, desk.account, code, known)
    typer.echo(f"{code} 的草稿已丢弃。")


@app.command("publish", help="检查并发布待审核的内容；不能发布自己写的。")
def publish_command(
    code: _Code, user: _User, reason: _Reason, override: _Override = None, lock: _Lock = None
) -> None:
    """Check what waits for review and publish it."""
    with entry_desk(user) as desk:
        known = desk.lock(code, lock)
        saved = desk.entries.publish(desk.account, code, known, reason, override)
    _told(saved)


@app.command("rollback", help="把从前某一版的内容作为新版本发布。")
def rollback_command(
    code: _Code,
    version: Annotated[int, typer.Argument(help="回到第几版。")],
    user: _User,
    reason: _Reason,
    override: _Override = None,
    lock: _Lock = None,
) -> None:
    """Publish an earlier version's content anew."""
    with entry_desk(user) as desk:
        known = desk.lock(code, lock)
        saved = desk.entries.roll_back(desk.account, code, version, known, reason, override)
    _told(saved)


@app.command("expire", help="停用已发布的版本（不写版本号则停用在用的一版）。")
def expire_command(
    code: _Code,
    user: _User,
    reason: _Reason,
    version: Annotated[int | None, typer.Option("--version", help="第几版。")] = None,
    superseded_by: Annotated[
        str | None, typer.Option("--superseded-by", help="由哪个事项取代（编码）。")
    ] = None,
    lock: _Lock = None,
) -> None:
    """End a published version."""
    with entry_desk(user) as desk:
        known = desk.lock(code, lock)
        with desk.database.transaction() as session:
            saved = desk.entries.expiry.expire(
                session,
                desk.account,
                code,
                reason,
                known,
                version=version,
                superseded_by=superseded_by,
            )
    typer.echo(f"{code} 第 {saved.version} 版已停用，运行中的服务将在 5 秒内不再采用。")


@app.command("diff", help="逐项列出改动：草稿对在用版本，或任意两版之间。")
def diff_command(
    code: _Code,
    user: _User,
    before: Annotated[int | None, typer.Argument(help="较早的一版。")] = None,
    after: Annotated[int | None, typer.Argument(help="较晚的一版；不写则为最新。")] = None,
) -> None:
    """Show what a draft changes, or what differs between two versions."""
    with entry_desk(user) as desk, desk.database.reading() as session:
        changes = _changes(session, desk, code, before, after)
    _print_changes(changes)


def _changes(
    session: Session, desk: EntryDesk, code: str, before: int | None, after: int | None
) -> tuple[FieldChange, ...]:
    views = desk.entries.views
    if before is None:
        return views.content(session, desk.account, code).changes
    return views.compare(session, desk.account, code, before, after)


def _read(file: Path) -> Mapping[str, object]:
    try:
        found = read_text(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise EntryFileError(file, "不是 UTF-8 编码的文本") from error
    if found.content is None:
        raise EntryFileError(file, found.problem or "内容无法读取")
    return found.content


def _base_version(view: EntryView) -> int | None:
    numbers = [one.version for one in view.versions if one.version is not None]
    return max(numbers, default=view.shipped_version)


def _told(saved: Saved) -> None:
    when = "" if saved.in_force_from is None else f"，自 {saved.in_force_from} 起采用"
    typer.echo(f"{saved.code} 第 {saved.version} 版已发布{when}；运行中的服务 5 秒内更新。")


def _table(versions: list[VersionView] | tuple[VersionView, ...]) -> Table:
    table = Table("编码", "名称", "版本", "状态", "生效", "编写", "审核", "理由")
    for one in versions:
        number = "—" if one.version is None else f"第 {one.version} 版"
        state = one.state.label if one.version is None else one.standing.label
        begins = one.in_force_from or one.effective_on
        table.add_row(
            one.code,
            one.title,
            number,
            state,
            "—" if begins is None else str(begins),
            one.author,
            one.reviewer or "—",
            one.end_reason or one.reason,
        )
    return table


def _print_changes(changes: tuple[FieldChange, ...]) -> None:
    if not changes:
        typer.echo("没有差别。")
    for change in changes:
        typer.echo(f"{change.field}：{_shown(change.before)} → {_shown(change.after)}")


def _shown(value: object) -> str:
    return "（无）" if value is None else json.dumps(value, ensure_ascii=False)
