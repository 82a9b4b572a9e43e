"""Routing as the conversation uses it: who is responsible for the draft, in words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.conversation.schemas import AppealDraft, DraftNotes, DraftPart
from knowledge_base.schema import Department
from routing.schemas import AppealKind, AppealReading, Proposal


class Routing(Protocol):
    """What routing offers."""

    def read(self, text: str) -> AppealReading:
        """Return what the text says of an appeal."""
        ...

    def propose(
        self,
        text: str,
        *,
        place: str | None = None,
        kind: AppealKind | None = None,
        received_at: datetime | None = None,
        reading: AppealReading | None = None,
    ) -> Proposal:
        """Return who is responsible, by when, and why."""
        ...


# Bodies that no ticket reaches: the citizen is told the way the law gives.
_DECLINED = {
    "XFY": "这件事属于诉讼、审判或执行，要通过法定途径解决。请向{name}反映，诉讼服务热线12368。",
    "XJW": "反映党员干部和公职人员的违纪违法问题，请向{name}举报，举报电话12388。",
    "XFJ": "已经信访的事项，请向{name}查询办理情况。",
}
_DECLINED_OTHERWISE = "这件事不在12345的受理范围内，请向{name}反映。"
_DECLINED_UNKNOWN = "这件事不在12345的受理范围内，请通过法定途径反映。"


class DraftProposing:
    """``Proposing`` over the real routing service and the city's departments."""

    def __init__(self, routing: Routing, departments: Mapping[str, Department]) -> None:
        self._routing = routing
        self._departments = departments

    def propose_for(self, draft: AppealDraft) -> Proposal:
        """Return routing's proposal for the draft as it stands."""
        proposal = self._routing.propose(draft.what, place=_place(draft), kind=draft.kind)
        return replace(proposal, parts=()) if draft.joined else proposal

    def notes_for(self, draft: AppealDraft) -> DraftNotes:
        """Return what is noted of the draft: its issues, the emotion, what is wanted."""
        if not draft.what:
            return DraftNotes()
        return self.notes_of(self.propose_for(draft.model_copy(update={"joined": False})))

    def notes_of(self, proposal: Proposal) -> DraftNotes:
        """Return the same of a proposal that is there already."""
        reading = proposal.reading
        return DraftNotes(
            parts=tuple(
                DraftPart(text=part.text, department=self._sure_name(part.proposal))
                for part in proposal.parts
            ),
            emotion=reading.emotion,
            emotion_words=reading.emotion_words,
            demands=tuple(one.demand.label for one in reading.demands),
        )

    def _sure_name(self, proposal: Proposal) -> str | None:
        return None if proposal.needs_dispatcher else self.department_name(proposal.lead)

    def department_name(self, code: str | None) -> str | None:
        """Return the body's short name."""
        known = self._departments.get(code) if code is not None else None
        return known.short_name if known is not None else None

    def decline_sentence(self, draft: AppealDraft, body: str | None) -> str:
        """Return the courteous sentence that names the right channel."""
        name = self.department_name(body)
        if body is None or name is None:
            return _DECLINED_UNKNOWN
        return _DECLINED.get(body, _DECLINED_OTHERWISE).format(name=name)


def _place(draft: AppealDraft) -> str | None:
    # A district the citizen put right goes before the place they named first.
    if draft.where and draft.district and draft.district not in draft.where:
        return f"{draft.district}{draft.where}"
    return draft.where or draft.district
