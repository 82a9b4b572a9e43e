"""What a turn is in the end: the classifier's word held against what is known for certain.

An intent never turns a confident guide into a fallback, and never takes the answer to an open
question for something else.
"""

import re

from bot.conversation.accounts import (
    COMPLAINS,
    accuses,
    calls_for_action,
    merely_abuses,
    reads_as_question,
    says_nothing,
    tells_issue,
    tells_something,
)
from bot.conversation.choices import pick
from bot.conversation.consent_words import affirms, agrees, goes_on, registers
from bot.conversation.contact_words import gives_contact, withholds
from bot.conversation.courtesy_words import courtesy
from bot.conversation.intent_patterns import guess_intent, settled_intent
from bot.conversation.intents import ANSWERS, FACET_OF_INTENT, Intent
from bot.conversation.progress import named_ticket
from bot.conversation.progress_words import asks_progress, is_progress, looks_up
from bot.conversation.questioning import lost_or_wanted
from bot.conversation.rating import praises_us, rates, rates_service
from bot.conversation.remarks import Pace, Topic, remarks
from bot.conversation.schemas import Act, Slot, Turn
from knowledge_base.schema import FacetName
from retrieval.schemas import Decision
from retrieval.several import is_question

_CERTAIN = 0.85
_LIKELY = 0.5  # that the first of a choice is meant
_WANTS_PERSON = re.compile(
    r"^(?:我要|我想|请|帮我|给我)?(?:转|找|接|要)?(?:人工|真人|坐席|客服|话务员)(?:服务|客服|坐席)?[。!！]*$"
)
_CANCELS = re.compile(
    r"^(?:算了|那就?算了)?[，,\s]*(?:我)?(?:不|别|取消|不想|不要|放弃)"
    r"(?:投诉|登记|举报|反映|提交|办|查|问|弄|搞|报|说|填|提|交)?(?:了|登记|投诉|反映|举报)+(?:吧?[，,\s]*(?:就|那就?|还是)?算了)?[吧。!！]*$|"
    r"^(?:哎|唉|那|就|还是)*算了[吧啊。]*(?:[，,\s]*(?:谢谢|多谢|麻烦|打扰|不好意思|不用了).{0,4})*$|^取消[吧。]*$"
)
# Acts that say nothing about the matter: what retrieval or routing is sure of goes first.
_WEAK = frozenset(
    {Act.GREET, Act.THANKS, Act.GOODBYE, Act.OUT_OF_SCOPE, Act.FALLBACK, Act.ABUSE, Act.CHOOSE}
)
_BREAKS_INTAKE = frozenset({Act.CANCEL_APPEAL, Act.HANDOVER, Act.PROGRESS})
# Of another appeal than the one that is taken down.
_SPOKEN_OF_BEFORE = re.compile(r"刚才|刚刚|之前|上次|上回|前面|上一?[个件]")
_WANTS_TO_COMPLAIN = re.compile(r"(?:你好|您好|喂)?[，,\s]*我?们?(?:要|想|来|得)(?:投诉|举报|反映)")
_ASIDE = 24  # characters: a request while an appeal is taken down
_BARE_QUESTION = 10  # characters
_OF_AN_APPEAL = re.compile(r"投诉|举报|登记|反映|提交|取消|撤|诉求")
_WAITS = re.compile(
    r"^(?:(?:都|我)?等了?(?:半天|好久|很久|这么久|老半天)了?[，,]?)?(?:怎么|咋)?(?:还是?|一直|都|到现在)*(?:没|还有多久|什么时候|多久|到底)(?:有)?(?:来?人|来|接|轮到我?|人工|坐席|好).{0,6}$|"
    r"^(?:人|坐席|客服|人工)(?:呢|在哪|来了没|到了吗|还没来吗?)[?？。]?$"
)
_PLACE_WORDS = re.compile(r"[路街巷号栋幢楼室村镇桥]|小区|单元|广场|市场|学校|医院|公园|门口|附近")
# Said beside an appeal, answered, and the appeal goes on.
_COURTESIES = {
    Intent.GREET: Act.GREET,
    Intent.THANKS: Act.THANKS,
    Intent.GOODBYE: Act.GOODBYE,
    Intent.ABUSE: Act.ABUSE,
    Intent.OUT_OF_SCOPE: Act.OUT_OF_SCOPE,
}
_DOES_NOT_KNOW = re.compile(r"记不|忘|不清楚|不知道|不晓得|不确定|说不|好像|应该是|可能|大概")
_ASKS_ASIDE = re.compile(
    r"[?？]$|[吗呢么嘛]$|怎么(?!都)|如何|为什么|为啥|凭什么|干嘛|多久|几天|多少|什么时候|能不能|会不会|是不是|可不可以|有没有"
)
_TELL_ME = re.compile(r"告诉我|你(?:们|就)*(?:说|讲)|直说")
_OTHER_CITY = "other_city"
_SHORT = 12  # a place or a time is said in fewer characters than a question


