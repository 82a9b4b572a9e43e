"""``hotline route``: kind, category, responsible body and deadline of an appeal."""

import sys
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, TextIO

import typer
from pydantic import BaseModel, ConfigDict, StrictStr, ValidationError

from connectors.cli.learnt_from_tickets import learnt_from_tickets
from connectors.cli.machine_form import JsonObject, answer_lines, json_only_output
from foundation.clock import SHANGHAI, SystemClock
from foundation.errors import MalformedInputError
from foundation.settings import load_settings
from routing.proposals.assembly import load_routing_service
from routing.proposals.service import RoutingService
from routing.schemas import AppealReading, Category, Emotion, Proposal


class RouteRequest(BaseModel):
    """One line of the machine form."""

    model_config = ConfigDict(frozen=True)

    id: Any
    text: StrictStr
    place: StrictStr | None = None
    received_at: StrictStr | None = None  # ISO 8601; Asia/Shanghai where it names no offset


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("route", help="判断诉求的类别、承办单位和时限。")(route)


def route(
    text: Annotated[str | None, typer.Argument(help="市民的原话。")] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="从标准输入逐行读 JSON。")] = False,
    place: Annotated[str | None, typer.Option(help="事发地点。")] = None,
    words_only: Annotated[
        bool, typer.Option("--words-only", help="不用语义模型，只按词语判断。")
    ] = False,
) -> None:
    """Route one appeal, or one a line with ``--jsonl``."""
    if not jsonl and text is None:
        raise typer.BadParameter("请写出诉求，或用 --jsonl 从标准输入读取")
    with json_only_output() as output:
        settings = load_settings()
        with learnt_from_tickets(settings) as tickets:
            service = load_routing_service(
                settings,
                SystemClock(),
                dense=not words_only,
                catalogue=tickets.catalogue,
                history=tickets.history,
            )
            service.warm_up()
            _answer_all(service, text, place, output, jsonl=jsonl)


def _answer_all(
    service: RoutingService, text: str | None, place: str | None, output: TextIO, *, jsonl: bool
) -> None:
    if jsonl:
        answer_lines(sys.stdin, lambda line: answer(line, service), output)
    elif text is not None:
        output.writelines(f"{line}\n" for line in words(service.propose(text, place=place)))


def answer(line: JsonObject, service: RoutingService) -> JsonObject:
    """Answer one line of the machine form.

    Raises:
        ValueError: a field is missing or of the wrong type.
        MalformedInputError: the text is empty, or ``received_at`` is no time.
    """
    try:
        request = RouteRequest.model_validate(line)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ValueError("; ".join(faults)) from error
    if not request.text.strip():
        raise MalformedInputError("text: empty")
    begun = time.perf_counter()
    proposal = service.propose(
        request.text, place=request.place, received_at=_moment(request.received_at)
    )
    elapsed_ms = round(1000 * (time.perf_counter() - begun), 2)
    return {"id": request.id, **as_json(proposal), "elapsed_ms": elapsed_ms}


def as_json(proposal: Proposal) -> JsonObject:
    """Return a proposal in the machine form (docs/cli/route.schema.json)."""
    return {
        **_part_json(proposal),
        "parts": [{"text": part.text, **_part_json(part.proposal)} for part in proposal.parts],
    }


def _part_json(proposal: Proposal) -> JsonObject:
    """Return what a proposal for a whole appeal and for one part of it have in common."""
    reading = proposal.reading
    return {
        "outcome": proposal.outcome.value,
        "kind": reading.kind.label,
        "category": _category(reading.category),
        "lead": proposal.lead,
        "co": list(proposal.co),
        "candidates": [
            {"code": body.code, "score": body.score, "evidence": list(body.evidence)}
            for body in proposal.candidates
        ],
        "confidence": proposal.confidence,
        "send_back_risk": proposal.send_back_risk,
        "needs_dispatcher": proposal.needs_dispatcher,
        "asks": proposal.asks,
        "place": reading.place,
        "district": reading.district,
        "emotion": {"level": reading.emotion.label, "words": list(reading.emotion_words)},
        "demands": [{"demand": one.demand.label, "words": one.words} for one in reading.demands],
        "emergency_line": proposal.emergency_line,
        "urgent": proposal.urgent,
        "confidential": reading.confidential,
        "due_at": None if proposal.due_at is None else _iso(proposal.due_at),
    }


def words(proposal: Proposal) -> list[str]:
    """Return a proposal for people, line by line."""
    reading = proposal.reading
    category = reading.category
    lines = [f"类别：{reading.kind.label}（{reading.kind_probability:.0%}）"]
    if category is not None:
        lines.append(f"分类：{category.level1}/{category.level2}/{category.level3}")
    if proposal.emergency_line is not None:
        lines.append(f"紧急：请立即拨打 {proposal.emergency_line}")
    lines.append(f"主办：{proposal.lead or '须先问明地点'}（把握 {proposal.confidence:.0%}）")
    if proposal.send_back_risk is not None:
        lines.append(f"退单风险：{proposal.send_back_risk:.0%}")
    for body in proposal.candidates[:3]:
        lines.append(f"  {body.code} {body.score:.2f}")
        lines.extend(f"    {reason}" for reason in body.evidence)
    lines.append(f"地点：{reading.place or '未说明'}（{reading.district or '区县不明'}）")
    lines.extend(_wishes(reading))
    if proposal.due_at is not None:
        lines.append(f"办结期限：{_iso(proposal.due_at)}")
    marks = {
        "加急": proposal.urgent,
        "保密": reading.confidential,
        "人工派单": proposal.needs_dispatcher,
    }
    lines.extend(name for name, is_set in marks.items() if is_set)
    for number, part in enumerate(proposal.parts, 1):
        lines.append(f"第{number}件事：{part.text}")
        lines.extend(f"  {line}" for line in words(part.proposal))
    return lines


def _wishes(reading: AppealReading) -> Iterator[str]:
    if reading.demands:
        yield "要求：" + "、".join(
            f"{one.demand.label}（“{one.words}”）" for one in reading.demands
        )
    if reading.emotion is not Emotion.CALM:
        yield f"情绪：{reading.emotion.label}（“{'”“'.join(reading.emotion_words)}”）"


def _category(category: Category | None) -> JsonObject | None:
    if category is None:
        return None
    return {
        "code": category.code,
        "level1": category.level1,
        "level2": category.level2,
        "level3": category.level3,
    }


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedInputError(f"received_at: not an ISO 8601 time: {text[:40]!r}") from error
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment


def _iso(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")
