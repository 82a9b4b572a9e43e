"""Cards: what a channel may show richer than text. Plain data, the same for every channel."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.conversation.schemas import AppealDraft, Card
from knowledge_base.bundles.overview import Overview
from knowledge_base.bundles.schema import Bundle
from knowledge_base.guidance.rendering import dropped_text, open_text, situation
from knowledge_base.guidance.selecting import Selection, encode
from knowledge_base.notices.checklist import Checklist
from knowledge_base.schema import FacetName, Matter
from retrieval.schemas import Answer, Source


def guide_card(
    matter: Matter, answer: Answer, *, offers: bool = False, guided: bool = False
) -> Card:
    """The guide's card: the asked facet open, the others to be asked for.

    ``offers``: the matter is new in the conversation, so the notice is offered in words too.
    ``guided``: short questions are offered, which end in the notice for this citizen.
    """
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
            "links": notice_links(matter.code),
            "offers": offers,
            "guided": guided,
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


def notice_links(code: str, answers: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """Where a guide's one-time notice is read and printed; ``answers``: for this citizen's case."""
    case = f"?for={encode(answers)}" if answers else ""
    return [
        {"label": "一次性告知书", "href": f"/guides/{code}{case}"},
        {"label": "打印（PDF）", "href": f"/guides/{code}/notice.pdf{case}"},
    ]


def bundle_links(code: str) -> list[dict[str, str]]:
    """Where a bundle is worked through and printed."""
    return [
        {"label": "答几个问题，列出您要办的", "href": f"/bundles/{code}"},
        {"label": "打印（PDF）", "href": f"/bundles/{code}/plan.pdf"},
    ]


def notice_card(matter: Matter, text: str) -> Card:
    """The one-time notice: what to bring, and where the whole stands."""
    documents = [document.name for document in matter.materials.documents]
    data = {"code": matter.code, "title": matter.title, "documents": documents, "text": text}
    return Card(type="notice", data=data | {"links": notice_links(matter.code)})


def personal_notice_card(selection: Selection, text: str) -> Card:
    """The notice for one citizen: what to bring, what falls away and why."""
    matter = selection.matter
    data = {
        "code": matter.code,
        "title": matter.title,
        "case": situation(selection),
        "documents": [one.document.name for one in selection.needed],
        "dropped": [dropped_text(one) for one in selection.dropped],
        "open": [open_text(one) for one in selection.open],
        "ends": [quote.text for quote in (*selection.cannot, *selection.not_needed)],
        "quotes": [quote.text for quote in selection.quotes],
        "text": text,
        "links": notice_links(matter.code, selection.answers),
    }
    return Card(type="notice", data=data)


def checklist_card(matter: Matter, checked: Checklist) -> Card:
    """Each document and how it stands."""
    items = [
        {
            "name": item.document.name,
            "standing": item.standing.value,
            "label": item.standing.label,
            "when": item.document.required_when,
        }
        for item in checked.items
    ]
    data = {"code": matter.code, "title": matter.title, "items": items}
    return Card(type="checklist", data=data | {"links": notice_links(matter.code)})


def bundle_card(told: Overview) -> Card:
    """A whole bundle: steps in order, what is carried once."""
    bundle = told.bundle
    return Card(
        type="bundle",
        data={
            "code": bundle.code,
            "title": bundle.title,
            "summary": bundle.summary,
            "steps": [asdict(step) for step in told.steps],
            "shared": [one.name for one in told.shared],
            "joint": told.joint,
            "depends": told.depends,
            "links": bundle_links(bundle.code),
        },
    )


def bundle_hint_card(bundles: Sequence[Bundle]) -> Card:
    """That a matter belongs to bundles, with their pages."""
    links = [{"label": one.title, "href": f"/bundles/{one.code}"} for one in bundles]
    return Card(type="bundle_hint", data={"links": links})


def draft_card(draft: AppealDraft, department: str | None) -> Card:
    """The draft as it stands; ``department`` (several, in a list) only where routing is sure."""
    return Card(type="draft", data=draft_fields(draft) | {"department": department})


def draft_fields(draft: AppealDraft) -> dict[str, Any]:
    """The draft's fields for a form, with the kind's label."""
    # What routing notes of the citizen's mood is for the desk.
    fields = draft.model_dump(mode="json", exclude={"asked", "notes"})
    parts = [part.model_dump(mode="json") for part in draft.notes.parts]
    return fields | {"kind_label": draft.kind.label, "parts": parts}


def source_record(source: Source) -> dict[str, Any]:
    """A source as JSON."""
    return asdict(source)
