"""What a turn is in the end: the classifier's word held against what is known for certain.

An intent never turns a confident guide into a fallback, and never takes the answer to an open
question for something else.
"""

import re

from bot.conversation import intake
from bot.conversation.choices import pick
from bot.conversation.intents import ANSWERS, Intent
from bot.conversation.progress import named_ticket
from bot.conversation.rating import rates
from bot.conversation.schemas import Act, Slot, Turn
from retrieval.schemas import Decision

# Tuned on the scripted dialogues under tests/bot: below it a greeting with a story is a greeting.
APPEAL_SURE = 0.7
_WANTS_PERSON = re.compile(
    r"^(?:我要|我想|请|帮我|给我)?(?:转|找|接|要)?(?:人工|真人|坐席|客服|话务员)(?:服务|客服|坐席)?[。!！]*$"
)
_CANCELS = re.compile(
    r"^(?:算了|那就?算了)?[，,\s]*(?:我)?(?:不|别|取消|不想|不要|放弃)"
    r"(?:投诉|登记|举报|反映|办)?(?:了|登记|投诉|反映|举报)+[吧。!！]*$|^(?:那就?)?算了[吧。]*$|^取消[吧。]*$"
)
_REGISTERS = re.compile(r"^(?:帮我|请|给我|那就|就)?登记(?:吧|一下|下来)?[。!！]*$")
# Acts that say nothing about the matter: what retrieval or routing is sure of goes first.
_WEAK = frozenset(
    {Act.GREET, Act.THANKS, Act.GOODBYE, Act.OUT_OF_SCOPE, Act.FALLBACK, Act.ABUSE, Act.CHOOSE}
)
_BREAKS_INTAKE = frozenset({Act.CANCEL_APPEAL, Act.HANDOVER, Act.PROGRESS})
_ASKS_PROGRESS = re.compile(
    r"进度|进展|单号|编号|查询码|办得怎么样|处理得?怎么样|(?:投诉|举报|反映|诉求|工单).{0,8}"
    r"(?:结果|回复|答复|怎么样|咋样|到哪|处理了?没|办了?没|有没有)|(?:有|没)(?:结果|回复|答复|下文)"
)
_COMPLAINS = re.compile(r"投诉|举报|反映|求助|曝光|没人管|不给个说法")
_QUESTION = re.compile(
    r"[?？]|怎么|如何|咋|多少|哪|什么|啥|几[天次个回级月]|多久|多长|多大|"
    r"吗|呢$|不$|(?P<word>[能行会要是管给算该合收用交])不(?P=word)|还是|有没有"
)
_STORY = 8  # characters; shorter ones are cries, not accounts
_ASIDE = 24  # characters: a request while an appeal is taken down
_SHORT = 12  # a place or a time is said in fewer characters than a question


def settle(act: Act, intent: Intent | None, turn: Turn) -> Act | None:
    """Return the act to carry out; ``None``: say nothing more below the emergency card."""
    text, state = turn.text.strip(), turn.state
    answered = turn.retrieved.decision is Decision.ANSWER
    if turn.emergency is not None:
        return Act.ANSWER_QUESTION if answered else None
    if _WANTS_PERSON.match(text):
        return Act.HANDOVER
    if state.choices and pick(state.choices, text) is not None:
        return Act.CHOOSE
    if (wished := _wished(act, turn)) is not None:
        return wished
    if state.draft is not None:
        return _within_intake(act, intent, turn)
    return _said_shortly(turn) or _free(act, intent, turn)


def _said_shortly(turn: Turn) -> Act | None:
    """Return the act of words that mean something only after what was said before."""
    text, state = turn.text.strip(), turn.state
    if state.focus is not None and rates(text) is not None:
        return Act.RATE
    if state.asks is Slot.TICKET_NO and named_ticket(text).number:
        return Act.PROGRESS
    return Act.APPEAL if state.unanswered and _REGISTERS.match(text) else None


