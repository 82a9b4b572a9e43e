"""What a message tells: an issue to be handled, a call for action, mere anger, nothing."""

import re

from bot.conversation.intents import Intent
from bot.conversation.schemas import Act, Turn
from routing.schemas import AppealKind

# Tuned on the scripted dialogues under tests/bot: below it a greeting with a story is a greeting.
APPEAL_SURE = 0.7
COMPLAINS = re.compile(
    r"投诉|举报|反映|求助|求(?:求|你们?|您|政府)?.{0,4}帮|曝光|没人管|不给个说法|讨薪|讨要|讨个?说法|讨个?公道|主持公道|做主|维权"
)
# Told with a call that somebody act: no guide is asked for.
_CALLS_FOR_ACTION = re.compile(
    r"(?:你们?|有(?:没有)?人|谁|哪个|政府|到底)?(?:能帮帮[^，,。]{0,4}[吗不么]|帮帮(?:他|她|老人|孩子)|管不管|来管|管一?管|能不能管|该不该管)(?!理|辖)"
)
_ACCUSES = 0.95  # probability
_WANTS_AN_ERRAND = re.compile(r"想|要办|办理|申请|补办|需要|登记|领取|打算|准备")
_CALL_WITH_STORY = 12  # characters
_QUESTION = re.compile(
    r"[?？]|怎么|如何|咋|多少|哪|什么|啥|几[天次个回级月]|多久|多长|多大|"
    r"吗|呢$|不$|找谁|谁管|(?P<word>[能行会要是管给算该合收用交])不(?P=word)|还是|有没有"
)
_NOT_WORDS = re.compile(r"\[[^\]]*\]|\W")  # placeholders of personal data
_WORDS = 4  # characters: 路灯不亮
# Since when it has been so, though no day is named: 「停水两天了」.
_LASTING = re.compile(
    r"[停断堵漏坏没不]\w{0,6}(?:\d{1,3}|[一二两俩三四五六七八九十几半]{1,2})多?个?多?(?:天|周|星期|礼拜|月|年|小时)[了多]"
)
_STORY = 8  # characters; shorter ones are cries, not accounts
_OUTCRY = 18  # characters


def says_nothing(turn: Turn) -> bool:
    """Whether a message holds hardly a word: a number, a placeholder."""
    words = _NOT_WORDS.sub("", turn.text)
    return len(words) < _WORDS and not COMPLAINS.search(words)


def merely_abuses(act: Act, turn: Turn) -> bool:
    """Whether an insult names nothing to be handled: no place, no time, no complaint."""
    heard = turn.heard
    placed = heard.place is not None or heard.when is not None
    return act is Act.ABUSE and not placed and COMPLAINS.search(turn.text) is None


def tells_something(turn: Turn) -> bool:
    """Whether an angry message holds more than anger."""
    heard, text = turn.heard, turn.text
    return heard.place is not None or heard.when is not None or len(text) > _OUTCRY


def calls_for_action(turn: Turn) -> bool:
    """Whether a story ends in a call that somebody act: 「……你们管不管」."""
    called = _CALLS_FOR_ACTION.search(turn.text) is not None
    return called and len(turn.text) >= _CALL_WITH_STORY and tells_issue(turn)


def accuses(turn: Turn, intent: Intent | None) -> bool:
    """Whether a wrong is told and nothing is asked: a guide would be no answer.

    Told is what has a place, or what the understanding of the dialogue takes for a report as
    well: 「我们村主任贪污低保款」. Of a complaint without a place a guide may tell more.
    """
    heard, text = turn.heard, turn.text
    wrong = heard.kind in {AppealKind.COMPLAINT, AppealKind.IRREGULARITY_REPORT}
    sure = heard.appeal_probability >= _ACCUSES
    told = sure and (heard.place is not None or intent is Intent.REPORT_IRREGULARITY)
    asks = reads_as_question(text) or _WANTS_AN_ERRAND.search(text) is not None
    return wrong and told and not asks and tells_issue(turn)


def tells_issue(turn: Turn) -> bool:
    """Whether a message tells of something to be handled, and not just in anger."""
    heard = turn.heard
    said = COMPLAINS.search(turn.text) or _LASTING.search(turn.text)
    if says_nothing(turn) or (heard.vague and not said):
        return False
    tells = heard.place is not None or heard.when is not None or len(turn.text) >= _STORY
    return heard.appeal_probability >= APPEAL_SURE and tells


def reads_as_question(text: str) -> bool:
    """Whether a text has words that ask."""
    return bool(_QUESTION.search(text))
