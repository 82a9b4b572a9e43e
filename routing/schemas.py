"""The words all of routing shares: kinds, outcomes, what was read from an appeal, the proposal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AppealKind(StrEnum):
    """What the citizen wants (诉求类型). Where two fit the better protected one wins."""

    INQUIRY = "inquiry"
    ASSISTANCE = "assistance"
    COMPLAINT = "complaint"
    IRREGULARITY_REPORT = "irregularity_report"
    SUGGESTION = "suggestion"
    COMMENDATION = "commendation"

    @property
    def label(self) -> str:
        """The word people and machine forms see."""
        return _KIND_LABELS[self]

    @property
    def protection(self) -> int:
        """How strongly the citizen is protected: 举报 3, 投诉 2, 求助 1, all others 0."""
        return _PROTECTION.get(self, 0)


_KIND_LABELS = {
    AppealKind.INQUIRY: "咨询",
    AppealKind.ASSISTANCE: "求助",
    AppealKind.COMPLAINT: "投诉",
    AppealKind.IRREGULARITY_REPORT: "举报",
    AppealKind.SUGGESTION: "建议",
    AppealKind.COMMENDATION: "表扬",
}
# 举报 > 投诉 > 求助 > 咨询; 建议 and 表扬 promise the citizen no more than 咨询 does.
_PROTECTION = {
    AppealKind.IRREGULARITY_REPORT: 3,
    AppealKind.COMPLAINT: 2,
    AppealKind.ASSISTANCE: 1,
}


def strongest(kinds: Iterable[AppealKind]) -> AppealKind:
    """Return the best protected of ``kinds`` (at least one); the first of equals."""
    return max(kinds, key=lambda kind: kind.protection)


class Outcome(StrEnum):
    """What routing proposes to do."""

    TICKET = "ticket"
    ASK_PLACE = "ask_place"
    DECLINE = "decline"
    EMERGENCY = "emergency"
    DIRECT_ANSWER = "direct_answer"


class Emotion(StrEnum):
    """How upset the citizen sounds (情绪)."""

    CALM = "calm"
    UPSET = "upset"
    VERY_UPSET = "very_upset"

    @property
    def label(self) -> str:
        """The word people see."""
        return {"calm": "平静", "upset": "不满", "very_upset": "激烈"}[self.value]


class Demand(StrEnum):
    """What the citizen wants done (诉求事项)."""

    INVESTIGATE = "investigate"
    REFUND = "refund"
    REPAIR = "repair"
    CLEAN_UP = "clean_up"
    STOP = "stop"
    COMPENSATE = "compensate"
    PAY = "pay"
    REPLY = "reply"
    APOLOGISE = "apologise"
    MEDIATE = "mediate"
    INSTALL = "install"
    PROCESS = "process"
    HELP = "help"

    @property
    def label(self) -> str:
        """The word people see."""
        return _DEMAND_LABELS[self]


_DEMAND_LABELS = {
    Demand.INVESTIGATE: "要求查处",
    Demand.REFUND: "要求退款",
    Demand.REPAIR: "要求维修",
    Demand.CLEAN_UP: "要求清理",
    Demand.STOP: "要求停止",
    Demand.COMPENSATE: "要求赔偿",
    Demand.PAY: "要求支付",
    Demand.REPLY: "要求答复",
    Demand.APOLOGISE: "要求道歉",
    Demand.MEDIATE: "要求协调",
    Demand.INSTALL: "要求增设",
    Demand.PROCESS: "要求办理",
    Demand.HELP: "要求帮助",
}


@dataclass(frozen=True, slots=True)
class Demanded:
    """One thing that is wanted, with the words that say so."""

    demand: Demand
    words: str


@dataclass(frozen=True, slots=True)
class Category:
    """One three-level category of the city's taxonomy."""

    code: str
    level1: str
    level2: str
    level3: str


@dataclass(frozen=True, slots=True)
class AppealReading:
    """What one text says of an appeal; ``None`` means it was not said, never guessed."""

    kind: AppealKind
    kind_probability: float
    category: Category | None
    category_probability: float
    appeal_probability: (
        float  # P(the text tells of a concrete issue rather than asks for information)
    )
    place: str | None  # as said: 文渊阁小区楼下
    district: str | None  # 区县 name of the gazetteer
    subdistrict: str | None
    when: str | None  # as said: 半夜
    phone: str | None  # placeholder or number as it stands in the text
    parties: tuple[str, ...] = ()  # organisations and businesses named
    anonymous: bool = False  # asked to stay unnamed
    confidential: bool = False
    emotion: Emotion = Emotion.CALM
    emotion_words: tuple[str, ...] = ()  # that led to it
    demands: tuple[Demanded, ...] = ()  # in the order of the text; empty where none is said


@dataclass(frozen=True, slots=True)
class DepartmentCandidate:
    """One body that may be responsible, with the words that say so."""

    code: str
    score: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who is responsible, by when, and why (DESIGN: ``hotline route``)."""

    outcome: Outcome
    reading: AppealReading
    lead: str | None
    co: tuple[str, ...]
    candidates: tuple[DepartmentCandidate, ...]  # best first
    confidence: float  # calibrated P(lead is right)
    needs_dispatcher: bool
    asks: str | None  # slot to ask for, "where" when the body depends on an unstated place
    emergency_line: str | None
    urgent: bool
    due_at: datetime | None
    # probability that the lead sends the ticket back; None where none is sent
    send_back_risk: float | None = None
    # The issues of the text where different bodies must act on them; empty where it is one thing.
    parts: "tuple[ProposedPart, ...]" = ()


@dataclass(frozen=True, slots=True)
class ProposedPart:
    """One issue of several in one appeal, with a proposal of its own."""

    text: str
    proposal: Proposal
