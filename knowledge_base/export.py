"""The library as plain rows, for evaluation and for other systems."""

from collections.abc import Iterator
from typing import TypedDict

from knowledge_base.library import Library
from knowledge_base.rendering import facet_text, laws_text
from knowledge_base.schema import FacetName, Matter, Visibility


class ExportRow(TypedDict):
    """One matter; ``facets`` holds only what the guide states."""

    code: str
    title: str
    aliases: list[str]
    category: str
    department: str
    facets: dict[str, str]


def export_rows(library: Library) -> Iterator[ExportRow]:
    """Yield every public matter in order of code (``docs/cli/kb-export.schema.json``)."""
    for matter in library.public_matters():
        yield _row(matter, library)


class PolicyAnswerRow(TypedDict):
    """One policy answer, word for word."""

    code: str
    question: str
    variants: list[str]
    answer: str
    laws: list[str]
    topic: str
    related_matters: list[str]
    valid_from: str
    valid_to: str | None


def policy_answer_rows(library: Library) -> Iterator[PolicyAnswerRow]:
    """Yield every public policy answer (``docs/cli/kb-export-policy-answers.schema.json``)."""
    for answer in library.policy_answers.answers.values():
        if answer.visibility is Visibility.PUBLIC:
            yield PolicyAnswerRow(
                code=answer.code,
                question=answer.question,
                variants=list(answer.variants),
                answer=answer.answer,
                laws=[laws_text([reference]) for reference in answer.basis],
                topic=answer.topic,
                related_matters=list(answer.related_matters),
                valid_from=answer.valid_from.isoformat(),
                valid_to=None if answer.valid_to is None else answer.valid_to.isoformat(),
            )


def _row(matter: Matter, library: Library) -> ExportRow:
    texts = {facet.value: facet_text(matter, facet, library) for facet in FacetName}
    return ExportRow(
        code=matter.code,
        title=matter.title,
        aliases=list(matter.aliases),
        category=matter.category,
        department=matter.department,
        facets={facet: text for facet, text in texts.items() if text},
    )
