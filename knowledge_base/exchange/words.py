"""Words of lists as values: yes and no, numbers, limits, fees."""

import re
import unicodedata
from typing import Any

Json = Any  # the JSON edge: a part of a guide


class UnreadableValueError(ValueError):
    """One cell cannot be understood; the row's report says so."""

    def __init__(self, problem: str, repair: str) -> None:
        self.problem, self.repair = problem, repair
        super().__init__(problem)


NOTHING = frozenset({"", "无", "-", "--", "—", "——", "/", "\\", "暂无", "不涉及", "null", "NULL"})
_YES = frozenset(
    (
        "是",
        "有",
        "对",
        "真",
        "y",
        "yes",
        "true",
        "1",
        "√",
        "✓",
        "可",
        "可以",
        "支持",
        "提供",
        "收费",
        "收取",
        "需要",
    )
)
_NO = frozenset(
    (
        "否",
        "无",
        "不",
        "假",
        "n",
        "no",
        "false",
        "0",
        "×",
        "✗",
        "x",
        "不可",
        "不可以",
        "不支持",
        "不提供",
        "不收费",
        "不收取",
        "免费",
        "不需要",
    )
)
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_UNITS = {"十": 10, "百": 100}
_NUMBER = r"(?P<amount>\d+|[零一二两三四五六七八九十百]+)"
_UNIT_WORDS = {
    "个工作日": "工作日",
    "工作日": "工作日",
    "个自然日": "日",
    "自然日": "日",
    "日历日": "日",
    "个小时": "小时",
    "小时": "小时",
    "个月": "个月",
    "月": "个月",
    "天": "日",
    "日": "日",
}
_UNIT = "|".join(sorted(_UNIT_WORDS, key=len, reverse=True))
_LIMIT = re.compile(
    rf"(?P<since>自.{{1,30}}?(?:起|后))?(?:的|在)?{_NUMBER}\(?(?P<unit>{_UNIT})\)?内?"
)
_YEAR = re.compile(rf"{_NUMBER}\(?年\)?内?")
_AT_ONCE = re.compile(
    r"(?:即办|即时|当场|现场|立即)(?:办结|办理|件|办)?|(?:即来即|即到即|随到随|马上)办|0\(?个?工作日\)?|即办件"
)
_MONEY = re.compile(
    r"(?:(?P<name>[^\d:]{1,60}?):?)?(?P<amount>\d+(?:\.\d+)?)元(?:人民币)?(?:/|每)?(?P<unit>[^\d元]{0,10})"
)
_FREE = frozenset(("免费", "不收费", "不收取费用", "免收", "0", "0元", "否", "免收费"))


def unit_named(text: str) -> str | None:
    """Return the unit that a header names in brackets: ``工作日``, ``单位：天``; None: none."""
    return _UNIT_WORDS.get(plain(text).removeprefix("单位:"))


def plain(text: str) -> str:
    """Return the text with half-width marks and without spaces, for comparing."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def yes_no(text: str) -> bool:
    """Return what a word of agreement or denial means.

    Raises:
        UnreadableValueError: it is neither.
    """
    word = plain(text).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise UnreadableValueError(f"“{text}”看不出是“是”还是“否”", "写“是”或“否”")


def count(text: str) -> int:
    """Return a number below a thousand in digits or Chinese numerals.

    Raises:
        UnreadableValueError: it is none.
    """
    if text.isdecimal():
        return int(text)
    total, digit = 0, 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[character], 0
        else:
            raise UnreadableValueError(f"“{text}”不是数字", "用阿拉伯数字写")
    return total + digit


def limit(text: str, unit: str | None = None) -> dict[str, Json]:
    """Return a time limit with its unit: ``7(工作日)``, ``20个工作日``, ``即办``, ``1小时``.

    Args:
        text: as the list says it.
        unit: of a bare number, where the list's header names it (``工作日``).

    Raises:
        UnreadableValueError: it says more than a number and a unit, or less.
    """
    words = plain(text).removesuffix("。")
    if _AT_ONCE.fullmatch(words):
        return {"amount": 0, "unit": "即办"}
    if (match := _LIMIT.fullmatch(words)) is not None:
        found = {"amount": count(match["amount"]), "unit": _UNIT_WORDS[match["unit"]]}
        return {**found, "since": match["since"]} if match["since"] else found
    if (match := _YEAR.fullmatch(words)) is not None:
        return {"amount": count(match["amount"]) * 12, "unit": "个月"}
    if unit is not None and words.isdecimal():
        return {"amount": int(words), "unit": unit}
    if words.isdecimal():
        raise UnreadableValueError(
            f"“{text}”没有单位", "写明单位，例如“20个工作日”，或在映射中写 unit"
        )
    raise UnreadableValueError(
        f"“{text}”不是可用的时限", "写成“20个工作日”“30日”“1小时”“3个月”或“即办”"
    )


def fee(text: str) -> dict[str, Json]:
    """Return what a column on fees says: free, or the items with their amounts in yuan.

    A price that is described, not stated, becomes an item without an amount.
    """
    if plain(text) in _FREE:
        return {"free": True}
    pieces = [piece for piece in re.split(r"[;；\n]", text) if piece.strip()]
    return {"free": False, "items": [_fee_item(piece.strip()) for piece in pieces]}


def _fee_item(text: str) -> dict[str, Json]:
    match = _MONEY.fullmatch(plain(text).removesuffix("。"))
    if match is None:
        return {"name": text}
    item: dict[str, Json] = {"name": match["name"] or "收费", "amount_yuan": float(match["amount"])}
    return {**item, "unit": f"每{match['unit']}"} if match["unit"] else item
