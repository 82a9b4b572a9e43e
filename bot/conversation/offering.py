"""What is offered beside answers: the one-time notice, the checklist, a whole event in life."""

import re
from collections.abc import Sequence

from bot.conversation import intake, replies
from bot.conversation.cards import bundle_card, bundle_hint_card, checklist_card, notice_card
from bot.conversation.choices import matter_choices, numbered
from bot.conversation.intents import Intent
from bot.conversation.protocols import Guides, Offers
from bot.conversation.schemas import (
    Act,
    AppealDraft,
    Choice,
    DialogueState,
    Outcome,
    Reply,
    Slot,
    Turn,
)
from knowledge_base.bundles.overview import Overview
from knowledge_base.bundles.schema import Bundle
from knowledge_base.notices.checklist import Checklist, Standing, checklist
from knowledge_base.notices.matching import NamedDocuments, name_documents
from knowledge_base.schema import FacetName, Matter
from retrieval.schemas import Decision
from retrieval.wording import load_wording

_REMEMBERED = 5  # matters


# “一共要多久” is asked of a whole event in life, as “要多久” is.
_ALTOGETHER = re.compile("一共|总共|全部|这些")


class Offering:
    """Carries out the acts that a wish leads to; pure, like the performer that calls it."""

    def __init__(self, guides: Guides, offers: Offers) -> None:
        self._guides = guides
        self._offers = offers

    def untold(self, code: str, state: DialogueState) -> tuple[Bundle, ...]:
        """Return the bundles of a matter that the citizen has not heard of; none in an appeal."""
        if state.draft is not None:
            return ()
        return tuple(
            one for one in self._offers.bundles_of(code) if one.code not in state.told_bundles
        )

    def hint(self, bundles: Sequence[Bundle]) -> tuple[Reply, ...]:
        """Return the one line that says so."""
        if not bundles:
            return ()
        titles = "、".join(f"“{one.title}”" for one in bundles)
        text = replies.BELONGS_TO_BUNDLE.format(titles=titles)
        return (Reply(text=text, cards=(bundle_hint_card(bundles),)),)

    def notice(self, intent: Intent | None, turn: Turn) -> Outcome:
        """Give the notice on the matter named or in focus, or the plan of the bundle in focus.

        Raises:
            MatterNotFoundError: the guide was withdrawn meanwhile.
        """
        if turn.wish is not None and turn.wish.candidates:
            return self._clarify(Act.NOTICE, intent, turn)
        code = _meant(turn)
        if code is not None:
            matter, text = self._offers.notice(code)
            reply = Reply(text=text, cards=(notice_card(matter, text),))
            return _about(Act.NOTICE, intent, turn, matter, (reply,))
        if turn.state.bundle is not None:
            told = self._offers.overview(turn.state.bundle)
            plan = Reply(text=self._offers.plan(turn.state.bundle), cards=(bundle_card(told),))
            return _about_bundle(Act.NOTICE, intent, turn, told, plan)
        return _which(Act.NOTICE, intent, turn, replies.WHICH_MATTER_NOTICE)

    def checklist(self, intent: Intent | None, turn: Turn) -> Outcome:
        """Say what is missing of the documents, given what the citizen says to have.

        Raises:
            MatterNotFoundError: the guide was withdrawn meanwhile.
        """
        if turn.wish is not None and turn.wish.candidates:
            return self._clarify(Act.CHECKLIST, intent, turn)
        code = _meant(turn)
        if code is None:
            return _which(Act.CHECKLIST, intent, turn, replies.WHICH_MATTER_CHECKLIST)
        matter, _ = self._offers.notice(code)
        said = turn.wish.has if turn.wish is not None else ()
        named = name_documents(matter, said, load_wording().with_guide_words)
        before = turn.state.held or () if turn.state.focus == code else ()
        held = tuple(sorted({*before, *named.numbers}))
        checked = checklist(matter, held)
        reply = Reply(
            text=_checklist_text(matter, checked, named), cards=(checklist_card(matter, checked),)
        )
        outcome = _about(Act.CHECKLIST, intent, turn, matter, (reply,))
        return outcome.model_copy(update={"state": outcome.state.model_copy(update={"held": held})})

    def resume(self, code: str, intent: Intent | None, turn: Turn) -> Outcome:
        """Do what was wanted before it was clear of which matter: the notice or the checklist.

        Raises:
            MatterNotFoundError: the guide was withdrawn meanwhile.
        """
        wanted = turn.state.pending
        assert wanted is not None
        meant = wanted.model_copy(update={"matter": code, "candidates": ()})
        asked = turn.model_copy(update={"wish": meant})
        handler = self.notice if wanted.kind == "notice" else self.checklist
        return handler(intent, asked)

    def _clarify(self, act: Act, intent: Intent | None, turn: Turn) -> Outcome:
        assert turn.wish is not None
        choices = matter_choices(turn.wish.candidates, self._guides)
        state = turn.state.model_copy(
            update={
                "choices": choices,
                "choice_facet": FacetName.MATERIALS,
                "asks": Slot.MATTER,
                "unanswered": None,
                "offered": None,
                "pending": turn.wish,
            }
        )
        said = Reply(text=numbered(replies.CLARIFY, choices), choices=choices)
        return Outcome(
            act=act, intent=intent, state=state, replies=(said,), decision=Decision.CLARIFY
        )

    def bundle(self, intent: Intent | None, turn: Turn) -> Outcome:
        """Tell a whole event in life."""
        assert turn.wish is not None
        assert turn.wish.bundle is not None
        told = self._offers.overview(turn.wish.bundle)
        reply = Reply(text=told.text, cards=(bundle_card(told),), choices=step_choices(told))
        return _about_bundle(Act.BUNDLE, intent, turn, told, reply)