def settle(act: Act, intent: Intent | None, turn: Turn) -> Act | None:
    """Return the act to carry out; ``None``: say nothing more below the emergency card."""
    text, state = turn.text.strip(), turn.state
    answered = turn.retrieved.decision is Decision.ANSWER
    if turn.emergency is not None:
        if turn.suspected and state.draft is not None:
            return _beside_a_suspicion(act, intent, turn)
        below = _below_the_card(turn, answered=answered)
        return below or (_beside_a_suspicion(act, intent, turn) if turn.suspected else None)
    if _WANTS_PERSON.match(text):
        return Act.HANDOVER
    if (worded := _by_its_words(act, turn)) is not None:
        return worded
    if state.draft is not None:
        return _within_intake(act, intent, turn)
    free = _said_shortly(turn) or _free(act, intent, turn)
    return Act.GUIDANCE if _misses_the_question(free, turn) else free


def _below_the_card(turn: Turn, *, answered: bool) -> Act | None:
    """Return what is done besides the card; ``None``: nothing, it has said what matters."""
    if turn.state.danger is not None and _tells_place(turn):
        return Act.TELL_PLACE
    if turn.wish is not None and turn.wish.kind == "audience":
        return Act.AUDIENCE  # 「我妈瘫在床上来不了呢」 goes on asking
    return Act.ANSWER_QUESTION if answered else None


def _beside_a_suspicion(act: Act, intent: Intent | None, turn: Turn) -> Act | None:
    """Return what goes on below a card that only asks whether there is danger.

    What was said is never lost for it: it stands in the appeal that is open, or opens one.
    """
    calm = settle(act, intent, turn.model_copy(update={"emergency": None}))
    # After a card that was meant, what is told is of that danger.
    opens = turn.state.danger is None and calm in {Act.APPEAL, Act.HANDOVER}
    goes_on = turn.state.draft is not None or opens
    return calm if goes_on else None


def _tells_beside(turn: Turn) -> bool:
    """Whether an issue is told that merely mentions what a question of guidance asks about."""
    wish, guided = turn.wish, turn.state.guiding
    if wish is None or wish.step != "answer":
        return False
    if _WANTS_TO_COMPLAIN.match(turn.text.strip()):
        return True
    answers_it = guided is not None and guided.asking in wish.answers
    placed = turn.heard.place is not None or turn.heard.when is not None
    tells = (placed and tells_issue(turn)) or COMPLAINS.search(turn.text) is not None
    return tells and not answers_it


def _misses_the_question(act: Act, turn: Turn) -> bool:
    """Whether an open question of guidance is answered in words that are not understood."""
    guided = turn.state.guiding
    if guided is None or guided.asking is None or turn.state.choices:
        return False
    retrieved = turn.retrieved
    # What names no matter and asks for no side of one speaks of the focus by mere chance.
    bare = retrieved.follow_up and retrieved.facet in {None, FacetName.PROCESS}
    told = not is_question(turn.text) and (retrieved.decision is not Decision.ANSWER or bare)
    return act in {Act.FALLBACK, Act.CHOOSE} or (act is Act.ANSWER_QUESTION and told)


def _by_its_words(act: Act, turn: Turn) -> Act | None:
    """Return the act that words make certain, whatever is open and whatever was classified."""
    text, state = turn.text.strip(), turn.state
    if turn.wish is not None and turn.wish.kind == "guidance" and not _tells_beside(turn):
        return Act.GUIDANCE
    if state.choices and pick(state.choices, text) is not None:
        return Act.CHOOSE
    if state.danger is not None and _tells_place(turn):
        return Act.TELL_PLACE
    acts = (_paced(text), _wished(act, turn))
    if (known := next((one for one in acts if one is not None), None)) is not None:
        return known
    return Act.OUT_OF_SCOPE if topic_of(act, turn) is not None else None


