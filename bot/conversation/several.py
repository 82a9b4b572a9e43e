"""What came of the parts of one message, put together as one turn."""

from collections.abc import Sequence

from bot.conversation import replies
from bot.conversation.schemas import Act, DialogueState, Outcome, Reply, Turn

# What a turn is called where its parts were several things: what ends an episode goes first.
_WEIGHT = {Act.SUBMIT_APPEAL: 0, Act.HANDOVER: 1, Act.CANCEL_APPEAL: 2, Act.FALLBACK: 4}
_LONGEST_QUOTE = 30  # characters


def together(outcomes: Sequence[Outcome], state: DialogueState) -> Outcome:
    """Return one outcome that says and does all of ``outcomes``, and leaves ``state``.

    A question that a later part asks again, or answers, is said once: where it stands last.
    """
    if len(outcomes) == 1:
        return outcomes[0].model_copy(update={"state": state})
    named = min(outcomes, key=lambda outcome: _WEIGHT.get(outcome.act, 3))
    said = [reply for outcome in outcomes for reply in outcome.replies]
    answered = next((one for one in outcomes if one.matter is not None), None)
    knowledge = next((one for one in outcomes if one.decision is not None), None)
    if answered is not None:
        knowledge = answered
    return named.model_copy(
        update={
            "state": _still_offering(state, outcomes),
            "effects_first": bool(outcomes[0].effects) and not outcomes[0].replies,
            "replies": _once(said),
            "effects": tuple(effect for outcome in outcomes for effect in outcome.effects),
            "decision": knowledge.decision if knowledge else None,
            "matter": answered.matter if answered else None,
            "facet": (answered.facet or answered.state.facet) if answered else None,
            "policy": next((one.policy for one in outcomes if one.policy), None),
        }
    )


def _still_offering(state: DialogueState, outcomes: Sequence[Outcome]) -> DialogueState:
    """Return the state with the choices that an earlier part offered, when a later one began."""
    offered = next((one.state for one in outcomes if one.state.choices), None)
    if offered is None or state.choices:
        return state
    return state.model_copy(
        update={"choices": offered.choices, "choice_facet": offered.choice_facet}
    )


def announced(issue: str, state: DialogueState) -> Outcome:
    """Return what is said before an issue that was told earlier is taken down."""
    quoted = issue if len(issue) <= _LONGEST_QUOTE else f"{issue[:_LONGEST_QUOTE]}…"
    said = Reply(text=replies.NEXT_ISSUE.format(issue=quoted))
    return Outcome(act=Act.APPEAL, intent=None, state=state, replies=(said,))


def somewhere(part: Turn, whole: Turn) -> Turn:
    """Return the turn of an issue that names no place with that of its whole message."""
    if part.heard.place is not None or whole.heard.place is None:
        return part
    placed = {"place": whole.heard.place, "district": whole.heard.district}
    return part.model_copy(update={"heard": part.heard.model_copy(update=placed)})


def after_the_danger(outcome: Outcome) -> Outcome:
    """Return the outcome of an issue told beside a danger: what can wait says so."""
    first = Reply(text=replies.DANGER_FIRST)
    return outcome.model_copy(update={"replies": (first, *outcome.replies)})


def _once(said: Sequence[Reply]) -> tuple[Reply, ...]:
    last = {reply.text: number for number, reply in enumerate(said)}
    back = [n for n, reply in enumerate(said) if reply.text.startswith(replies.BACK_TO_DRAFT)]
    return tuple(
        reply
        for number, reply in enumerate(said)
        if last[reply.text] == number and (number not in back or number == back[-1])
    )
