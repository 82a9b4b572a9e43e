"""What each dialogue act does to the state: pure, the same with Rasa and without.

Rasa (or the intent patterns) says what a turn is; ``settle`` holds that against what is known
for certain — an open question, offered choices, a confident guide — and ``Performer`` carries
the settled act out.
"""

import re

from bot.conversation import replies
from bot.conversation.appealing import Appealing
from bot.conversation.audiences import audiences
from bot.conversation.cards import guide_card, policy_card, source_record
from bot.conversation.choices import matter_choices, numbered, pick, side_of
from bot.conversation.consent_words import affirms
from bot.conversation.courtesies import (
    CALLS_A_PERSON,
    Handler,
    abuse,
    below_the_card,
    calling_a_person,
    calmed,
    not_found,
    says,
    settling_a_doubt,
    tell_place,
)
from bot.conversation.guidance import Guiding
from bot.conversation.intent_patterns import guess_intent
from bot.conversation.intents import FACET_OF_INTENT, Intent
from bot.conversation.offering import Offering, back_to_draft, earlier, which_step
from bot.conversation.protocols import Guides, Offers, Proposing
from bot.conversation.questioning import left_open, spoken_of_before
from bot.conversation.relating import Relating
from bot.conversation.remarks import Pace, remarks
from bot.conversation.schemas import (
    Act,
    Card,
    Effect,
    Outcome,
    Reply,
    Slot,
    Turn,
)
from bot.conversation.settle import settle, topic_of
from foundation.errors import NotFoundError
from knowledge_base.schema import MATTER_CODE, FacetName
from retrieval.schemas import Answer, Decision, EntryKind


