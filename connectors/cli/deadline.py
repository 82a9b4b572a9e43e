"""``hotline deadline``: when a limit ends, with its working shown."""

import sys
from datetime import datetime
from typing import Annotated, Any, Literal

import typer
from pydantic import BaseModel, ConfigDict, StrictFloat, StrictInt, ValidationError

from connectors.cli.machine_form import JsonObject, answer_lines, json_only_output
from foundation.clock import SHANGHAI, SystemClock
from foundation.errors import MalformedInputError
from foundation.settings import load_settings
from routing.deadlines.counting import LimitUnit
from routing.deadlines.derivation import day_words
from routing.deadlines.service import DeadlineService, ResolveDeadline, load_deadline_service
from routing.schemas import AppealKind


class CountRequest(BaseModel):
    """One line of the machine form."""

    model_config = ConfigDict(frozen=True)

    id: Any
    start: str  # ISO 8601; Asia/Shanghai where it names no offset; a day alone is its midnight
    kind: Literal["working_days", "hours", "calendar_days"]
    amount: StrictInt | StrictFloat


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("deadline", help="计算限时办结时间并列出推导。")(deadline)


def deadline(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="从标准输入逐行读 JSON。")] = False,
    start: Annotated[str | None, typer.Option(help="起算时间（ISO 8601），默认现在。")] = None,
    kind: Annotated[str | None, typer.Option(help="诉求类别，如 投诉：按当前规则包计算。")] = None,
    amount: Annotated[float | None, typer.Option(help="数量；与 --unit 同用。")] = None,
    unit: Annotated[LimitUnit, typer.Option(help="单位。")] = LimitUnit.WORKING_DAYS,
) -> None:
    """Count one limit, or one a line with ``--jsonl``."""
    clock = SystemClock()
    service = load_deadline_service(load_settings(), clock)
    if jsonl:
        with json_only_output() as output:
            answer_lines(sys.stdin, lambda line: answer(line, service), output)
        return
    begun = clock.now() if start is None else parse_start(start)
    if kind is not None:
        _show(service.resolve_due(_kind(kind), begun))
    elif amount is not None:
        counted = service.count(begun, unit, amount)
        _show_lines(counted.due_at, counted.derivation, provisional=counted.provisional)
    else:
        raise typer.BadParameter("请给出 --kind（诉求类别）或 --amount（数量）")


def answer(line: JsonObject, service: DeadlineService) -> JsonObject:
    """Answer one line of the machine form.

    Raises:
        ValueError: the line lacks a field or holds a value that cannot be counted.
        MalformedInputError: the amount is no limit.
    """
    try:
        request = CountRequest.model_validate(line)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ValueError("; ".join(faults)) from error
    try:
        counted = service.count(parse_start(request.start), LimitUnit(request.kind), request.amount)
    except OverflowError as error:
        raise ValueError("the count leaves the calendar") from error
    return {
        "id": request.id,
        "due_at": counted.due_at.isoformat(timespec="seconds"),
        "provisional": counted.provisional,
        "derivation": list(counted.derivation),
    }


def parse_start(text: str) -> datetime:
    """Read an ISO 8601 moment or day; Asia/Shanghai where it names no offset.

    Raises:
        MalformedInputError: it is neither.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedInputError(f"start: not an ISO 8601 time: {text[:40]!r}") from error
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment


def _kind(label: str) -> AppealKind:
    for kind in AppealKind:
        if label in {kind.label, kind.value}:
            return kind
    raise typer.BadParameter(f"没有“{label}”这一类别")


def _show(deadline_found: ResolveDeadline) -> None:
    _show_lines(
        deadline_found.due_at, deadline_found.derivation, provisional=deadline_found.provisional
    )
    if deadline_found.clause is not None:
        typer.echo(
            f"规则包：{deadline_found.rule_pack}；确定程度：{deadline_found.certainty}；"
            f"{deadline_found.clause}"
        )


def _show_lines(due_at: datetime | None, derivation: tuple[str, ...], *, provisional: bool) -> None:
    if due_at is None:
        typer.echo("没有时限。")
    else:
        mark = "（暂定）" if provisional else ""
        typer.echo(f"到期时间：{day_words(due_at.date())}{due_at:%H:%M:%S}{mark}")
    for line in derivation:
        typer.echo(f"  {line}")
