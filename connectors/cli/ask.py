"""``hotline ask``: a question answered from guides and policies, for people and for machines."""

import sys
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ConfigDict, StrictStr, ValidationError
from rich.console import Console
from rich.table import Table

from connectors.cli.machine_form import JsonObject, answer_lines, json_only_output
from connectors.present_library import present_library
from foundation.settings import load_settings
from retrieval.schemas import Answer, Candidate, Decision, EntryKind, Source
from retrieval.service import Retriever

_NO_ANSWER = "没有找到与您的问题对应的办事指南或政策问答。您可以换个说法。"


class Question(BaseModel):
    """One line of the machine form."""

    model_config = ConfigDict(frozen=True)

    id: Any
    q: StrictStr


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ask", help="用办事指南和政策问答回答一个问题；--jsonl 逐行读写 JSON。")(ask)


def ask(
    question: Annotated[str | None, typer.Argument(help="要问的问题。")] = None,
    *,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="从标准输入逐行读 JSON。")] = False,
) -> None:
    """Answer one question, or one a line with ``--jsonl``."""
    if jsonl:
        with json_only_output() as output:
            retriever = _retriever()
            answer_lines(sys.stdin, lambda line: answer(line, retriever), output)
    elif question is None:
        raise typer.BadParameter("请给出问题，或用 --jsonl 从标准输入读取")
    else:
        show(_retriever().ask(question), Console())


def _retriever() -> Retriever:
    settings = load_settings()
    retriever = Retriever(present_library(settings), settings)
    retriever.warm_up()
    return retriever


def answer(line: JsonObject, retriever: Retriever) -> JsonObject:
    """Answer one line of the machine form (``docs/cli/ask.schema.json``).

    Raises:
        ValueError: the line lacks ``id`` or ``q``, or ``q`` is not text.
    """
    try:
        question = Question.model_validate(line)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ValueError("; ".join(faults)) from error
    return as_json(question.id, retriever.ask(question.q))


def as_json(identifier: object, result: Answer) -> JsonObject:
    """Return the machine form of one answer."""
    # a choice still says which side of the guide is wanted, and so does an official answer
    facet = None if result.decision is Decision.NO_ANSWER else result.understanding.facet
    if result.kind is EntryKind.GUIDE:
        facet = result.facet
    first = result.candidates[0] if result.decision is Decision.ANSWER else None
    matters = _matters(result)
    return {
        "id": identifier,
        "decision": result.decision.value,
        "kind": None if result.kind is None else result.kind.value,
        "matter": (
            None if result.matter is None else {"code": matters[0].code, "title": matters[0].title}
        ),
        "policy": (
            None
            if first is None or first.kind is EntryKind.GUIDE
            else {"code": first.code, "title": first.title}
        ),
        "facet": None if facet is None else facet.value,
        "candidates": [
            {"code": one.code, "title": one.title, "score": one.score} for one in matters
        ],
        "policies": [
            {"code": one.code, "title": one.title, "score": one.score}
            for one in result.candidates
            if one.kind is not EntryKind.GUIDE
        ],
        "text": result.text,
        "sources": [_source(source) for source in result.sources],
        "elapsed_ms": round(result.elapsed_ms, 2),
    }


def _matters(result: Answer) -> list[Candidate]:
    """Return the guides among the candidates, the matter answered first."""
    found = [one for one in result.candidates if one.kind is EntryKind.GUIDE]
    return sorted(found, key=lambda one: one.code != result.matter)


def _source(source: Source) -> JsonObject:
    return {
        "code": source.code,
        "title": source.title,
        "version": source.version,
        "valid_from": source.valid_from,
        "source": source.source,
        "laws": list(source.laws),
        "valid_to": source.valid_to,
        "number": source.number,
        "clause": source.clause,
        "issuers": list(source.issuers),
    }


def show(result: Answer, console: Console) -> None:
    """Print one answer for a person."""
    if result.decision is Decision.ANSWER:
        console.rule(result.candidates[0].title, align="left")
        console.print(result.text, soft_wrap=True, highlight=False, markup=False)
        for source in result.sources:
            since = f"，{source.valid_from} 起" if source.valid_from else ""
            lines = [f"来源：{source.source}（第 {source.version} 版{since}）"]
            lines += [f"依据：{'；'.join(source.laws)}"] if source.laws else []
            console.print(*lines, sep="\n", style="dim", highlight=False, markup=False)
    elif result.decision is Decision.CLARIFY:
        table = Table("您要问的是哪一项？", "相关内容")
        for candidate in result.candidates:
            table.add_row(candidate.title, candidate.matched)
        console.print(table)
    else:
        console.print(_NO_ANSWER)