def topic_of(act: Act, turn: Turn) -> Topic | None:
    """Return what a message is about that another body settles; an account of it is an appeal."""
    draft = turn.state.draft
    if draft is not None and draft.asking in {None, Slot.WHAT}:
        return None  # in an account of what happened
    topic = remarks().topic(turn.text) or _asked_on(turn)
    if topic is not None and topic.name == _OTHER_CITY and turn.heard.district is not None:
        return None  # it lies in this city, whatever other city is spoken of
    complains = COMPLAINS.search(turn.text) is not None
    if topic is None or (topic.declined and complains and (act is Act.APPEAL or tells_issue(turn))):
        return None
    guided = turn.retrieved.decision is Decision.ANSWER and not topic.over_guide
    return None if guided else topic


def _asked_on(turn: Turn) -> Topic | None:
    """Return the topic of before where a short question goes on about it: 「你就说吃几片」."""
    state, text = turn.state, turn.text
    went_before = state.last_act is Act.OUT_OF_SCOPE and state.draft is None
    names_nothing = turn.retrieved.decision is Decision.NO_ANSWER and turn.heard.place is None
    asks = is_question(text) or _TELL_ME.search(text) is not None
    if not (went_before and names_nothing and asks) or len(text) > _SHORT:
        return None
    return next((one for one in remarks().topics if one.name == state.topic), None)


def _paced(text: str) -> Act | None:
    pace = remarks().pace(text)
    if pace is None:
        return None
    return Act.REPEAT if pace is Pace.AGAIN else Act.SHORTEN


def _tells_place(turn: Turn) -> bool:
    """Whether a message says where, after a safety card asked for it."""
    if reads_as_question(turn.text) or turn.retrieved.decision is Decision.ANSWER:
        return False
    return turn.heard.place is not None or _PLACE_WORDS.search(turn.text) is not None


def _said_shortly(turn: Turn) -> Act | None:
    """Return the act of words that mean something only after what was said before."""
    text, state = turn.text.strip(), turn.state
    if state.focus is not None and rates(text) is not None:
        return Act.RATE
    if remarks().wants_to_rate(text) or (
        state.asks is Slot.RATING and rates_service(text) is not None
    ):
        return Act.RATE
    if praises_us(turn):
        return Act.RATE
    if state.person_called and _WAITS.match(text):
        return Act.HANDOVER
    if _CANCELS.match(text):
        return Act.CANCEL_APPEAL
    if is_progress(turn):
        return Act.PROGRESS
    return Act.APPEAL if registers(text) else courtesy(text)


def _wished(act: Act, turn: Turn) -> Act | None:
    """Return the act of a wish for a notice, a checklist or a bundle, where it stands."""
    wish, draft = turn.wish, turn.state.draft
    if (
        wish is None
        or wish.kind == "guidance"
        or act in {Act.HANDOVER, Act.CANCEL_APPEAL}
        or _wants_it_registered(act, turn)
    ):
        return None
    if draft is not None and (draft.asking is Slot.WHAT or len(turn.text) > _ASIDE):
        return None  # in an account of what happened
    told = turn.heard.place is not None and tells_issue(turn) and not is_question(turn.text)
    if draft is None and wish.kind == "bundle" and told:
        return None  # 「翠峰小学门口的井盖没了」 is no event in life
    if draft is not None and wish.kind == "bundle" and not reads_as_question(turn.text):
        return None
    if wish.kind == "checklist" and not (wish.matter or turn.state.focus) and tells_issue(turn):
        return None
    return Act(wish.kind)


def _free(act: Act, intent: Intent | None, turn: Turn) -> Act:
    answered = turn.retrieved.decision is Decision.ANSWER
    told = tells_issue(turn)
    if act is Act.PROGRESS:
        return _progress_or(turn, answered=answered, tells_issue=told)
    account = calls_for_action(turn) or accuses(turn, intent)
    if answered and not (_wants_it_registered(act, turn) or account):
        # Handing over and cancelling are said plainly or not at all.
        return act if act in {Act.HANDOVER, Act.CANCEL_APPEAL} else Act.ANSWER_QUESTION
    asks_vaguely = act is Act.APPEAL and intent not in ANSWERS and _asks_vaguely(turn)
    if asks_vaguely or _asks_of_focus(intent, turn) or _asks_of_several(act, turn):
        return Act.ANSWER_QUESTION
    return _unanswered(act, intent, turn, tells_issue=told)


def _unanswered(act: Act, intent: Intent | None, turn: Turn, *, tells_issue: bool) -> Act:
    """Return the act of a message that no guide answers."""
    if turn.heard.upset and not tells_something(turn):
        return Act.HANDOVER
    if act in _WEAK | {Act.ANSWER_QUESTION} and tells_issue and not merely_abuses(act, turn):
        return Act.APPEAL
    nothing = act is Act.APPEAL and says_nothing(turn)
    if nothing or act in {Act.CHOOSE, Act.SUBMIT_APPEAL} or (intent in ANSWERS and not tells_issue):
        # An answer where nothing was asked.
        return Act.FALLBACK
    return act


