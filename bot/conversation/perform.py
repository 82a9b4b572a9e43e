"""What each dialogue act does to the state: pure, the same with Rasa and without.

Rasa (or the intent patterns) says what a turn is; ``settle`` holds that against what is known
for certain — an open question, offered choices, a confident guide — and ``Performer`` carries
the settled act out.
"""

from collections.abc import Callable

from bot.conversation import intake, replies
from bot.conversation.cards import draft_card, guide_card, policy_card, source_record
from bot.conversation.choices import matter_choices, numbered, pick
from bot.conversation.intents import FACET_OF_INTENT, Intent
from bot.conversation.offering import Offering, back_to_draft
from bot.conversation.progress import named_ticket
from bot.conversation.protocols import Guides, Offers, Proposing
from bot.conversation.rating import rates
from bot.conversation.schemas import (
    Act,
    AppealDraft,
    Card,
    DialogueState,
    Effect,
    Outcome,
    Reply,
    Slot,
    Turn,
)
from bot.conversation.settle import settle
from foundation.errors import NotFoundError
from knowledge_base.schema import FacetName
from retrieval.schemas import Answer, Decision, EntryKind
from routing.schemas import Outcome as RoutingOutcome

_Handler = Callable[[Intent | None, Turn], Outcome]


class Performer:
    """Turns (act, intent, turn) into an outcome; no I/O, no clock, nothing stored."""

    def __init__(self, guides: Guides, proposing: Proposing, offers: Offers) -> None:
        self._guides = guides
        self._proposing = proposing
        self._offering = offering = Offering(guides, offers)
        self._handlers: dict[Act, _Handler] = {
            Act.ANSWER_QUESTION: self._answer,
            Act.CHOOSE: self._choose,
            Act.NOTICE: self._or_withdrawn(offering.notice),
            Act.CHECKLIST: self._or_withdrawn(offering.checklist),
            Act.BUNDLE: offering.bundle,
            Act.APPEAL: self._appeal,
            Act.SUBMIT_APPEAL: self._submit,
            Act.CANCEL_APPEAL: self._cancel,
            Act.PROGRESS: self._progress,
            Act.HANDOVER: self._handover,
            Act.FALLBACK: self._fallback,
            Act.RATE: self._rate,
            Act.GREET: self._says(Act.GREET, replies.GREETING),
            Act.THANKS: self._says(Act.THANKS, replies.THANKS),
            Act.GOODBYE: self._says(Act.GOODBYE, replies.GOODBYE),
            Act.ABUSE: self._says(Act.ABUSE, replies.ABUSE),
            Act.OUT_OF_SCOPE: self._says(Act.OUT_OF_SCOPE, replies.OUT_OF_SCOPE),
        }

    def perform(self, act: Act, intent: Intent | None, turn: Turn) -> Outcome:
        """Carry one turn out and return the new state, what is said, what must be done."""
        settled = settle(act, intent, turn)
        if settled is None:
            # The emergency card has said what matters; a fallback below it would be noise.
            return Outcome(act=act, intent=intent, state=turn.state, replies=())
        return self._handlers[settled](intent, turn)

    def _answer(self, intent: Intent | None, turn: Turn) -> Outcome:
        retrieved = turn.retrieved
        if retrieved.decision is Decision.ANSWER:
            return self._guide(turn, intent, retrieved.candidates[0][0], retrieved.facet)
        facet = FACET_OF_INTENT.get(intent) if intent is not None else None
        if facet is not None and turn.state.focus and _speaks_of_focus(turn):
            return self._guide(turn, intent, turn.state.focus, facet)
        if retrieved.decision is Decision.CLARIFY:
            return self._clarify(turn, intent)
        return self._fallback(intent, turn)

    def _guide(
        self, turn: Turn, intent: Intent | None, code: str, facet: FacetName | None
    ) -> Outcome:
        try:
            answer, card = self._said(code, facet, offers=turn.state.focus != code)
        except NotFoundError:
            # Chosen or spoken of before it was withdrawn from the knowledge base.
            return self._withdrawn(turn, intent)
        offers = turn.state.draft is None and turn.heard.appeal_probability >= _MAY_BE_AN_APPEAL
        belongs = self._offering.untold(answer.matter, turn.state) if answer.matter else ()
        reply = Reply(
            text=answer.text,
            cards=(card,),
            sources=tuple(source_record(source) for source in answer.sources),
        )
        state = turn.state.model_copy(
            update={
                # What is asked on after a policy answer is asked of its matter, where it has one.
                "focus": answer.matter,
                "bundle": None,
                "held": turn.state.held if turn.state.focus == answer.matter else None,
                "told_bundles": (*turn.state.told_bundles, *(one.code for one in belongs)),
                "facet": answer.facet,
                "choices": (),
                "failures": 0,
                "unanswered": turn.text if offers else None,
                "offered": turn.heard if offers else None,
                "asks": turn.state.draft.asking if turn.state.draft else None,
            }
        )
        offer = (Reply(text=replies.OFFER_TO_REGISTER),) if offers else ()
        return Outcome(
            act=Act.ANSWER_QUESTION,
            intent=intent,
            state=state,
            replies=(reply, *offer, *self._offering.hint(belongs), *back_to_draft(state.draft)),
            decision=Decision.ANSWER,
            matter=answer.matter,
            policy=None if answer.kind is EntryKind.GUIDE else code,
        )

    def _said(self, code: str, facet: FacetName | None, *, offers: bool) -> tuple[Answer, Card]:
        quoted = self._guides.quoted(code)
        if quoted is not None:
            return quoted, policy_card(quoted)
        matter, answer = self._guides.guide(code, facet)
        return answer, guide_card(matter, answer, offers=offers)

    def _withdrawn(self, turn: Turn, intent: Intent | None) -> Outcome:
        state = turn.state.model_copy(
            update={
                "focus": None,
                "facet": None,
                "choices": (),
                "unanswered": turn.text,
                "asks": turn.state.draft.asking if turn.state.draft else None,
            }
        )
        return Outcome(
            act=Act.FALLBACK,
            intent=intent,
            state=state,
            replies=(Reply(text=replies.WITHDRAWN), *back_to_draft(state.draft)),
            effects=(Effect(type="record_unanswered", data={"text": turn.text}),),
            decision=Decision.NO_ANSWER,
        )

    def _or_withdrawn(self, handler: _Handler) -> _Handler:
        def handle(intent: Intent | None, turn: Turn) -> Outcome:
            try:
                return handler(intent, turn)
            except NotFoundError:
                return self._withdrawn(turn, intent)

        return handle

    def _clarify(self, turn: Turn, intent: Intent | None) -> Outcome:
        codes = [code for code, _ in turn.retrieved.candidates]
        choices = matter_choices(codes, self._guides)
        state = turn.state.model_copy(
            update={
                "choices": choices,
                "choice_facet": turn.retrieved.facet,
                "asks": Slot.MATTER,
                "unanswered": turn.text,
            }
        )
        return Outcome(
            act=Act.ANSWER_QUESTION,
            intent=intent,
            state=state,
            replies=(Reply(text=numbered(replies.CLARIFY, choices), choices=choices),),
            decision=Decision.CLARIFY,
        )

    def _choose(self, intent: Intent | None, turn: Turn) -> Outcome:
        picked = pick(turn.state.choices, turn.text)
        if picked is None or picked.code is None:
            state = turn.state.model_copy(update={"choices": (), "asks": None})
            return Outcome(
                act=Act.CHOOSE, intent=intent, state=state, replies=(Reply(text=replies.REPHRASE),)
            )
        return self._guide(turn, intent, picked.code, turn.state.choice_facet)

    def _appeal(self, intent: Intent | None, turn: Turn) -> Outcome:
        draft = turn.state.draft
        if draft is not None:
            taken = intake.absorb(draft, turn.text, turn.heard, intent)
            said = replies.CORRECTED if draft.asking is Slot.CONFIRM else ""
            return self._advance(taken, said, intent, turn)
        if turn.state.unanswered and intent is not Intent.MAKE_COMPLAINT and _registers(turn.text):
            opened = intake.begin_offered(turn.state.unanswered, turn.state.offered)
        else:
            opened = intake.begin(turn.text, turn.heard, intent)
        return self._advance(opened, replies.opening(opened.kind), intent, turn)

    def _advance(self, draft: AppealDraft, said: str, intent: Intent | None, turn: Turn) -> Outcome:
        slot = intake.next_slot(draft)
        proposal = self._proposing.propose_for(draft) if draft.what else None
        if proposal is not None and proposal.outcome is RoutingOutcome.DECLINE:
            return self._decline(draft, proposal.lead, intent, turn)
        if (
            slot is Slot.CONFIRM
            and proposal is not None
            and _place_is_missing(draft, proposal.asks)
        ):
            slot = Slot.WHERE
        asking, question = intake.ask(draft, slot)
        lead = proposal.lead if proposal is not None and not proposal.needs_dispatcher else None
        card = draft_card(asking, self._proposing.department_name(lead))
        cleared = {
            "draft": asking,
            "asks": slot,
            "choices": (),
            "failures": 0,
            "unanswered": None,
            "offered": None,
        }
        return Outcome(
            act=Act.APPEAL,
            intent=intent,
            state=turn.state.model_copy(update=cleared | {"draft": asking, "asks": slot}),
            replies=(Reply(text=f"{said}{question}", cards=(card,)),),
        )

    def _decline(
        self, draft: AppealDraft, body: str | None, intent: Intent | None, turn: Turn
    ) -> Outcome:
        text = self._proposing.decline_sentence(draft, body)
        state = turn.state.model_copy(update={"draft": None, "asks": None})
        return Outcome(act=Act.APPEAL, intent=intent, state=state, replies=(Reply(text=text),))

    def _submit(self, intent: Intent | None, turn: Turn) -> Outcome:
        draft = turn.state.draft
        if draft is None or not draft.what:
            return self._appeal(intent, turn)
        done = {"draft": None, "asks": None, "choices": (), "failures": 0}
        return Outcome(
            act=Act.SUBMIT_APPEAL,
            intent=intent,
            state=turn.state.model_copy(update=done),
            replies=(),
            effects=(
                Effect(type="register_appeal", data={"draft": draft.model_dump(mode="json")}),
            ),
        )

    def _cancel(self, intent: Intent | None, turn: Turn) -> Outcome:
        text = replies.CANCELLED if turn.state.draft is not None else replies.NOTHING_TO_CANCEL
        state = turn.state.model_copy(update={"draft": None, "asks": None, "choices": ()})
        return Outcome(
            act=Act.CANCEL_APPEAL, intent=intent, state=state, replies=(Reply(text=text),)
        )

    def _progress(self, intent: Intent | None, turn: Turn) -> Outcome:
        named = named_ticket(turn.text)
        number = named.number or turn.state.last_ticket_no
        if number is None:
            state = turn.state.model_copy(update={"asks": Slot.TICKET_NO})
            asks = (Reply(text=replies.ASK_TICKET_NO),)
            return Outcome(act=Act.PROGRESS, intent=intent, state=state, replies=asks)
        back = turn.state.draft.asking if turn.state.draft else None
        return Outcome(
            act=Act.PROGRESS,
            intent=intent,
            state=turn.state.model_copy(update={"asks": back}),
            replies=(),
            effects=(Effect(type="show_progress", data={"number": number, "code": named.code}),),
        )

    def _handover(self, intent: Intent | None, turn: Turn) -> Outcome:
        return Outcome(
            act=Act.HANDOVER,
            intent=intent,
            state=turn.state.model_copy(update={"failures": 0}),
            replies=(),
            effects=(Effect(type="request_handover"),),
        )

    def _rate(self, intent: Intent | None, turn: Turn) -> Outcome:
        useful = rates(turn.text) is True
        said = replies.RATED_USEFUL if useful else replies.RATED_NO_HELP
        return Outcome(
            act=Act.RATE,
            intent=intent,
            state=turn.state.model_copy(update={"failures": 0}),
            replies=(Reply(text=said),),
            effects=(Effect(type="rate_answer", data={"useful": useful}),),
        )

    def _fallback(self, intent: Intent | None, turn: Turn) -> Outcome:
        failures = turn.state.failures + 1
        codes = [code for code, _ in turn.retrieved.candidates[:3]]
        near = matter_choices(codes, self._guides) if failures == _OFFER_NEAR and codes else ()
        text = _FALLBACKS[min(failures, len(_FALLBACKS)) - 1]
        state = turn.state.model_copy(
            update={
                "failures": failures,
                "unanswered": turn.text,
                "offered": None,
                "choices": near,
                "choice_facet": None,
                "asks": Slot.MATTER if near else None,
            }
        )
        return Outcome(
            act=Act.FALLBACK,
            intent=intent,
            state=state,
            replies=(Reply(text=numbered(text, near), choices=near),),
            effects=(Effect(type="record_unanswered", data={"text": turn.text}),),
            decision=Decision.NO_ANSWER,
        )

    def _says(self, act: Act, text: str) -> _Handler:
        def say(intent: Intent | None, turn: Turn) -> Outcome:
            state: DialogueState = turn.state.model_copy(update={"failures": 0})
            return Outcome(act=act, intent=intent, state=state, replies=(Reply(text=text),))

        return say


# A story that a guide answers, and that still may want somebody to act.
_MAY_BE_AN_APPEAL = 0.9
# Never the same fallback twice: rephrase, the nearest guides as choices, a person.
_FALLBACKS = (replies.NOT_FOUND, replies.NOT_FOUND_AGAIN, replies.NOT_FOUND_HANDOVER)
_OFFER_NEAR = 2
# “要花多少钱呢” names no matter: it speaks of the one in focus.
_BARE_QUESTION = 10


def _speaks_of_focus(turn: Turn) -> bool:
    return turn.retrieved.follow_up or len(turn.text) <= _BARE_QUESTION


def _registers(text: str) -> bool:
    return "登记" in text


def _place_is_missing(draft: AppealDraft, asks: str | None) -> bool:
    asked = draft.asked.get(Slot.WHERE, 0)
    return asks == Slot.WHERE and asked < intake.ASKED_AT_MOST
