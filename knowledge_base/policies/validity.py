"""From when to when a text applies, as far as it says so; nothing is guessed."""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from knowledge_base.policies.numerals import DATE_PATTERN, date_of, number_of

_BEGINS: Final = r"(?:起|之日起|开始|后)?[^。；，]{0,6}?(?:施行|实施|执行|生效|试行)"
_N: Final = r"(\d{1,3}|[一二三四五六七八九十两]{1,3})"
_FROM_DATE = re.compile(rf"(?:自|从|于)?\s*({DATE_PATTERN})\s*(?:起|之日起){_BEGINS}")
_FROM_ISSUE = re.compile(
    rf"自(?:印发|发布|公布|颁布|下发|发文|签发|通过|本?文?件?印发)之日起\s*(?:满?\s*{_N}\s*(?:个)?(日|月)后)?"
    r"[^。；，]{0,4}?(?:施行|实施|执行|生效|试行)"
)
_SPAN = re.compile(rf"(?:有效期|试行期|实施期限|执行期限)限?\s*(?:为|是|暂定)?\s*{_N}\s*(年|个月)")
_UNTIL = re.compile(
    rf"(?:有效期|试行期|实施期限|执行期限)限?[^。；]{{0,30}}?(?:至|到)\s*({DATE_PATTERN})"
)
_UNTIL_SHORT = re.compile(rf"起(?:施行|实施|执行)[^。；]{{0,4}}?[，,]?\s*至\s*({DATE_PATTERN})")
# An identity card has a 有效期 too: it counts only where the text speaks of itself.
_ITSELF = re.compile(
    r"本(?:通知|意见|办法|规定|条例|细则|方案|公告|通告|决定|法|规则|标准|指南|指引|措施|文件|规范|制度|"
    r"实施细则|实施办法|暂行办法)"
)
_REPEAL = re.compile(r"(?:同时|一并|即行)?(?:废止|停止执行|不再执行|失效)")
_NAMED = re.compile(r"《((?:[^《》]|《[^《》]*》)+)》")
_MONTHS: Final = 12


@dataclass(frozen=True)
class Validity:
    """Empty where the text does not say."""

    in_force_from: date | None = None
    in_force_to: date | None = None
    repeals: tuple[str, ...] = ()


def validity_of(paragraphs: Iterable[str], issued_on: date | None) -> Validity:
    """Return what the text says of its own force.

    Args:
        paragraphs: the provisions; the last that speaks of it counts.
        issued_on: what 自印发之日起 counts from; without it such a beginning stays empty.
    """
    begins: date | None = None
    ends: date | None = None
    repeals: list[str] = []
    for sentence in (one for text in paragraphs for one in re.split(r"(?<=[。；;])", text)):
        found = _beginning(sentence, issued_on)
        begins = found or begins
        if _ITSELF.search(sentence) or found is not None:
            ends = _ending(sentence, begins) or ends
        repeals += _repealed(sentence)
    return Validity(begins, ends, tuple(dict.fromkeys(repeals)))


def _beginning(sentence: str, issued_on: date | None) -> date | None:
    if not (_ITSELF.search(sentence) or sentence.lstrip().startswith(("自", "从"))):
        return None
    if found := _FROM_DATE.search(sentence):
        return date_of(found[1])
    found = _FROM_ISSUE.search(sentence)
    if found is None or issued_on is None:
        return None
    if found[1] is None:
        return issued_on
    count = number_of(found[1])
    # 30日后: the day after thirty have passed since the day of issue (民法典 第二百零一条).
    return issued_on + timedelta(days=count) if found[2] == "日" else _months_on(issued_on, count)


def _ending(sentence: str, begins: date | None) -> date | None:
    until = _UNTIL.search(sentence) or _UNTIL_SHORT.search(sentence)
    if until is not None:
        return date_of(until[1])
    span = _SPAN.search(sentence)
    if span is None or begins is None:
        return None
    count = number_of(span[1]) * (_MONTHS if span[2] == "年" else 1)
    return _months_on(begins, count) - timedelta(days=1)


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _repealed(sentence: str) -> list[str]:
    if not _REPEAL.search(sentence):
        return []
    return [found[1] for found in _NAMED.finditer(sentence)]
