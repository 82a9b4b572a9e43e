"""Cards: what a channel may show richer than text. Plain data, the same for every channel."""

from dataclasses import asdict
from typing import Any

from bot.conversation.schemas import AppealDraft, Card
from knowledge_base.schema import FacetName, Matter
from retrieval.schemas import Answer, Source


def guide_card(matter: Matter, answer: Answer) -> Card:
    """The guide's card: the asked facet open, the others to be asked for."""
    facets = [
        {"name": facet.value, "label": facet.label} for facet in FacetName if matter.covers(facet)
    ]
    source = answer.sources[0] if answer.sources else None
    return Card(
        type="guide",
        data={
            "code": matter.code,
            "title": matter.title,
            "summary": matter.summary,
            "facet": answer.facet,
            "facet_label": answer.facet.label if answer.facet else None,
            "text": answer.text,
            "facets": facets,
            "version": matter.version,
            "valid_from": matter.valid_from.isoformat(),
            "source": source.source if source else matter.source.title,
            "laws": list(source.laws) if source else [],
        },
    )


def policy_card(answer: Answer) -> Card:
    """A policy answer or a quoted clause, with its question or place, source, law and dates."""
    (source,) = answer.sources
    return Card(
        type="policy",
        data={
            "kind": answer.kind,
            "kind_label": answer.kind.label if answer.kind else None,
            "code": source.code,
            "title": answer.candidates[0].title,
            "text": answer.text,
            "matter": answer.matter,
            "version": source.version,
            "valid_from": source.valid_from or None,
            "valid_to": source.valid_to,
            "source": source.source,
            "laws": list(source.laws),
            "number": source.number,
            "clause": source.clause,
            "issuers": list(source.issuers),
        },
    )


def draft_card(draft: AppealDraft, department: str | None) -> Card:
    """The draft as it stands; ``department`` only where routing is sure of it."""
    return Card(type="draft", data=draft_fields(draft) | {"department": department})


def draft_fields(draft: AppealDraft) -> dict[str, Any]:
    """The draft's fields for a form, with the kind's label."""
    fields = draft.model_dump(mode="json", exclude={"asked"})
    return fields | {"kind_label": draft.kind.label}


def source_record(source: Source) -> dict[str, Any]:
    """A source as JSON."""
    return asdict(source)