class Performer:
    """Turns (act, intent, turn) into an outcome; no I/O, no clock, nothing stored."""

    def __init__(self, guides: Guides, proposing: Proposing, offers: Offers) -> None:
        self._guides = guides
        appealing = Appealing(proposing)
        self._offering = offering = Offering(guides, offers)
        self._relating = relating = Relating(guides)
        self._guiding = guiding = Guiding(guides, offers)
        self._handlers: dict[Act, Handler] = {
            Act.ANSWER_QUESTION: self._answer,
            Act.CHOOSE: self._choose,
            Act.NOTICE: self._or_withdrawn(offering.notice),
            Act.CHECKLIST: self._or_withdrawn(offering.checklist),
            Act.BUNDLE: offering.bundle,
            Act.APPEAL: appealing.appeal,
            Act.SUBMIT_APPEAL: appealing.submit,
            Act.CANCEL_APPEAL: appealing.cancel,
            Act.PROGRESS: appealing.progress,
            Act.HANDOVER: appealing.handover,
            Act.FALLBACK: self._fallback,
            Act.RATE: appealing.rate,
            Act.AUDIENCE: self._or_withdrawn(self._audience),
            Act.COMPARE: self._or_withdrawn(relating.compare),
            Act.GUIDANCE: self._or_withdrawn(guiding.perform),
            Act.RETURN: self._return,
            Act.REPEAT: self._repeat,
            Act.SHORTEN: self._or_withdrawn(self._shorten),
            Act.TELL_PLACE: tell_place,
            Act.GREET: says(Act.GREET, replies.GREETING, replies.GREETING_AGAIN),
            Act.THANKS: says(Act.THANKS, replies.THANKS, replies.THANKS_AGAIN),
            Act.GOODBYE: says(Act.GOODBYE, replies.GOODBYE, replies.GOODBYE_AGAIN),
            Act.ABUSE: abuse,
            Act.OUT_OF_SCOPE: self._out_of_scope,
        }

    def perform(self, act: Act, intent: Intent | None, turn: Turn) -> Outcome:
        """Carry one turn out and return the new state, what is said, what must be done."""
        settled = settle(act, intent, turn)
        if settled is None:
            return below_the_card(act, intent, turn)
        outcome = self._handlers[settled](intent, turn)
        same = outcome.act is turn.state.last_act
        left = {
            "last_act": outcome.act,
            "in_row": turn.state.in_row + 1 if same else 0,
            "danger": turn.state.danger if outcome.act is Act.TELL_PLACE else turn.emergency,
        }
        left["whom"] = audiences().mentioned(turn.text) or turn.state.whom
        left["question"] = left_open(outcome, turn)
        if outcome.state.pending is turn.state.pending:
            left["pending"] = None  # taken up in the very next turn or not at all
        guided = outcome.state.guiding
        if guided is not None and guided.offered and guided is turn.state.guiding:
            left["guiding"] = None  # as above
        outcome = outcome.model_copy(update={"state": outcome.state.model_copy(update=left)})
        return calmed(self._guiding.back(outcome, turn), turn)

    def _answer(self, intent: Intent | None, turn: Turn) -> Outcome:
        retrieved = turn.retrieved
        if retrieved.decision is Decision.ANSWER:
            return self._told(turn, intent, retrieved.candidates[0][0], retrieved.facet)
        if (code := spoken_of_before(turn)) is not None:
            return self._told(turn, intent, code, retrieved.facet)
        facet = FACET_OF_INTENT.get(intent) if intent is not None else None
        if facet is not None and turn.state.focus and _speaks_of_focus(turn):
            return self._guide(turn, intent, turn.state.focus, facet)
        if retrieved.decision is Decision.CLARIFY:
            own = self._own_of_whom(turn)
            if own is not None:
                return self._told(turn, intent, own, retrieved.facet)
            return self._clarify(turn, intent)
        return self._fallback(intent, turn)

    def _own_of_whom(self, turn: Turn) -> str | None:
        """Return the one guide on offer for who is spoken of: 「给他买医保呢」 of a newborn."""
        if turn.state.whom is None or _PRONOUN.search(turn.text) is None:
            return None
        group = audiences().named(turn.state.whom)
        codes = (code for code, _ in turn.retrieved.candidates if re.fullmatch(MATTER_CODE, code))
        own = [code for code in codes if group.has_own(self._guides.matter(code))]
        return own[0] if len(own) == 1 else None

    def _told(
        self, turn: Turn, intent: Intent | None, code: str, facet: FacetName | None
    ) -> Outcome:
        """Answer with a guide, or with what was wanted of it before it was clear which."""
        pending = turn.state.pending
        if pending is not None and self._guides.quoted(code) is None:
            if pending.kind == "audience":
                return self._guide(turn, intent, code, pending.facet)
            if pending.kind == "guidance" and self._guiding.offered(code, turn.state, ""):
                return self._guiding.begin(code, pending.said, intent, turn)
            if pending.kind == "guidance":
                return self._guide(turn, intent, code, FacetName.MATERIALS)
            resume = self._or_withdrawn(
                lambda heard, asked: self._offering.resume(code, heard, asked)
            )
            return resume(intent, turn)
        return self._guide(turn, intent, code, facet)

    def _guide(
        self, turn: Turn, intent: Intent | None, code: str, facet: FacetName | None
    ) -> Outcome:
        new = turn.state.focus != code
        guided = self._guiding.offered(code, turn.state, turn.text) if new else None
        try:
            answer, card = self._said(code, facet, offers=new, guided=guided is not None)
        except NotFoundError:
            # Chosen or spoken of before it was withdrawn from the knowledge base.
            return self._withdrawn(turn, intent)
        offers = turn.state.draft is None and turn.heard.appeal_probability >= _MAY_BE_AN_APPEAL
        belongs = self._offering.untold(answer.matter, turn.state) if answer.matter else ()
        reply = Reply(
            text=self._led(answer, turn),
            cards=(card,),
            sources=tuple(source_record(source) for source in answer.sources),
        )
        state = turn.state.model_copy(
            update={
                # What is asked on after a policy answer is asked of its matter, where it has one.
                "focus": answer.matter,
                "bundle": None,
                "held": turn.state.held if turn.state.focus == answer.matter else None,
                "earlier": earlier(turn.state, answer.matter),
                "compared": (),
                "told_bundles": (*turn.state.told_bundles, *(one.code for one in belongs)),
                # A quoted answer has no sides: it is said to the one that was asked for.
                "facet": answer.facet if answer.kind is EntryKind.GUIDE else facet,
                "choices": (),
                "failures": 0,
                "unanswered": turn.text if offers else None,
                "offered": turn.heard if offers else None,
                "asks": turn.state.draft.asking if turn.state.draft else None,
                "guiding": guided or turn.state.guiding,
            }
        )
        topic = remarks().topic(turn.text)
        beside = topic.beside if topic is not None else None
        below = (beside, replies.OFFER_TO_REGISTER if offers else None)
        offer = tuple(Reply(text=text) for text in below if text)
        return Outcome(
            act=Act.ANSWER_QUESTION,
            intent=intent,
            state=state,
            replies=(reply, *offer, *self._offering.hint(belongs), *back_to_draft(state.draft)),
            decision=Decision.ANSWER,
            matter=answer.matter,
            policy=None if answer.kind is EntryKind.GUIDE else code,
        )

    def _led(self, answer: Answer, turn: Turn) -> str:
        """Return an answer's text, after a word where the guide does not state what was asked."""
        if not turn.retrieved.near or answer.matter is None or answer.matter != turn.state.focus:
            return answer.text
        matter = self._guides.matter(answer.matter)
        said = replies.NEAREST.format(title=matter.title, phone=matter.consultation_phone)
        return f"{said}\n\n{answer.text}"

    def _said(
        self, code: str, facet: FacetName | None, *, offers: bool, guided: bool
    ) -> tuple[Answer, Card]:
        if (quoted := self._guides.quoted(code)) is not None:
            return quoted, policy_card(quoted)
        matter, answer = self._guides.guide(code, facet)
        return answer, guide_card(matter, answer, offers=offers, guided=guided)

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

    def _or_withdrawn(self, handler: Handler) -> Handler:
        def handle(intent: Intent | None, turn: Turn) -> Outcome:
            try:
                return handler(intent, turn)
            except NotFoundError:
                return self._withdrawn(turn, intent)

        return handle

    def _clarify(self, turn: Turn, intent: Intent | None) -> Outcome:
        codes = tuple(code for code, _ in turn.retrieved.candidates)
        return self._choices_of(codes, turn.retrieved.facet, intent, turn)

    def _choices_of(
        self,
        codes: tuple[str, ...],
        facet: FacetName | None,
        intent: Intent | None,
        turn: Turn,
    ) -> Outcome:
        choices = matter_choices(codes, self._guides)
        pending = turn.state.pending
        state = turn.state.model_copy(
            update={
                "choices": choices,
                "choice_facet": facet,
                # Still wanted, once it is clear of which matter.
                "pending": pending and pending.model_copy(),
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
        if picked is not None and picked.code is not None:
            facet = side_of(turn.text) or turn.state.choice_facet
            return self._told(turn, intent, picked.code, facet)
        failures = turn.state.failures + 1
        cleared = {"choices": (), "asks": None, "failures": failures}
        state = turn.state.model_copy(update=cleared)
        if failures >= CALLS_A_PERSON:
            # Asked to rephrase, shown what is near, and it was none of it: a person.
            return self._fallback(intent, turn)
        return Outcome(
            act=Act.CHOOSE, intent=intent, state=state, replies=(Reply(text=replies.REPHRASE),)
        )

    def _audience(self, intent: Intent | None, turn: Turn) -> Outcome:
        wish = turn.wish
        assert wish is not None
        facet = wish.facet or turn.state.facet
        if wish.matter is not None:
            return self._guide(turn, intent, wish.matter, facet)
        if len(wish.candidates) > 1:
            clarified = self._choices_of(wish.candidates, facet, intent, turn)
            return clarified.model_copy(
                update={"state": clarified.state.model_copy(update={"pending": None})}
            )
        return self._relating.audience(intent, turn)

    def _return(self, intent: Intent | None, turn: Turn) -> Outcome:
        wish = turn.wish
        assert wish is not None
        assert wish.matter is not None
        outcome = self._guide(turn, intent, wish.matter, wish.facet)
        return outcome.model_copy(update={"act": Act.RETURN})

    def _repeat(self, intent: Intent | None, turn: Turn) -> Outcome:
        if turn.state.draft is not None:
            said = tuple(back_to_draft(turn.state.draft))
            return Outcome(act=Act.REPEAT, intent=intent, state=turn.state, replies=said)
        effects = (Effect(type="repeat_last"),)
        return Outcome(act=Act.REPEAT, intent=intent, state=turn.state, replies=(), effects=effects)

    def _shorten(self, intent: Intent | None, turn: Turn) -> Outcome:
        if turn.state.focus is not None and turn.state.draft is None:
            slower = remarks().pace(turn.text) is Pace.SLOWER
            lead = replies.SLOWER if slower else replies.SHORTER
            return self._relating.shorten(intent, turn, lead)
        said = back_to_draft(turn.state.draft) or (Reply(text=replies.NOTHING_TO_SHORTEN),)
        return Outcome(act=Act.SHORTEN, intent=intent, state=turn.state, replies=said)

    def _out_of_scope(self, intent: Intent | None, turn: Turn) -> Outcome:
        topic = topic_of(Act.OUT_OF_SCOPE, turn)
        if topic is not None:
            again = topic.again if turn.state.topic == topic.name else topic.says
            outcome = says(Act.OUT_OF_SCOPE, topic.says, again)(intent, turn)
            named = outcome.state.model_copy(update={"topic": topic.name})
            return outcome.model_copy(update={"state": named})
        sure = guess_intent(turn) is Intent.OUT_OF_SCOPE
        if not sure and turn.state.draft is None and turn.state.failures:
            # Only the classifier says so, and it was no help the last time either.
            return self._fallback(intent, turn)
        said = says(Act.OUT_OF_SCOPE, replies.OUT_OF_SCOPE, replies.OUT_OF_SCOPE_AGAIN)
        outcome = said(intent, turn)
        failed = outcome.state.model_copy(update={"failures": 0 if sure else 1})
        return outcome.model_copy(update={"state": failed})

    def _fallback(self, intent: Intent | None, turn: Turn) -> Outcome:
        if turn.state.draft is not None and (doubt := remarks().doubt(turn.text)) is not None:
            return settling_a_doubt(doubt, intent, turn)
        if turn.state.draft is not None:
            said = (Reply(text=replies.ASIDE), *back_to_draft(turn.state.draft))
            return Outcome(
                act=Act.FALLBACK,
                intent=intent,
                state=turn.state,
                replies=said,
                effects=(_unanswered(turn),),
                decision=Decision.NO_ANSWER,
            )
        if affirms(turn.text):
            # A yes to nothing: no question that could have been answered.
            return says(Act.FALLBACK, replies.ACKNOWLEDGED, replies.ACKNOWLEDGED_AGAIN)(
                intent, turn
            )
        if (asked := which_step(intent, turn)) is not None:
            return asked
        failures = turn.state.failures + 1
        codes = [code for code, _ in turn.retrieved.candidates[:3]]
        near = matter_choices(codes, self._guides) if failures == _OFFER_NEAR and codes else ()
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
        outcome = Outcome(
            act=Act.FALLBACK,
            intent=intent,
            state=state,
            replies=(Reply(text=numbered(not_found(failures), near), choices=near),),
            effects=(_unanswered(turn),),
            decision=Decision.NO_ANSWER,
        )
        third = failures == CALLS_A_PERSON and not state.person_called
        return calling_a_person(outcome) if third else outcome


_PRONOUN = re.compile(r"[他她](?!们)")
# A story that a guide answers, and that still may want somebody to act.
_MAY_BE_AN_APPEAL = 0.9
_OFFER_NEAR = 2
_BARE_QUESTION = 10  # “要花多少钱呢” names no matter: it speaks of the one in focus


def _unanswered(turn: Turn) -> Effect:
    return Effect(type="record_unanswered", data={"text": turn.text})


def _speaks_of_focus(turn: Turn) -> bool:
    return turn.retrieved.follow_up or len(turn.text) <= _BARE_QUESTION
