"""``hotline evaluate``: how well citizens' questions are answered, measured on files of them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from connectors.cli.machine_form import json_only_output
from connectors.present_library import present_library
from foundation.clock import SystemClock
from foundation.settings import load_settings
from retrieval.calibration.store import active_calibration
from retrieval.evaluation.floors import floors_from, read_floors
from retrieval.evaluation.outcomes import Outcome, ask_all
from retrieval.evaluation.questions import EvaluationQuestion, check_codes, read_questions
from retrieval.evaluation.report import (
    Report,
    Setting,
    make_report,
    question_file,
    read_report,
)
from retrieval.service import Retriever

app = typer.Typer(help="评测：用成批问题检验回答的质量。", no_args_is_help=True)
app.callback()(lambda: None)  # one command alone would lose its name

_TOKENS = Path(__file__).parent.parent / "ui" / "tokens.css"
_SHOWN = {
    "recall_at_1": "首位正确（R@1）",
    "recall_at_3": "前三含正确项（R@3）",
    "recall_at_5": "前五含正确项（R@5）",
    "mrr": "平均倒数排名（MRR）",
    "answer_precision": "作答的精度",
    "answered_wrong": "直接答错",
    "clarified": "给出选项",
    "clarified_with_right": "选项中含正确项",
    "refused": "该答未答",
    "outside_refused": "库外问题不作答",
    "abstention_precision": "不作答的精度",
}


@app.command("retrieval", help="用问题文件评测办事问答（YAML 或 JSONL）。")
def retrieval_command(
    files: Annotated[
        list[Path], typer.Argument(help="问题文件，可多个。", exists=True, dir_okay=False)
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="标准输出只有一个 JSON 对象。")] = False,
    save: Annotated[Path | None, typer.Option("--save", help="把结果存为 JSON 文件。")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="写一份网页报告。")] = None,
    against: Annotated[
        Path | None, typer.Option("--against", help="与先前 --save 的结果对比。", exists=True)
    ] = None,
    floors: Annotated[
        Path | None, typer.Option("--floors", help="低于此文件中的下限时退出码为 1。", exists=True)
    ] = None,
    set_floors: Annotated[
        Path | None, typer.Option("--set-floors", help="把本次结果定为下限，写入文件。")
    ] = None,
) -> None:
    """Ask every question of the files as a citizen would, and tell how it went."""
    least = None if floors is None else read_floors(floors)
    if not as_json:
        report = _evaluated(files, against)
        show(report, Console())
    else:
        with json_only_output() as output:
            report = _evaluated(files, against)
            output.write(json.dumps(report.model_dump(mode="json"), ensure_ascii=False) + "\n")
    if save is not None:
        save.write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if html is not None:
        # matplotlib is slow to import, and only the page needs it
        from retrieval.evaluation.page import html_page  # noqa: PLC0415 -- slow import

        html.write_text(html_page(report, _TOKENS.read_text(encoding="utf-8")), encoding="utf-8")
        typer.echo(f"报告已写入 {html}", err=True)
    if set_floors is not None:
        set_floors.write_text(floors_from(report).model_dump_json(indent=2) + "\n", "utf-8")
    if faults := [] if least is None else least.faults(report):
        typer.echo("\n".join(faults), err=True)
        raise typer.Exit(1)


def _evaluated(files: Sequence[Path], against: Path | None) -> Report:
    earlier = None if against is None else read_report(against)
    questions = read_questions(files)
    settings = load_settings()
    library = present_library(settings)
    check_codes(questions, library)
    retriever = Retriever(library, settings)
    retriever.warm_up()
    outcomes = list(ask_all(retriever, library, _counted(questions)))
    return make_report(outcomes, setting_of(retriever, files, SystemClock().now()), earlier)


def setting_of(retriever: Retriever, files: Sequence[Path], now: datetime) -> Setting:
    """Return what is evaluated: files, library, encoder, thresholds in force."""
    calibration = active_calibration(load_settings())
    return Setting(
        made_at=now,
        files=tuple(map(question_file, files)),
        library=retriever.library.fingerprint,
        encoder=calibration.encoder,
        answer_from=calibration.full.answer_from,
        clarify_from=calibration.full.clarify_from,
    )


def _counted(questions: Sequence[EvaluationQuestion]) -> Iterable[EvaluationQuestion]:
    return track(questions, "提问", console=Console(stderr=True), transient=True)


def show(report: Report, console: Console) -> None:
    """Print the figures, what changed, and the worst cases for a person."""
    overall = report.overall
    values = overall.model_dump()
    table = Table("指标", "数值", title=f"库内 {overall.answerable} 题，库外 {overall.outside} 题")
    for name, label in _SHOWN.items():
        table.add_row(label, "—" if values[name] is None else f"{values[name] * 100:.1f}%")
    table.add_row("当作有把握却答错", f"{overall.wrong_with_confidence} 题")
    if (separation := report.separation.best_score) is not None:
        table.add_row("最高分区分库内库外（AUROC）", f"{separation:.3f}")
    table.add_row("把握的平均偏差（ECE）", f"{report.reliability.expected_calibration_error:.3f}")
    latency = report.latency_ms
    table.add_row("耗时", f"中位数 {latency.p50:.1f} 毫秒，第95百分位 {latency.p95:.1f} 毫秒")
    console.print(table)
    for line in _changes(report):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if worst := report.worst()[:10]:
        console.print("\n最该看的问题：")
        for one in worst:
            console.print(_line(one), highlight=False, markup=False, soft_wrap=True)


def _changes(report: Report) -> Iterator[str]:
    found = report.comparison
    if found is None:
        return
    yield (
        f"与先前相比：共同 {found.compared} 题，变好 {len(found.better)} 题，"
        f"变差 {len(found.worse)} 题，其他变化 {len(found.moved)} 题"
    )
    for sign, changes in (("变差", found.worse), ("变好", found.better)):
        for one in changes:
            before, now = one.verdict_before.label, one.verdict.label
            yield f"  {sign}：{one.text}（{before} → {now}：{one.first}）"


def _line(one: Outcome) -> str:
    first = one.ranked[0].title if one.ranked else "没有找到"
    wanted = "、".join(one.codes) or "不作答"
    return f"  [{one.verdict.label}] {one.text} → {first}（应为 {wanted}）"
