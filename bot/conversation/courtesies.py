"""What is said beside every matter: fixed sentences, calm for who is upset, help in danger."""

from collections.abc import Callable

from bot.conversation import replies
from bot.conversation.intake import read_back
from bot.conversation.intents import Intent
from bot.conversation.offering import back_to_draft
from bot.conversation.remarks import Doubt
from bot.conversation.schemas import Act, DialogueState, Effect, Outcome, Reply, Slot, Turn

_DRAFT = "{draft}"  # in what a doubt is answered with

Handler = Callable[[Intent | None, Turn], Outcome]


def says(act: Act, text: str, again: str) -> Handler:
    """Return what says a fixed sentence, another one when it was said the turn before."""

    def say(intent: Intent | None, turn: Turn) -> Outcome:
        state: DialogueState = turn.state.model_copy(update={"failures": 0})
        # By turns: never the same twice running.
        times = turn.state.in_row + 1 if turn.state.last_act is act else 0
        said = (text, again)[times % 2]
        return Outcome(
            act=act,
            intent=intent,
            state=state,
            replies=(Reply(text=said), *back_to_draft(state.draft)),
        )

    return say


def settling_a_doubt(doubt: Doubt, intent: Intent | None, turn: Turn) -> Outcome:
    """Answer what is asked of the registration itself, and come back to its open question."""
    draft = turn.state.draft
    assert draft is not None
    if doubt.shields:
        draft = draft.model_copy(update={"confidential": True})
    state = turn.state.model_copy(update={"draft": draft})
    # At the read-back the draft stands in the open question.
    told = "" if draft.asking is Slot.CONFIRM and _DRAFT in doubt.says else doubt.says
    told = told.replace(_DRAFT, read_back(draft))
    said = (*((Reply(text=told),) if told else ()), *back_to_draft(draft))
    return Outcome(act=Act.FALLBACK, intent=intent, state=state, replies=said)


def below_the_card(act: Act, intent: Intent | None, turn: Turn) -> Outcome:
    """Say nothing more: the card has said what matters. A person is told, without a word."""
    state = turn.state.model_copy(update={"danger": turn.emergency, "person_called": True})
    effects = () if turn.state.person_called else (quiet_call(),)
    return Outcome(act=act, intent=intent, state=state, replies=(), effects=effects)


def _beside_a_suspicion(outcome: Outcome, turn: Turn) -> Outcome:
    """Say below a card that only asks that nothing told was lost; a person is told as well."""
    effects = () if turn.state.person_called else (quiet_call(),)
    state = outcome.state.model_copy(update={"danger": None, "person_called": True})
    said = (Reply(text=replies.NO_DANGER), *outcome.replies)
    return outcome.model_copy(
        update={"replies": said, "state": state, "effects": (*outcome.effects, *effects)}
    )


def calmed(outcome: Outcome, turn: Turn) -> Outcome:
    """Calm who is beside themselves, and call a person; what they tell is taken down as ever."""
    if turn.suspected and outcome.act in {Act.APPEAL, Act.SUBMIT_APPEAL}:
        return _beside_a_suspicion(outcome, turn)
    if outcome.act is Act.ABUSE or not turn.heard.upset:
        return outcome
    calm = Reply(text=replies.CALM_ALREADY if turn.state.person_called else replies.CALM)
    kept = () if outcome.act is Act.FALLBACK and turn.state.draft is None else outcome.replies
    said = outcome.model_copy(update={"replies": (calm, *kept)})
    return said if outcome.state.person_called else calling_a_person(said)


def calling_a_person(outcome: Outcome) -> Outcome:
    """Return the outcome with a person called, unasked."""
    state = outcome.state.model_copy(update={"person_called": True})
    effects = (*outcome.effects, Effect(type="request_handover"))
    return outcome.model_copy(update={"state": state, "effects": effects})


def quiet_call() -> Effect:
    """Return the effect that calls a person without a word to the citizen."""
    return Effect(type="request_handover", data={"quiet": True})


def tell_place(intent: Intent | None, turn: Turn) -> Outcome:
    """Take down where the danger is, and send to the line once more."""
    place = turn.heard.place or turn.text.strip()
    text = replies.PLACE_OF_DANGER.format(place=place, line=turn.state.danger)
    return Outcome(
        act=Act.TELL_PLACE,
        intent=intent,
        state=turn.state.model_copy(update={"person_called": True}),
        replies=(Reply(text=text),),
        effects=() if turn.state.person_called else (quiet_call(),),
    )


def abuse(intent: Intent | None, turn: Turn) -> Outcome:
    """Answer calmly; who goes on is spoken to by a person."""
    if turn.state.last_act is not Act.ABUSE or turn.state.person_called:
        return says(Act.ABUSE, replies.ABUSE, replies.CALM_ALREADY)(intent, turn)
    said = says(Act.ABUSE, replies.ABUSE, replies.ABUSE_AGAIN)(intent, turn)
    return calling_a_person(said)


# Rephrase, the nearest guides as choices, a person.
_NOT_FOUND = (replies.NOT_FOUND, replies.NOT_FOUND_AGAIN, replies.NOT_FOUND_HANDOVER)
CALLS_A_PERSON = len(_NOT_FOUND)


def not_found(failures: int) -> str:
    """Return what is said when nothing was found for the n-th time; never the same twice."""
    if failures <= CALLS_A_PERSON:
        return _NOT_FOUND[failures - 1]
    return replies.NOT_FOUND_STILL[failures % len(replies.NOT_FOUND_STILL)]
