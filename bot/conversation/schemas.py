"""The shapes a conversation is made of. All are JSON; none holds personal data in clear.

Personal data stands as placeholders (``[电话1]``); their values live encrypted beside the
conversation and are put back only where an appeal is registered.
"""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge_base.schema import FacetName
from retrieval.schemas import Decision
from routing.schemas import AppealKind, Emotion

# Below it a text that names neither place nor time tells of nothing in particular.
_CLEAR_CATEGORY = 0.4


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
    AUDIENCE = "audience"  # the same matter for somebody else (那小孩呢)
    COMPARE = "compare"  # two matters side by side
    GUIDANCE = "guidance"  # short questions that settle which documents this citizen needs
    RETURN = "return"  # back to a matter spoken of before
    REPEAT = "repeat"  # the last answer once more
    SHORTEN = "shorten"  # the last answer shorter, or one thing after the other
    TELL_PLACE = "tell_place"  # where the danger is that a safety card was about
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
    near: bool = False  # the guide in focus lacks the words: what comes nearest to them


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
    category_probability: float = 1.0
    emotion: Emotion = Emotion.CALM

    @property
    def upset(self) -> bool:
        """Whether the citizen is beside themselves: a person is called."""
        return self.emotion is Emotion.VERY_UPSET

    @property
    def vague(self) -> bool:
        """Whether nothing says where, when or what kind of thing it was."""
        unclear = self.category_probability < _CLEAR_CATEGORY
        return self.place is None and self.when is None and unclear


class DraftPart(Record):
    """One of several issues in a draft, with the body that will have it, where that is known."""

    text: str
    department: str | None = None  # name


class DraftNotes(Record):
    """What routing notes of a draft as it stands; computed anew whenever it changes."""

    parts: tuple[DraftPart, ...] = ()  # empty where the draft is about one thing
    emotion: Emotion = Emotion.CALM
    emotion_words: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()  # in words, as labelled


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
    notes: DraftNotes = DraftNotes()
    joined: bool = False  # several issues, but one ticket is wanted for all of them

    @property
    def parts(self) -> tuple[DraftPart, ...]:
        """The issues that get a ticket each; none where one ticket is for all."""
        return () if self.joined else self.notes.parts


GuidanceStep = Literal["start", "decline", "answer", "unsure", "back", "again", "stop", "resume"]


class Wish(Record):
    """What a message wants besides an answer (``bot.conversation.wishes``)."""

    kind: Literal["notice", "checklist", "bundle", "audience", "compare", "return", "guidance"]
    matter: str | None = None  # code, where the message names one; else the focus is meant
    bundle: str | None = None
    candidates: tuple[str, ...] = ()  # codes, where it names one of several
    has: tuple[str, ...] = ()  # documents that the citizen says to have, in their words
    group: str | None = None  # for whom now (``bot.conversation.audiences``)
    matters: tuple[str, ...] = ()  # codes of the two to compare
    facet: FacetName | None = None  # the side asked for, where one is
    step: GuidanceStep | None = None
    answers: dict[str, str] = Field(default_factory=dict)  # heard, by question of the guidance
    said: str = ""  # what was told of one's case before it was clear which matter is meant


class Guided(Record):
    """The short questions on one matter: offered, being asked, or done."""

    matter: str  # code
    offered: bool = False  # asked whether to begin
    answers: dict[str, str] = Field(
        default_factory=dict
    )  # key of the answer by key of the question
    unsure: tuple[str, ...] = ()  # keys that the citizen could not answer
    asked: tuple[str, ...] = ()  # keys in the order of asking, for the way back
    asking: str | None = None  # key of the open question
    misses: int = 0  # answers in a row that were not understood
    asides: int = 0  # other questions in a row
    said: str = ""  # what was told of one's case, for the matter that is meant instead
    visited: tuple[str, ...] = ()  # codes of matters that led here

    @property
    def done(self) -> bool:
        """Whether the personal notice was given."""
        return not self.offered and self.asking is None


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
    question: str | None = None  # asked before, and no guide told: read with what comes next
    last_ticket_no: str | None = None
    bundle: str | None = None  # code of the bundle spoken of last, while no matter is in focus
    told_bundles: tuple[str, ...] = ()  # said once that a matter belongs to them
    # Documents of the matter in focus that the citizen has, by number; None: not asked yet.
    held: tuple[int, ...] | None = None
    earlier: tuple[str, ...] = ()  # codes of matters in focus before, the latest first
    compared: tuple[str, ...] = ()  # codes of the two matters held side by side last
    # What was wanted when it was asked which matter is meant: taken up once that is said.
    pending: Wish | None = None
    waiting: tuple[str, ...] = ()  # issues told beside the one in the draft; each begun after it
    danger: str | None = None  # the line of a safety card that asked for the place
    ticket_named: str | None = None  # number given while its code is still missing
    guiding: Guided | None = None
    whom: str | None = None  # the group spoken of last (``bot.conversation.audiences``)
    last_act: Act | None = None
    topic: str | None = None  # the last one that another body settles (``remarks``)
    in_row: int = 0  # turns before it that were the same
    person_called: bool = False  # by the assistant, unasked


class Turn(Record):
    """All that is known of a turn before Rasa is asked; travels to it as metadata."""

    turn_id: str
    text: str  # normalised, placeholders
    state: DialogueState
    retrieved: Retrieved
    heard: Heard
    emergency: str | None = None  # the line whose card has gone out already
    suspected: bool = False  # that card only asks whether there is danger: no words named one
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
        "register_appeal",
        "show_progress",
        "request_handover",
        "record_unanswered",
        "rate_answer",
        "repeat_last",
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
    facet: FacetName | None = None  # of the matter answered; None: the state's
    effects_first: bool = False  # what effects say is said before the replies


class IncomingMessage(Record):
    """One message as a channel hands it over."""

    channel: Literal["web", "wechat", "telephone", "cli"]
    conversation_key: str  # the channel's own identity of the citizen or call
    message_id: str  # unique within the channel
    text: str
