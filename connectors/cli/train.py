"""``hotline train``: make models from the city's own data."""

from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.console import Console
from rich.table import Table

from bot.training import train
from foundation.clock import SystemClock
from foundation.errors import HotlineError, MalformedInputError
from foundation.settings import load_settings
from knowledge_base.loader import load_library
from retrieval.encoder.preparation import load_encoder
from routing.city_data import load_taxonomy
from routing.learning.history import read_history
from routing.learning.model import CATEGORY, KIND
from routing.learning.store import SHIPPED, Manifest, ModelStore
from routing.learning.training import Comparison, Trainer, Verdict
from routing.proposals.assembly import load_routing_service

app = typer.Typer(no_args_is_help=True, help="训练模型。")
_OTHERS = {CATEGORY: "分类", KIND: "诉求类型"}


@app.command("assistant", help="训练对话模型；语料、配置和语义模型都没有变化时不重复训练。")
def assistant() -> None:
    """Train Rasa's model when its sources changed."""
    train(load_settings(), _tell)


@app.command("routing", help="用本市已办结工单训练派单；不比现用模型好就不启用。")
def routing(
    tickets: Annotated[
        Path | None,
        typer.Option(help="已办结工单（CSV）：诉求内容、承办单位，可带地点、分类、类型。"),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="名称对照（YAML：表中的名称 → 单位或分类编号）。")
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="列出各版本。")] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="退回前一版本，或 --to 指定的版本。")
    ] = False,
    to: Annotated[str | None, typer.Option(help="退回到哪个版本；0000 为不用历史工单。")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只比较，不启用。")] = False,
    words_only: Annotated[bool, typer.Option("--words-only", help="不用语义模型。")] = False,
) -> None:
    """Learn who handles what from closed tickets; list versions; go back to one."""
    store = ModelStore(load_settings().data_dir)
    try:
        if show:
            _list(store)
        elif rollback:
            _roll_back(store, to)
        elif tickets is None:
            raise typer.BadParameter("请用 --tickets 给出已办结工单，或用 --list、--rollback")
        else:
            _learn(store, tickets, mapping, keep=not dry_run, dense=not words_only)
    except HotlineError as error:
        typer.echo(error.user_message, err=True)
        raise typer.Exit(2) from error


def _learn(
    store: ModelStore, tickets: Path, mapping: Path | None, *, keep: bool, dense: bool
) -> None:
    settings, clock = load_settings(), SystemClock()
    library, taxonomy = load_library(), load_taxonomy()
    history = read_history(tickets, library.departments, taxonomy, _mapping(mapping))
    for fault in history.faults:
        typer.echo(f"略过{fault}", err=True)
    encoder = load_encoder(settings) if dense else None
    service = load_routing_service(
        settings, clock, library=library, encoder=encoder, dense=dense, learnt=False
    )
    service.warm_up()
    trainer = Trainer(service, taxonomy, None if encoder is None else encoder.fingerprint)
    verdict = trainer.train(store, history.rows, clock.now(), keep=keep, progress=_tell)
    _report(verdict, len(history.rows))
    if verdict.refused is not None:
        raise typer.Exit(1)


def _report(verdict: Verdict, rows: int) -> None:
    typer.echo(f"工单 {rows} 件，五折检验：")
    typer.echo(f"  承办单位  {_compared(verdict.bodies)}；前三位含正确单位 {verdict.top3:.3f}")
    typer.echo(f"  示例诉求  {_compared(verdict.shipped)}")
    for name, compared in verdict.others.items():
        used = "采用" if compared.better else "不采用"
        typer.echo(f"  {_OTHERS[name]}  {_compared(compared)}；{used}")
    if verdict.refused is not None:
        typer.echo(f"不启用：{verdict.refused}。现用版本 {verdict.in_force} 不变。")
    elif verdict.version is None:
        typer.echo("更好。没有启用（--dry-run）。")
    else:
        typer.echo(f"已启用版本 {verdict.version}；正在运行的服务重启后生效。")


def _compared(one: Comparison) -> str:
    difference = one.new - one.in_force
    interval = f"95% 区间 {one.low:+.3f} 至 {one.high:+.3f}"
    return f"新 {one.new:.3f}，现用 {one.in_force:.3f}，差 {difference:+.3f}（{interval}）"


def _list(store: ModelStore) -> None:
    table = Table("版本", "训练时间", "工单", "正确率", "当时现用", "状态")
    current = store.current
    table.add_row(SHIPPED, "随软件", "—", "—", "—", "现用" if current == SHIPPED else "")
    for one in store.versions():
        table.add_row(*_row(one), "现用" if current == one.version else "")
    Console().print(table)


def _row(one: Manifest) -> tuple[str, str, str, str, str]:
    new, old = (one.figures.get(name, 0.0) for name in ("top1", "in_force_top1"))
    return one.version, one.made_at, str(one.rows), f"{new:.3f}", f"{old:.3f}"


def _roll_back(store: ModelStore, to: str | None) -> None:
    version = to or store.before(store.current)
    if to is None and store.current == SHIPPED:
        typer.echo("现在没有使用历史工单训练的版本，无可退回。")
        raise typer.Exit(1)
    store.put_in_force(version)
    typer.echo(f"已退回版本 {version}；正在运行的服务重启后生效。")


def _mapping(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise MalformedInputError(f"mapping: {error}") from error
    if not isinstance(read, dict):
        raise MalformedInputError("mapping: no mapping of names to codes")
    return {str(name): str(code) for name, code in read.items()}


def _tell(step: str, done: float) -> None:
    typer.echo(f"{done:4.0%} {step}", err=True)
