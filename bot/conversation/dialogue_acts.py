"""From what was heard to the dialogue act: the same step with Rasa and without.

Rasa's rules know the intent alone; what is open is the service's. What both make of a turn is
settled once more by the performer, which never lets an intent hide a confident guide.
"""

from bot.conversation.intent_patterns import settled_intent
from bot.conversation.intents import ACT_OF_INTENT, ANSWERS, Intent
from bot.conversation.schemas import Act, Turn
from retrieval.schemas import Decision


def hear(
    classified: Intent | None, turn: Turn, chosen: Act | None = None
) -> tuple[Act, Intent | None]:
    """Return the act of ``turn`` and the intent it rests on.

    Args:
        classified: what Rasa (or ``guess_intent``) heard; ``None`` when it is unsure.
        turn: words and open question may make another intent certain (a bare 「对」 after the
            draft was read back).
        chosen: the act that Rasa's rule chose; ``None``: the one the table gives the intent.
    """
    if (certain := settled_intent(turn)) is not None:
        return ACT_OF_INTENT[certain], certain
    act = chosen or (ACT_OF_INTENT[classified] if classified is not None else Act.FALLBACK)
    if turn.state.draft is not None:
        return (Act.APPEAL if act is Act.FALLBACK else act), classified
    if classified is None or classified in ANSWERS:
        return _act_of_unclear(turn), classified
    return act, classified


def _act_of_unclear(turn: Turn) -> Act:
    """Return the act of words that say little by themselves: an answer where nothing is open."""
    if turn.state.choices:
        return Act.CHOOSE
    if turn.retrieved.decision is not Decision.NO_ANSWER:
        return Act.ANSWER_QUESTION
    return Act.FALLBACK