def _wished(act: Act, turn: Turn) -> Act | None:
    """Return the act of a wish for a notice, a checklist or a bundle, where it stands."""
    wish, draft = turn.wish, turn.state.draft
    if wish is None or act in {Act.HANDOVER, Act.CANCEL_APPEAL} or _wants_it_registered(act, turn):
        return None
    if draft is not None and (draft.asking is Slot.WHAT or len(turn.text) > _ASIDE):
        return None  # in an account of what happened
    if wish.kind == "checklist" and not (wish.matter or turn.state.focus) and _tells_issue(turn):
        return None
    return Act(wish.kind)


def _free(act: Act, intent: Intent | None, turn: Turn) -> Act:
    answered = turn.retrieved.decision is Decision.ANSWER
    tells_issue = _tells_issue(turn)
    if act is Act.PROGRESS:
        return _progress_or(turn, answered=answered, tells_issue=tells_issue)
    if answered and not _wants_it_registered(act, turn):
        # Handing over and cancelling are said plainly or not at all.
        return act if act in {Act.HANDOVER, Act.CANCEL_APPEAL} else Act.ANSWER_QUESTION
    if act in _WEAK | {Act.ANSWER_QUESTION} and tells_issue:
        return Act.APPEAL
    if act in {Act.CHOOSE, Act.SUBMIT_APPEAL} or (intent in ANSWERS and not tells_issue):
        # An answer where nothing was asked.
        return Act.FALLBACK
    return act


def _wants_it_registered(act: Act, turn: Turn) -> bool:
    """Whether a complaint is made in so many words; a guide that answers a question goes first."""
    said = _COMPLAINS.search(turn.text) is not None
    return act is Act.APPEAL and said and not _reads_as_question(turn.text)


def _tells_issue(turn: Turn) -> bool:
    """Whether a message tells of something to be handled, and not just in anger."""
    heard = turn.heard
    tells = heard.place is not None or heard.when is not None or len(turn.text) >= _STORY
    return heard.appeal_probability >= APPEAL_SURE and tells


def _progress_or(turn: Turn, *, answered: bool, tells_issue: bool) -> Act:
    """Return ``PROGRESS`` where it is asked for, else what the message is about."""
    if named_ticket(turn.text).number or _ASKS_PROGRESS.search(turn.text):
        return Act.PROGRESS
    if answered:
        return Act.ANSWER_QUESTION
    if tells_issue:
        return Act.APPEAL
    return Act.PROGRESS if turn.state.last_ticket_no else Act.ANSWER_QUESTION


def _within_intake(act: Act, intent: Intent | None, turn: Turn) -> Act:
    draft = turn.state.draft
    asking = draft.asking if draft else None
    text = turn.text.strip()
    if _CANCELS.match(text):
        return Act.CANCEL_APPEAL
    if asking is Slot.CONFIRM and (intake.affirms(text) or intent is Intent.AFFIRM):
        return Act.SUBMIT_APPEAL
    if asking is Slot.CONTACT and intake.gives_contact(text, turn.heard):
        return Act.APPEAL
    if act in _BREAKS_INTAKE and (act is not Act.PROGRESS or named_ticket(text).number):
        return act
    asks_back = act is Act.ANSWER_QUESTION or _reads_as_question(text)
    if asks_back and turn.retrieved.decision is Decision.ANSWER and not _answers(asking, turn):
        return Act.ANSWER_QUESTION
    return Act.APPEAL


def _answers(asking: Slot | None, turn: Turn) -> bool:
    """Whether a short message carries exactly what was asked for."""
    short = len(turn.text) <= _SHORT and not _reads_as_question(turn.text)
    if asking is Slot.WHERE:
        return short and turn.heard.place is not None
    if asking is Slot.WHEN:
        return short and turn.heard.when is not None
    return False


def _reads_as_question(text: str) -> bool:
    return bool(_QUESTION.search(text))