def step_choices(told: Overview) -> tuple[Choice, ...]:
    """Return the steps as choices, numbered as they are told, and a last "none of them"."""
    steps = tuple(
        Choice(label=step.title, value=step.title, code=step.code if step.written else None)
        for step in told.steps
    )
    return (*steps, Choice(label=replies.NONE_OF_THEM, value=replies.NONE_OF_THEM))


def which_step(intent: Intent | None, turn: Turn) -> Outcome | None:
    """Ask which step of the bundle, or guide on offer, a bare question (要带什么) is about."""
    choices, text = turn.state.choices, turn.text
    facet = load_wording().facet_of(text)
    if not choices or facet is None:
        return None
    if len(load_wording().residue(_ALTOGETHER.sub("", text))) > 1:
        return None
    asked = numbered(replies.WHICH_STEP.format(facet=facet.label), choices)
    return Outcome(
        act=Act.ANSWER_QUESTION,
        intent=intent,
        state=turn.state.model_copy(update={"choice_facet": facet, "asks": Slot.MATTER}),
        replies=(Reply(text=asked, choices=choices),),
        decision=Decision.CLARIFY,
    )


def back_to_draft(draft: AppealDraft | None) -> tuple[Reply, ...]:
    """Return the open question of an appeal once more, after something else was answered."""
    if draft is None or draft.asking is None:
        return ()
    return (Reply(text=f"{replies.BACK_TO_DRAFT}{intake.repeat(draft)}"),)


def earlier(state: DialogueState, code: str | None) -> tuple[str, ...]:
    """Return the matters spoken of before ``code``, the latest first."""
    before = (state.focus, *state.compared, *state.earlier)
    known = dict.fromkeys(one for one in before if one is not None and one != code)
    return tuple(known)[:_REMEMBERED]


def _meant(turn: Turn) -> str | None:
    named = turn.wish.matter if turn.wish is not None else None
    return named or turn.state.focus


def _about(
    act: Act, intent: Intent | None, turn: Turn, matter: Matter, said: tuple[Reply, ...]
) -> Outcome:
    """Return an outcome about one matter, which is in focus from now on."""
    state = turn.state.model_copy(
        update={
            "focus": matter.code,
            "facet": FacetName.MATERIALS,
            "bundle": None,
            "held": turn.state.held if turn.state.focus == matter.code else None,
            "earlier": earlier(turn.state, matter.code),
            "compared": (),
            "choices": (),
            "failures": 0,
            "asks": _still_asked(turn),
        }
    )
    return Outcome(
        act=act,
        intent=intent,
        state=state,
        replies=(*said, *back_to_draft(state.draft)),
        decision=Decision.ANSWER,
        matter=matter.code,
    )


def _about_bundle(
    act: Act, intent: Intent | None, turn: Turn, told: Overview, reply: Reply
) -> Outcome:
    code = told.bundle.code
    within_appeal = turn.state.draft is not None
    state = turn.state.model_copy(
        update={
            "focus": None,
            "facet": None,
            "held": None,
            "earlier": earlier(turn.state, None),
            "compared": (),
            "bundle": code,
            "told_bundles": tuple(dict.fromkeys((*turn.state.told_bundles, code))),
            "choices": () if within_appeal else step_choices(told),
            "choice_facet": None,
            "failures": 0,
            "unanswered": None,
            "offered": None,
            "asks": _still_asked(turn) if within_appeal else Slot.MATTER,
        }
    )
    return Outcome(
        act=act,
        intent=intent,
        state=state,
        replies=(reply, *back_to_draft(state.draft)),
        decision=Decision.ANSWER,
    )


def _which(act: Act, intent: Intent | None, turn: Turn, question: str) -> Outcome:
    asks = _still_asked(turn) or Slot.MATTER
    state = turn.state.model_copy(update={"choices": (), "asks": asks, "pending": turn.wish})
    said = (Reply(text=question), *back_to_draft(state.draft))
    return Outcome(act=act, intent=intent, state=state, replies=said)


def _still_asked(turn: Turn) -> Slot | None:
    return turn.state.draft.asking if turn.state.draft else None


def _checklist_text(matter: Matter, checked: Checklist, named: NamedDocuments) -> str:
    lines = [replies.CHECKLIST_TITLE.format(title=matter.title)]
    if not checked.items:
        lines.append(replies.CHECKLIST_SILENT.format(phone=matter.consultation_phone))
        return "\n".join(lines)
    held = "、".join(item.document.name for item in checked.of(Standing.HELD))
    if held:
        lines.append(replies.CHECKLIST_HELD.format(names=held))
    if named.unknown:
        unknown = "、".join(f"“{name}”" for name in named.unknown)
        lines.append(replies.CHECKLIST_UNKNOWN.format(names=unknown))
    lines.append(checked.sentence)
    if not held:
        lines.append(replies.CHECKLIST_TELL)
    return "\n".join(lines)
