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
    r"|(?:上|这|本)个?月(?:\d{1,2}[日号]|初|底|中旬)?|(?:20\d{2}年|去年|今年|前年)?(?:\d{1,2}|(?<![第])(?:十[一二]?|[一二三四五六七八九]))月(?:份)?"
    r"(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号]|初|底|中旬)?"
    r"|(?:20\d{2}年|去年|前年|今年)(?:[上下]半年|年初|年中|年底|年末|春天|夏天|秋天|冬天|暑假|寒假|[春秋]季|开学)?|[上下]半年|年初|年前|年底"
    r"|(?:国庆|端午|中秋|清明|元旦|元宵|重阳)(?:节)?|春节|五一|六一|除夕|正月|腊月|双(?:十[一二]|11|12)|618"
    r"|(?:这|上|本|每)(?:个)?学期(?:开学|初|末)?|开学(?:以来|那天)?|暑假|寒假|周末|节假日|早晚高峰|放学后?)"
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
# Counted back from now: 半小时前, 三个星期以前
_AGO = (
    r"(?:\d{1,3}|[一二两三四五六七八九十半几]{1,3})(?:多|来|几)?个?(?:多|半)?"
    r"(?:年|月|周|星期|礼拜|天|小时|钟头|分钟|刻钟)(?:多|半)?(?:以前|之前|前(?![天面后]))"
)
_RANGE = rf"(?:(?:到|至|-|—|~)(?:第二天|次日)?{_PART}?{_CLOCK})?"
_TIME = re.compile(
    rf"(?:{_AGO}|{_HABIT}(?:{_DAY})?(?:{_PART})?(?:{_CLOCK}{_RANGE})?"
    rf"|{_DAY}(?:{_PART})?(?:{_CLOCK}{_RANGE})?|{_PART}(?:{_CLOCK}{_RANGE})?|{_BARE_CLOCK}{_RANGE})"
    r"(?:以后|之后|开始|后|起|前)?"
)
# Between two times that are one: 「四月份干到十月份」, 「天天放学那会儿，五点半左右」
_BETWEEN = re.compile(
    r"[，,、\s]*(?:的?(?:那会儿?|时候)|(?:一直|干|做|弄|住|开)?[到至])?[，,、\s]*"
)
_VAGUE = frozenset({"经常", "最近", "近来", "近期", "今年", "整天", "年前"})


def find_times(text: str) -> list[tuple[int, int]]:
    """Return where times stand, left to right, as (start, end) in characters."""
    return [match.span() for match in _TIME.finditer(text)]


def _joined(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        gap = text[joined[-1][1] : start] if joined else ""
        if gap and _BETWEEN.fullmatch(gap):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def main_time(text: str, spans: list[tuple[int, int]]) -> str | None:
    """Return the most precise time as said; a vague one (最近) only where nothing else is said."""
    said = [text[start:end].removeprefix("的") for start, end in _joined(text, spans)]
    precise = [time for time in said if time not in _VAGUE]
    return max(precise or said, key=len, default=None)
