"""``hotline setup``: what is made once from data, each step with its progress.

Every step asks first whether its result is there and of today's inputs, so that a second run takes
a moment; each writes beside its place and moves there when complete.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from connectors.cli.stamps import Stamp
from foundation.settings import ROOT, Settings, load_settings

# What a step is told: its present part in Chinese, the share done from 0 to 1.
Report = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that set-up makes."""

    title: str
    make: Callable[[Settings, Report], None]


def setup(
    *,
    without_rasa: Annotated[
        bool, typer.Option("--without-rasa", help="不训练对话模型（不启动 Rasa 时）。")
    ] = False,
) -> None:
    """Make what is missing or out of date."""
    # What the parts log is for the running service; here the bars and the errors tell all.
    handler = logging.StreamHandler()
    handler.setLevel(logging.ERROR)
    logging.getLogger().addHandler(handler)
    settings = load_settings()
    console = Console()
    for step in steps(with_rasa=not without_rasa and settings.rasa == "on"):
        with _shown(step.title, console) as report:
            step.make(settings, report)


def steps(*, with_rasa: bool) -> tuple[Step, ...]:
    """Return the steps in their order: each needs those before it."""
    common = (
        Step("语义模型", _prepare_encoder),
        Step("数据库", _upgrade_database),
        Step("检索索引", _build_index),
        Step("分派索引", _build_routing),
    )
    return (*common, Step("对话模型", _train_assistant)) if with_rasa else common


def _prepare_encoder(settings: Settings, report: Report) -> None:
    from retrieval.encoder.preparation import prepare_encoder  # noqa: PLC0415 -- slow import
    from retrieval.reranking.preparation import prepare_reranker  # noqa: PLC0415 -- same

    prepare_encoder(settings, report)
    prepare_reranker(settings, report)


def _upgrade_database(settings: Settings, report: Report) -> None:
    from foundation.database.migration import upgrade  # noqa: PLC0415 -- slow import
    from foundation.database.session import Database  # noqa: PLC0415 -- same

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    report("更新表结构", 0.0)
    database = Database(settings.resolved_database_url)
    try:
        upgrade(database)
    finally:
        database.dispose()
    report("表结构已是最新", 1.0)


def _build_index(settings: Settings, report: Report) -> None:
    from retrieval.encoder.preparation import encoder_folder  # noqa: PLC0415 -- slow import
    from retrieval.index.store import index_folder  # noqa: PLC0415 -- same

    stamp = Stamp(
        settings.data_dir / "setup" / "index",
        inputs=(
            *(ROOT / "knowledge_base", ROOT / "retrieval", ROOT / "requirements.lock"),
            encoder_folder(settings) / "manifest.json",
        ),
        results=(index_folder(settings),),
    )
    if not stamp.is_current:
        from knowledge_base.loader import load_library  # noqa: PLC0415 -- slow import
        from retrieval.service import Retriever  # noqa: PLC0415 -- same

        report("读取办事指南", 0.0)
        Retriever(load_library(), settings).warm_up(report)
        stamp.write()
    report("检索索引就绪", 1.0)


def _build_routing(settings: Settings, report: Report) -> None:
    from retrieval.encoder.preparation import encoder_folder  # noqa: PLC0415 -- slow import

    cache = settings.data_dir / "cache"
    stamp = Stamp(
        settings.data_dir / "setup" / "routing",
        inputs=(
            *(ROOT / "routing", ROOT / "knowledge_base" / "city", ROOT / "requirements.lock"),
            encoder_folder(settings) / "manifest.json",
        ),
        results=(cache,),
    )
    if not stamp.is_current:
        from foundation.clock import SystemClock  # noqa: PLC0415 -- slow import
        from routing.proposals.assembly import load_routing_service  # noqa: PLC0415 -- same

        report("读取分类和职责清单", 0.0)
        service = load_routing_service(settings, SystemClock())
        report("建立诉求用语的向量", 0.2)
        service.warm_up()
        stamp.write()
    report("分派索引就绪", 1.0)


def _train_assistant(settings: Settings, report: Report) -> None:
    from bot.training import train  # noqa: PLC0415 -- only with Rasa

    train(settings, report)


@contextmanager
def _shown(title: str, console: Console) -> Iterator[Report]:
    """Show a bar on a terminal, one line for each new part in a log."""
    if console.is_terminal:
        bar = Progress(
            TextColumn(f"{title} {{task.description}}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            console=console,
        )
        with bar:
            task = bar.add_task("", total=1.0)
            yield lambda part, done: bar.update(task, description=part, completed=done)
            bar.update(task, completed=1.0)
    else:
        yield _line_by_line(title)


def _line_by_line(title: str) -> Report:
    told = ""

    def report(part: str, done: float) -> None:
        nonlocal told
        if part != told:
            told = part
            typer.echo(f"{title} {done:4.0%} {part}")

    return report


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("setup", help="准备语义模型、数据库、索引和对话模型；已就绪的不重复。")(setup)
