"""Numbers in running text with the unit that follows: “三十日”, “10个工作日”, “5%至10%”."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from knowledge_base.checks.phones import without_phones
from knowledge_base.policies.numerals import number_of

_DIGITS = frozenset("零〇一二两三四五六七八九")
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}

# Longer ones first: 工作日 before 日 and 个月 before 个.
_UNITS = (
    "个工作日|工作日|个自然日|自然日|个月|个学期|个学时|个百分点|周岁|学时|课时|小时|分钟|分贝"
    "|平方米|立方米|平方公里|平方厘米|公里|千米|厘米|毫米|公顷|公斤|千克|毫克|千瓦时|千瓦|千伏安|千伏"
    "|伏安|伏|兆瓦|兆|美元|港元|克|吨|毫升|升|米|寸|亩|元|角|分|年度|年|月|日|天|周|时|秒|岁|倍|成|折|％|%|‰"
    "|名|人|户|家|个|位|所|处|项|条|款|件|份|本|张|套|副|枚|块|证|次|届|级|等|类|种|章|页|版|期|档"
    "|座|层|栋|幢|间|室|台|辆|艘|头|只|匹|羽|株|棵|门|科|代|轮|步|点|度|号|平|瓦|床|学年|周年|字|世纪|[A-Za-z²³℃]+"
)
_NUMBER = r"(?:\d+(?:[.,，]\d+)*|[零〇一二两三四五六七八九十百千]+)"
_SCALE = r"[余多来几]?[万亿千百]?[余多几]?"
_SHARE = r"[百千万]分之"
_LINK = r"\s*(?:[-—–~～至到、或和/]|或者|以上至)\s*"
_QUANTITY = re.compile(
    rf"(?P<share>{_SHARE})?(?P<numbers>{_NUMBER}{_SCALE}(?:{_LINK}(?:{_SHARE})?{_NUMBER}{_SCALE})*)\s*"
    rf"(?:[（(]含[）)])?(?P<unit>{_UNITS})?"
)
# One unit written in several ways, so that 百分之三十 and 30% are the same quantity.
_WRITTEN = {"百分之": "%", "％": "%", "千分之": "‰", "个工作日": "工作日", "天": "日"}
_ONE_OF_RANGE = re.compile(rf"(?:{_SHARE})?({_NUMBER})({_SCALE})")
# What holds digits and is no quantity: titles, document numbers, standards and models (GB/T 26341,
# C1, 4S), times of day, numbers of items.
_NO_QUANTITY = re.compile(
    r"《[^》]*》|[〔\[（(]\d{4}[〕\])）]\d*号?|https?://\S+|\d{1,2}[:：]\d{2}"
    r"|[A-Za-z]+(?:/[A-Za-z])?[ ]?\d[\d.\-—]*|\d+[A-Z](?![A-Za-z])"
    r"|[（(]\d{1,2}[）)]|^\d{1,2}[.、．](?!\d)|第[\d零〇一二两三四五六七八九十百千]+"
)
# A divisor or a reading of the eye chart has no unit; 人口300万 says what is counted.
_NO_UNIT_NEEDED = re.compile(r"(?:除以|乘以|[×÷*=＝]|视力表?|系数为?|指数为?|人口)\s*$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number as written with its unit, its value, and the unit ("" where none stands)."""

    text: str
    value: float
    unit: str
    needs_unit: bool


# Several families read the same sentence; a library of 260 guides holds some 14 000 texts.
@lru_cache(maxsize=20_000)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text in order; each number of a range with the range's unit.

    Phones, titles, document numbers and names of models are no quantities. A Chinese numeral of
    one character (一次, 万一) is one only where a unit follows; without a unit it is left out, as
    is one that begins with a scale (百姓, 千万), because both are usually part of a word.
    """
    return tuple(_quantities(text))


def _quantities(text: str) -> Iterator[Quantity]:
    plain = without_phones(_NO_QUANTITY.sub(lambda match: "　" * len(match[0]), text))
    for match in _QUANTITY.finditer(plain):
        unit = _unit(match)
        for number in _ONE_OF_RANGE.finditer(match["numbers"]):
            if not unit and not _stands_alone(number[1]):
                continue
            needs_unit = not unit and not _NO_UNIT_NEEDED.search(plain[: match.start()])
            written = number[0] + (match["unit"] or "")
            yield Quantity(written, _value(number[1], number[2]), unit, needs_unit)


def _unit(match: re.Match[str]) -> str:
    written = match["share"] or match["unit"] or ""
    return _WRITTEN.get(written, written)


def _stands_alone(number: str) -> bool:
    if number[0].isdigit():
        return True
    # 二十, 一百五十: a digit with its scale, which hardly ever is part of a word.
    return number[0] in _DIGITS and any(char in _SCALES for char in number[1:])


def _value(number: str, scale: str) -> float:
    base = float(re.sub("[,，]", "", number)) if number[0].isdigit() else float(number_of(number))
    for char in scale:
        base *= _SCALES.get(char, 1)
    return base


def mask_quantities(text: str) -> str:
    """Return the text with the number of each quantity that has a unit replaced by ``#``."""

    def masked(match: re.Match[str]) -> str:
        unit = _unit(match)
        return f"#{unit}" if unit else match[0]

    return _QUANTITY.sub(masked, text)
