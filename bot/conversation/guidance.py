"""Guidance (智能导办): short questions one after the other, up to the notice for this citizen."""

from collections.abc import Mapping

from bot.conversation import replies
from bot.conversation.cards import guide_card, personal_notice_card, source_record
from bot.conversation.choices import matter_choices, numbered
from bot.conversation.guidance_answers import heard
from bot.conversation.intents import Intent
from bot.conversation.offering import earlier
from bot.conversation.protocols import Guides, Offers
from bot.conversation.schemas import (
    Act,
    Choice,
    DialogueState,
    Guided,
    Outcome,
    Reply,
    Slot,
    Turn,
)
from foundation.errors import MalformedInputError
from knowledge_base.guidance.schema import Guidance, Question
from knowledge_base.guidance.selecting import Selection
from knowledge_base.schema import FacetName
from retrieval.schemas import Decision

_MISSES = 2  # not understood so often: both cases are listed, and the next question is asked
_ASIDES = 2  # other questions in a row, after which the open one is not repeated any more
_SAID = 300  # characters of what was told, kept for the matter that is meant instead


class Guiding:
    """Carries the steps out; pure, like the performer that calls it."""

    def __init__(self, guides: Guides, offers: Offers) -> None:
        self._guides = guides
        self._offers = offers

    def perform(self, intent: Intent | None, turn: Turn) -> Outcome:
        """Take one step.

        Raises:
            MatterNotFoundError: the guide was withdrawn meanwhile, or says something else now.
        """
        wish, guided = turn.wish, turn.state.guiding
        if wish is not None and wish.step == "start":
            return self._start(intent, turn)
        assert guided is not None
        if wish is None:
            return self._unclear(guided, intent, turn)
        match wish.step:
            case "answer":
                return self._answer(guided, wish.answers, intent, turn)
            case "unsure":
                return self._pass(guided, replies.GUIDANCE_UNSURE, intent, turn)
            case "back":
                return self._back(guided, intent, turn)
            case "again" | "resume" as step:
                fresh = Guided(matter=guided.matter)
                kept = guided.model_copy(update={"asides": 0})
                lead = replies.GUIDANCE_AGAIN if step == "again" else ""
                return self._on(fresh if step == "again" else kept, lead, intent, turn)
            case step:
                declined = step == "decline"
                text = replies.GUIDANCE_DECLINED if declined else replies.GUIDANCE_STOPPED
                return _left(text, intent, turn)

    def begin(self, code: str, said: str, intent: Intent | None, turn: Turn) -> Outcome:
        """Begin with a matter; what ``said`` tells already is not asked.

        Raises:
            MatterNotFoundError: there is nothing to ask about it.
        """
        guidance = self._offers.guidance(code)
        answers = {} if guidance is None else heard(guidance, said)
        guided = Guided(matter=code, answers=answers, said=said[-_SAID:])
        lead = replies.GUIDANCE_BEGINS.format(title=self._guides.title(code))
        return self._on(guided, lead, intent, turn, new=answers)

    def offered(self, code: str, state: DialogueState, said: str) -> Guided | None:
        """Return the offer to ask about a matter that was just answered; none in an appeal."""
        open_already = state.guiding is not None and state.guiding.asking is not None
        if open_already or state.draft is not None or self._offers.guidance(code) is None:
            return None
        return Guided(matter=code, offered=True, said=said[-_SAID:])

    def back(self, outcome: Outcome, turn: Turn) -> Outcome:
        """Return the outcome with the open question once more, below what was answered."""
        guided, state = outcome.state.guiding, outcome.state
        if guided is None or guided.asking is None or outcome.act is Act.GUIDANCE:
            return outcome
        if outcome.act is Act.GOODBYE:
            return _with_state(outcome, state.model_copy(update={"guiding": None}))
        if state.draft is not None or state.choices or outcome.act in _NO_RETURN:
            return outcome
        guidance = self._offers.guidance(guided.matter)
        question = None if guidance is None else guidance.question(guided.asking)
        if question is None:
            return _with_state(outcome, state.model_copy(update={"guiding": None}))
        asides = guided.asides + 1
        update: dict[str, object] = {"guiding": guided.model_copy(update={"asides": asides})}
        if asides > _ASIDES:
            said = (Reply(text=replies.GUIDANCE_PAUSED),) if asides == _ASIDES + 1 else ()
        else:
            update |= {"asks": Slot.VARIANT}
            lead = replies.GUIDANCE_ASIDE.format(title=self._guides.title(guided.matter))
            said = (_asks(question, lead),)
        kept = () if outcome.act is Act.REPEAT else outcome.replies
        effects = () if outcome.act is Act.REPEAT else outcome.effects
        return outcome.model_copy(
            update={
                "state": state.model_copy(update=update),
                "replies": (*kept, *said),
                "effects": effects,
            }
        )

    def _start(self, intent: Intent | None, turn: Turn) -> Outcome:
        wish, guided = turn.wish, turn.state.guiding
        assert wish is not None
        if wish.candidates:
            return self._which_of(wish.candidates, intent, turn)
        code = wish.matter or turn.state.focus
        if code is None:
            state = turn.state.model_copy(
                update={"choices": (), "asks": Slot.MATTER, "pending": wish, "guiding": None}
            )
            said = (Reply(text=replies.WHICH_MATTER_GUIDANCE),)
            return Outcome(act=Act.GUIDANCE, intent=intent, state=state, replies=said)
        told = guided.said if guided is not None and guided.matter == code else ""
        return self.begin(code, "，".join(filter(None, (told, wish.said))), intent, turn)

    def _which_of(self, codes: tuple[str, ...], intent: Intent | None, turn: Turn) -> Outcome:
        choices = matter_choices(codes, self._guides)
        state = turn.state.model_copy(
            update={
                "choices": choices,
                "choice_facet": FacetName.MATERIALS,
                "asks": Slot.MATTER,
                "pending": turn.wish,
                "guiding": None,
            }
        )
        said = Reply(text=numbered(replies.CLARIFY, choices), choices=choices)
        return Outcome(
            act=Act.GUIDANCE,
            intent=intent,
            state=state,
            replies=(said,),
            decision=Decision.CLARIFY,
        )

    def _answer(
        self, guided: Guided, new: Mapping[str, str], intent: Intent | None, turn: Turn
    ) -> Outcome:
        changed = any(guided.answers.get(key, said) != said for key, said in new.items())
        taken = guided.model_copy(
            update={
                "answers": guided.answers | dict(new),
                "unsure": tuple(key for key in guided.unsure if key not in new),
                "said": f"{guided.said}，{turn.text}"[-_SAID:],
                "misses": 0,
                "asides": 0,
            }
        )
        other = {key: said for key, said in new.items() if guided.answers.get(key) != said}
        told = {} if set(other) == {guided.asking} and not changed else other
        return self._on(taken, "", intent, turn, new=told, changed=changed)

    def _unclear(self, guided: Guided, intent: Intent | None, turn: Turn) -> Outcome:
        misses = guided.misses + 1
        if misses >= _MISSES:
            return self._pass(guided, replies.GUIDANCE_PASSED, intent, turn)
        missed = guided.model_copy(update={"misses": misses})
        return self._on(missed, replies.GUIDANCE_UNCLEAR, intent, turn)

    def _pass(self, guided: Guided, lead: str, intent: Intent | None, turn: Turn) -> Outcome:
        """Leave both cases in, and go on."""
        unsure = (*guided.unsure, *((guided.asking,) if guided.asking else ()))
        update = {"unsure": tuple(dict.fromkeys(unsure)), "misses": 0, "asides": 0}
        return self._on(guided.model_copy(update=update), lead, intent, turn)

    def _back(self, guided: Guided, intent: Intent | None, turn: Turn) -> Outcome:
        """Ask the question before the open one again, or the last one after the notice."""
        before = [key for key in guided.asked if key != guided.asking]
        if not before:
            return self._on(guided, replies.GUIDANCE_FIRST, intent, turn)
        key = before[-1]
        update = {
            "answers": {one: said for one, said in guided.answers.items() if one != key},
            "unsure": tuple(one for one in guided.unsure if one != key),
            "asked": tuple(before[:-1]),
            "asking": None,
            "misses": 0,
        }
        return self._on(guided.model_copy(update=update), replies.GUIDANCE_BACK, intent, turn)

    def _on(
        self,
        guided: Guided,
        lead: str,
        intent: Intent | None,
        turn: Turn,
        *,
        new: Mapping[str, str] | None = None,
        changed: bool = False,
    ) -> Outcome:
        """Ask the next question, or end in the notice; ``new``: answers to be read back."""
        selection, text = self._selection(guided)
        if new:
            lead += _read_back(selection, new, first=bool(lead), changed=changed)
        if selection.switch is not None:
            return self._switch(guided, selection, intent, turn)
        question = selection.next(guided.unsure)
        if question is None:
            return self._end(guided, selection, text, lead, intent, turn, changed=changed)
        asked = tuple(dict.fromkeys((*guided.asked, question.key)))
        hint = "" if guided.asked else replies.GUIDANCE_HINT
        state = _focused(turn, guided.matter).model_copy(
            update={
                "guiding": guided.model_copy(update={"asked": asked, "asking": question.key}),
                "asks": Slot.VARIANT,
            }
        )
        return Outcome(
            act=Act.GUIDANCE,
            intent=intent,
            state=state,
            replies=(_asks(question, lead, hint),),
            decision=Decision.CLARIFY,
            matter=guided.matter,
            facet=FacetName.MATERIALS,
        )

    def _selection(self, guided: Guided) -> tuple[Selection, str]:
        """Return what was answered; nothing, where the questions were changed meanwhile."""
        try:
            return self._offers.selection(guided.matter, guided.answers)
        except MalformedInputError:
            return self._offers.selection(guided.matter, {})

    def _end(
        self,
        guided: Guided,
        selection: Selection,
        text: str,
        lead: str,
        intent: Intent | None,
        turn: Turn,
        *,
        changed: bool,
    ) -> Outcome:
        done = guided.model_copy(update={"asking": None, "misses": 0})
        state = _focused(turn, guided.matter).model_copy(update={"guiding": done})
        notice = Reply(text=text, cards=(personal_notice_card(selection, text),))
        before = (Reply(text=lead),) if lead else ()
        tells = selection.given and not changed
        after = (Reply(text=replies.GUIDANCE_CHANGE),) if tells else ()
        return Outcome(
            act=Act.GUIDANCE,
            intent=intent,
            state=state,
            replies=(*before, notice, *after),
            decision=Decision.ANSWER,
            matter=guided.matter,
            facet=FacetName.MATERIALS,
        )

    def _switch(
        self, guided: Guided, selection: Selection, intent: Intent | None, turn: Turn
    ) -> Outcome:
        """Go on with the matter that is meant instead; what was said stays said."""
        code = selection.switch
        assert code is not None
        why = selection.matter.confused_with[code]
        said = replies.GUIDANCE_SWITCHED.format(title=self._guides.title(code), why=why)
        guidance = self._offers.guidance(code)
        visited = (*guided.visited, guided.matter)
        if guidance is None:
            return self._plain(code, said, intent, turn)
        shared = _shared(selection, guidance)
        # What was settled last says more than the account at the beginning.
        labels = "，".join([*(answer.label for _, answer in selection.given), why])
        told = heard(guidance, guided.said) | heard(guidance, labels) | shared
        next_guided = Guided(matter=code, answers=told, said=guided.said, visited=visited)
        leads_back, _ = self._selection(next_guided)
        if leads_back.switch in visited:
            # The words that led here would lead away again: they are asked about instead.
            next_guided = next_guided.model_copy(update={"answers": shared})
        on = self._on(next_guided, "", intent, turn, new=next_guided.answers)
        return on.model_copy(update={"replies": (Reply(text=said), *on.replies)})

    def _plain(self, code: str, said: str, intent: Intent | None, turn: Turn) -> Outcome:
        """Show the documents of a matter about which there is nothing to ask."""
        matter, answer = self._guides.guide(code, FacetName.MATERIALS)
        reply = Reply(
            text=answer.text,
            cards=(guide_card(matter, answer, offers=True),),
            sources=tuple(source_record(source) for source in answer.sources),
        )
        state = _focused(turn, code).model_copy(update={"guiding": None})
        return Outcome(
            act=Act.GUIDANCE,
            intent=intent,
            state=state,
            replies=(Reply(text=said), reply),
            decision=Decision.ANSWER,
            matter=code,
            facet=FacetName.MATERIALS,
        )


