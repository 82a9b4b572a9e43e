"""Time expressions as said: 半夜, 昨晚10点, 每天凌晨两点, 上周五."""

import re

_DIGITS = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_HABIT = (
    r"(?:每天|天天|每晚|每到|每逢|每周[一二三四五六日天末]?|一到|一天到晚|整天|整夜|经常|最近"
    r"|近来|近期|这几天|这两天|这段时间)"
)
_DAY = (
    r"(?:今天|昨天|前天|大前天|昨日|今日|今早|今晚|今晨|昨晚|昨夜|前晚|当晚"
    r"|(?:上上|上|这|本)(?:个)?(?:周|星期|礼拜)[一二三四五六日天末]?|周[一二三四五六日末]|星期[一二三四五六日天]"
    r"|(?:上|这|本)个?月(?:\d{1,2}[日号]|初|底|中旬)?|(?:20\d{2}年|去年|今年|前年)?\d{1,2}月(?:份)?(?:\d{1,2}[日号])?"
    r"|20\d{2}年|去年|前年|今年(?:年初)?|年初|年前|国庆(?:节)?|春节|元旦|五一|中秋|清明|周末|节假日|早晚高峰|放学后?)"
)
_PART = (
    r"(?:的)?(?:大半夜|半夜|后半夜|深夜|深更半夜|夜里|夜间|晚上|晚间|凌晨|清晨|大清早|早上|早晨|上午"
    r"|中午|午休|下午|傍晚|通宵)"
)
_CLOCK = (
    rf"(?:{_DIGITS}(?:点|时(?![候间段常刻不]))(?:半|多钟?|左右|钟|一刻|\d{{1,2}}分?)?"
    r"|\d{1,2}[:：]\d{2})"
)
# Alone it must look like a clock: 一点 also means "a little".
_BARE_CLOCK = (
    r"(?:\d{1,2}[:：]\d{2}|(?:\d{1,2}|十[一二]?|[二两三四五六七八九])点"
    r"(?:半|钟|多钟?|左右|一刻|\d{1,2}分)|一点(?:半|钟))"
)
_RANGE = rf"(?:(?:到|至|-|—|~)(?:第二天|次日)?{_PART}?{_CLOCK})?"
_TIME = re.compile(
    rf"(?:{_HABIT}(?:{_DAY})?(?:{_PART})?(?:{_CLOCK}{_RANGE})?"
    rf"|{_DAY}(?:{_PART})?(?:{_CLOCK}{_RANGE})?|{_PART}(?:{_CLOCK}{_RANGE})?|{_BARE_CLOCK}{_RANGE})"
    r"(?:以后|之后|开始|后|起|前)?"
)
_VAGUE = frozenset({"经常", "最近", "近来", "近期", "今年", "整天", "年前"})


def find_times(text: str) -> list[tuple[int, int]]:
    """Return where times stand, left to right, as (start, end) in characters."""
    return [match.span() for match in _TIME.finditer(text)]


def main_time(text: str, spans: list[tuple[int, int]]) -> str | None:
    """Return the most precise time as said; a vague one (最近) only where nothing else is said."""
    said = [text[start:end].removeprefix("的") for start, end in spans]
    precise = [time for time in said if time not in _VAGUE]
    return max(precise or said, key=len, default=None)
