"""Routing as the conversation uses it: who is responsible for the draft, in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.conversation.schemas import AppealDraft
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
        return self._routing.propose(draft.what, place=_place(draft), kind=draft.kind)

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