# Said in words of their own, or by a person: the open question waits.
_NO_RETURN = frozenset({Act.HANDOVER, Act.TELL_PLACE, Act.SUBMIT_APPEAL, Act.CANCEL_APPEAL})


def _asks(question: Question, lead: str, hint: str = "") -> Reply:
    """Return a question with its answers to pick from, 不清楚 the last of them."""
    labels = [*(answer.label for answer in question.answers), replies.NOT_SURE]
    choices = tuple(Choice(label=label, value=label) for label in labels)
    lines = [lead, f"{question.text}（{question.note}）" if question.note else question.text]
    text = numbered("\n".join(filter(None, lines)), choices)
    return Reply(text="\n".join(filter(None, (text, hint))), choices=choices)


def _read_back(selection: Selection, new: Mapping[str, str], *, first: bool, changed: bool) -> str:
    """Return what was heard, in the words of the answers; "" where none of it counts."""
    heard_now = [answer.label for question, answer in selection.given if question.key in new]
    if not heard_now:
        return ""
    words = replies.GUIDANCE_HEARD if first else replies.GUIDANCE_TAKEN
    said = replies.GUIDANCE_CHANGED if changed else words
    return said.format(labels="、".join(heard_now))


def _shared(selection: Selection, guidance: Guidance) -> dict[str, str]:
    """Return the answers to questions that the next matter asks in the same words."""
    return {
        question.key: answer.key
        for question, answer in selection.given
        if question.shared
        and (other := guidance.question(question.key)) is not None
        and other.shared
        and other.answer(answer.key) is not None
    }


def _focused(turn: Turn, code: str) -> DialogueState:
    state = turn.state
    return state.model_copy(
        update={
            "focus": code,
            "facet": FacetName.MATERIALS,
            "bundle": None,
            "held": state.held if state.focus == code else None,
            "earlier": earlier(state, code),
            "compared": (),
            "choices": (),
            "failures": 0,
            "unanswered": None,
            "offered": None,
            "asks": None,
        }
    )


def _left(text: str, intent: Intent | None, turn: Turn) -> Outcome:
    state = turn.state.model_copy(update={"guiding": None, "asks": None, "failures": 0})
    return Outcome(act=Act.GUIDANCE, intent=intent, state=state, replies=(Reply(text=text),))


def _with_state(outcome: Outcome, state: DialogueState) -> Outcome:
    return outcome.model_copy(update={"state": state})
