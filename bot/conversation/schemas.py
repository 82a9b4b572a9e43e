"""The shapes a conversation is made of. All are JSON; none holds personal data in clear.

Personal data stands as placeholders (``[电话1]``); their values live encrypted beside the
conversation and are put back only where an appeal is registered.
"""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge_base.schema import FacetName
from retrieval.schemas import Decision
from routing.schemas import AppealKind


class Record(BaseModel):
    """A frozen JSON value."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Author(StrEnum):
    """Who said something."""

    CITIZEN = "citizen"
    ASSISTANT = "assistant"
    OPERATOR = "operator"
    SYSTEM = "system"


class Slot(StrEnum):
    """What the assistant may ask for (the machine forms' ``asks``)."""

    MATTER = "matter"
    VARIANT = "variant"
    WHAT = "what"
    WHERE = "where"
    WHEN = "when"
    CONTACT = "contact"
    CONFIRM = "confirm"
    RATING = "rating"
    TICKET_NO = "ticket_no"


class Act(StrEnum):
    """What a turn *is*; Rasa decides it, or the intent patterns where Rasa is away."""

    ANSWER_QUESTION = "answer_question"
    APPEAL = "appeal"  # begins an appeal or answers the intake's open question
    SUBMIT_APPEAL = "submit_appeal"
    CANCEL_APPEAL = "cancel_appeal"
    PROGRESS = "progress"
    NOTICE = "notice"  # the one-time notice on the matter spoken of
    CHECKLIST = "checklist"  # what of its documents is still missing
    BUNDLE = "bundle"  # a whole event in life
    CHOOSE = "choose"  # picks one of the offered choices
    HANDOVER = "handover"
    RATE = "rate"  # says whether the last answer helped; settled from the words, never by Rasa
    GREET = "greet"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ABUSE = "abuse"
    OUT_OF_SCOPE = "out_of_scope"
    FALLBACK = "fallback"


class Choice(Record):
    """One thing a citizen may pick by number, by button or by saying it."""

    label: str
    value: str  # what the button sends
    code: str | None = None  # of the matter or policy answer, where the choice is one


class Retrieved(Record):
    """The decision of retrieval as it travels to Rasa and back (computed once per message)."""

    decision: Decision
    facet: FacetName | None
    follow_up: bool
    confidence: float
    candidates: tuple[tuple[str, float], ...]  # (code, score), best first


class Heard(Record):
    """What one message said of an appeal (routing's reading, as it travels)."""

    appeal_probability: float
    kind: AppealKind
    place: str | None = None
    district: str | None = None
    when: str | None = None
    phone: str | None = None  # placeholder
    anonymous: bool = False
    confidential: bool = False
    category: str | None = None  # level3 label


class AppealDraft(Record):
    """The appeal being taken down; each field also editable by the citizen's form."""

    kind: AppealKind
    what: str = ""
    where: str | None = None
    district: str | None = None
    when: str | None = None
    contact: str | None = None  # placeholder
    contact_refused: bool = False  # anonymous path
    confidential: bool = False
    category: str | None = None
    asking: Slot | None = None  # the open question
    asked: dict[str, int] = Field(default_factory=dict)  # slot → times asked


class DialogueState(Record):
    """All a conversation knows between two messages; owned by the service."""

    focus: str | None = None  # code of the matter in focus
    facet: FacetName | None = None
    draft: AppealDraft | None = None
    choices: tuple[Choice, ...] = ()
    choice_facet: FacetName | None = None
    asks: Slot | None = None
    failures: int = 0  # fallbacks in a row
    # What “登记” turns into an appeal: the last question without a guide, or a story with one.
    unanswered: str | None = None
    offered: Heard | None = None  # what was heard of the story
    last_ticket_no: str | None = None
    bundle: str | None = None  # code of the bundle spoken of last, while no matter is in focus
    told_bundles: tuple[str, ...] = ()  # said once that a matter belongs to them
    # Documents of the matter in focus that the citizen has, by number; None: not asked yet.
    held: tuple[int, ...] | None = None


class Wish(Record):
    """What a message wants besides an answer (``bot.conversation.wishes``)."""

    kind: Literal["notice", "checklist", "bundle"]
    matter: str | None = None  # code, where the message names one; else the focus is meant
    bundle: str | None = None
    candidates: tuple[str, ...] = ()  # codes, where it names one of several
    has: tuple[str, ...] = ()  # documents that the citizen says to have, in their words


class Turn(Record):
    """All that is known of a turn before Rasa is asked; travels to it as metadata."""

    turn_id: str
    text: str  # normalised, placeholders
    state: DialogueState
    retrieved: Retrieved
    heard: Heard
    emergency: str | None = None  # the line whose card has gone out already
    wish: Wish | None = None


class Card(Record):
    """Something a channel may show richer than text; every card also has its text form."""

    type: Literal[
        "guide",
        "policy",
        "draft",
        "ticket",
        "progress",
        "emergency",
        "handover",
        "notice",
        "checklist",
        "bundle",
        "bundle_hint",
    ]
    data: dict[str, Any]


class Reply(Record):
    """One answer of the assistant; a channel renders it in its own form."""

    text: str
    cards: tuple[Card, ...] = ()
    choices: tuple[Choice, ...] = ()
    sources: tuple[dict[str, Any], ...] = ()


class Effect(Record):
    """What must happen in the transaction that commits the turn."""

    type: Literal[
        "register_appeal", "show_progress", "request_handover", "record_unanswered", "rate_answer"
    ]
    data: dict[str, Any] = Field(default_factory=dict)


class Outcome(Record):
    """What a turn led to: the new state, what is said, what must be done."""

    act: Act
    intent: str | None
    state: DialogueState
    replies: tuple[Reply, ...]
    effects: tuple[Effect, ...] = ()
    decision: Decision | None = None  # None when the turn is not about knowledge
    matter: str | None = None
    policy: str | None = None  # code of the policy answer or clause quoted


class IncomingMessage(Record):
    """One message as a channel hands it over."""

    channel: Literal["web", "wechat", "telephone", "cli"]
    conversation_key: str  # the channel's own identity of the citizen or call
    message_id: str  # unique within the channel
    text: str