def _asks_of_focus(intent: Intent | None, turn: Turn) -> bool:
    """Whether a side is asked for in words too few to tell of an issue."""
    short = turn.retrieved.follow_up or len(turn.text) <= _BARE_QUESTION
    return intent in FACET_OF_INTENT and turn.state.focus is not None and short


def _asks_of_several(act: Act, turn: Turn) -> bool:
    """Whether a question that several guides fit was taken for an issue."""
    taken = act in {Act.APPEAL, Act.ANSWER_QUESTION}
    if not taken or turn.retrieved.decision is not Decision.CLARIFY or turn.heard.place is not None:
        return False
    if COMPLAINS.search(turn.text):
        return False
    if lost_or_wanted(turn.text):
        return True
    plain = is_question(turn.text)
    likely = turn.retrieved.confidence >= _LIKELY
    return plain and (likely or turn.heard.appeal_probability < _CERTAIN)


def _asks_vaguely(turn: Turn) -> bool:
    return turn.heard.vague and is_question(turn.text) and not COMPLAINS.search(turn.text)


def _wants_it_registered(act: Act, turn: Turn) -> bool:
    """Whether a complaint is made in so many words; a guide that answers a question goes first."""
    said = COMPLAINS.search(turn.text) is not None
    return act is Act.APPEAL and said and not reads_as_question(turn.text)


def _progress_or(turn: Turn, *, answered: bool, tells_issue: bool) -> Act:
    """Return ``PROGRESS`` where it is asked for, else what the message is about."""
    if named_ticket(turn.text).number or asks_progress(turn.text):
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
    if asking is Slot.CONFIRM and (_affirms(turn) or intent is Intent.AFFIRM):
        return Act.SUBMIT_APPEAL
    if act is Act.CANCEL_APPEAL and goes_on(text):
        act = Act.APPEAL
    if act is Act.CANCEL_APPEAL and (
        _OF_AN_APPEAL.search(text) or settled_intent(turn) is Intent.CANCEL
    ):
        return act
    gives = asking is Slot.CONTACT and gives_contact(text, turn.heard)
    if gives or withholds(text):
        return Act.APPEAL
    return _beside_intake(act, asking, turn)


def _affirms(turn: Turn) -> bool:
    draft, heard = turn.state.draft, turn.heard
    if affirms(turn.text, refused=draft is not None and draft.contact_refused):
        return True
    tells = heard.place or heard.when or heard.phone
    return not tells and agrees(turn.text) is not None


def _beside_intake(act: Act, asking: Slot | None, turn: Turn) -> Act:
    """Return the act of what may be said beside the open question of an appeal."""
    if _SPOKEN_OF_BEFORE.search(turn.text) and looks_up(turn):
        return Act.PROGRESS
    if act in _BREAKS_INTAKE and (act is not Act.PROGRESS or looks_up(turn)):
        return act
    if (polite := _COURTESIES.get(guess_intent(turn)) or courtesy(turn.text)) is not None:
        return polite
    if asking is not Slot.WHAT and remarks().doubt(turn.text) is not None:
        return Act.FALLBACK
    asks_back = act is Act.ANSWER_QUESTION or reads_as_question(turn.text.strip())
    if asks_back and turn.retrieved.decision is Decision.ANSWER and not _answers(asking, turn):
        return Act.ANSWER_QUESTION
    return Act.FALLBACK if _asks_aside(asking, turn) else Act.APPEAL


def _asks_aside(asking: Slot | None, turn: Turn) -> bool:
    """Whether a message asks something instead of saying what it was asked for."""
    if asking not in {Slot.WHERE, Slot.WHEN, Slot.CONTACT, Slot.CONFIRM}:
        return False
    heard, text = turn.heard, turn.text.strip()
    tells = heard.place or heard.when or heard.phone or _DOES_NOT_KNOW.search(text)
    return not tells and is_question(text) and _ASKS_ASIDE.search(text) is not None


def _answers(asking: Slot | None, turn: Turn) -> bool:
    """Whether a short message carries exactly what was asked for."""
    short = len(turn.text) <= _SHORT and not reads_as_question(turn.text)
    if asking is Slot.WHERE:
        return short and turn.heard.place is not None
    if asking is Slot.WHEN:
        return short and turn.heard.when is not None
    return False
