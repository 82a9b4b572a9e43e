"""What a message takes back itself: 「在文渊路，不对，在临江路」."""

import re

from bot.conversation.place_words import hints_at_place
from bot.conversation.schemas import Heard

# One breath: 「在文渊路，不对，在临江路」
_TAKEN_BACK = re.compile(
    r"^(?P<wrong>.{1,20}?)[，,。…\s]+(?:哦|噢|啊|哎)?(?:不对|不是|错了|说错了|口误|记错了)[了啊哦]?[，,。\s]+(?:应该)?(?:是)?(?P<right>.{2,})$"
)
# 「沙坝村的路灯坏了，不对，是松林铺村」
_SLIP_OF_THE_TONGUE = re.compile(
    r"[，,。…\s]+(?:哦|噢|啊|哎|呃)?(?:不对|(?:我)?(?:说|讲|记|写|打)错了|口误)[了啊哦]?[，,。\s]*(?:应该)?是?在?"
    r"(?P<right>[^，,。！!？?\s]{2,16})"
)
_TIME = re.compile(
    r"[年月日天号点时早晚午夜昨今前周刚久每]|星期|礼拜|最近|一直|经常|平时|期间|春节|国庆|寒假|暑假|假期|长期|\d"
)


def tells_time(text: str) -> bool:
    """Whether a text holds a word that times are told with."""
    return _TIME.search(text) is not None


def taken_back(text: str, heard: Heard) -> tuple[str, Heard]:
    """Return what is left of an answer that takes its beginning back, and of what was heard."""
    found = _TAKEN_BACK.match(text.strip())
    if found is None:
        return text, heard
    return found["right"], heard.model_copy(update=_of_the_rest(heard, found["right"]))


def put_right_at_once(text: str, heard: Heard) -> tuple[str, Heard]:
    """Return what was said with what it takes back itself put right, and what was heard of it."""
    slip = _SLIP_OF_THE_TONGUE.search(text)
    if slip is None:
        return text, heard
    told, right = text[: slip.start()], slip["right"].strip()
    if heard.place and heard.place in told and hints_at_place(right):
        said = {"place": right, "district": None}
        return told.replace(heard.place, right) + text[slip.end() :], heard.model_copy(update=said)
    if heard.when and heard.when in told and tells_time(right):
        meant = heard.model_copy(update={"when": right})
        return told.replace(heard.when, right) + text[slip.end() :], meant
    return text, heard


def _of_the_rest(heard: Heard, text: str) -> dict[str, object]:
    """Return what was heard, without what the words taken back said."""
    return {
        "place": heard.place if heard.place and heard.place in text else None,
        "when": heard.when if heard.when and heard.when in text else None,
    }
