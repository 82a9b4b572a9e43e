"""``hotline encoder`` and ``hotline index``: the semantic model, its thresholds, its index."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from foundation.settings import load_settings
from knowledge_base.loader import load_library
from retrieval.calibration.store import SHIPPED_FILE, own_file
from retrieval.encoder.preparation import prepare_encoder
from retrieval.encoder.progress import Progress as Report
from retrieval.index.store import index_folder
from retrieval.reranking.preparation import prepare_reranker
from retrieval.search import SearchEngine

encoder_app = typer.Typer(help="语义模型：准备、校准。", no_args_is_help=True)
index_app = typer.Typer(help="语义索引。", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add both groups."""
    app.add_typer(encoder_app, name="encoder")
    app.add_typer(index_app, name="index")


@encoder_app.command("prepare", help="下载并转换语义模型；已就绪时什么也不做。")
def prepare() -> None:
    """Prepare the encoder that the settings ask for."""
    with _shown() as report:
        prepare_encoder(settings := load_settings(), report)
        prepare_reranker(settings, report)


@encoder_app.command("calibrate", help="为当前语义模型和知识库重新确定阈值。")
def calibrate(
    *,
    shipped: Annotated[
        bool, typer.Option("--shipped", help="写入随程序发布的文件，而不是数据目录。")
    ] = False,
) -> None:
    """Fit weights and thresholds, and print how well they do on held-out questions."""
    from retrieval.calibration.command import (  # noqa: PLC0415 -- scikit-learn is slow to import
        calibrate as fit,
    )

    settings = load_settings()
    path = SHIPPED_FILE if shipped else own_file(settings)
    with _shown() as report:
        result = fit(load_library(), settings, path, report)
    table = Table("指标（交叉验证）", *result.quality)
    names = sorted({name for figures in result.quality.values() for name in figures})
    for name in names:
        values = (figures.get(name) for figures in result.quality.values())
        table.add_row(name, *("" if value is None else f"{value:g}" for value in values))
    Console().print(table)


@index_app.command("build", help="重建语义索引。")
def build() -> None:
    """Build the vector index anew."""
    settings = load_settings()
    shutil.rmtree(index_folder(settings), ignore_errors=True)
    with _shown() as report:
        SearchEngine(load_library(), settings).load_dense(report)


@contextmanager
def _shown() -> Iterator[Report]:
    """Show a bar with the present step."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    with bar:
        task = bar.add_task("", total=1.0)
        yield lambda step, done: bar.update(task, description=step, completed=done)
