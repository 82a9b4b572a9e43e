"""What the head and the foot of a document say: title, number, issuers, date of issue."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from knowledge_base.policies.layout import CONTENTS, ORGANISATION
from knowledge_base.policies.numerals import date_of

_N: Final = r"[\d零〇一二三四五六七八九十百千]{1,8}"
_ORGAN_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,20}\s*[〔\[［【（(]\s*(?:19|20)\d{2}\s*(?:年)?[〕\]］】）)]\s*第?\s*\d{1,5}\s*号"
)
_YEAR_NUMBER = re.compile(
    rf"[〔\[［【（(]?\s*(?:(?:19|20)\d{{2}}\s*年?\s*)?第\s*{_N}\s*号\s*[）)\]］】〕]?"
)
_ORDER_NUMBER = re.compile(
    rf"[\u4e00-\u9fff\s]{{1,30}}(?:令|公告|通告)\s*[（(]?第?\s*{_N}\s*号[）)]?"
)
_ORDER = re.compile(r"(?!.*关于)[\u4e00-\u9fff\s]{2,30}(?:令|公告|通告)")
# As laws and regulations carry it under their title: （2001年7月9日国务院令第310号公布 …）.
_PROMULGATED = re.compile(
    rf"日\s*(?P<order>(?P<body>[\u4e00-\u9fff]{{2,20}})令\s*[（(]?第?\s*{_N}\s*号[）)]?)\s*(?:公布|发布)"
)
_RED_HEAD = re.compile(r"[\u4e00-\u9fff\s]{2,60}文\s*件")
_NO_TITLE = re.compile(
    r"[\d\s★☆*]+|(?:绝密|机密|秘密|特急|加急|急件|平急).{0,8}|签发人.*|"
    r"(?:首页|当前位置|字体|打印|分享|来源|发布时间|发布日期|浏览|访问|点击|索引号|文号|发文字号).*"
)
_TITLE_END = re.compile(
    r"(?:通知|意见|办法|规定|条例|细则|方案|公告|通告|决定|函|法|规则|标准|指南|指引|批复|报告|纲要|"
    r"计划|措施|解释|答复|目录|清单|须知|规程|章程|决议|说明|规范|制度|预案|要点|事项|通报|请示|规划|"
    r"修正案|公报|解读|暂行规定)(?:[（(〔][^）)〕]{1,20}[）)〕])?$"
)
_BODY_PASSED = re.compile(r"([\u4e00-\u9fff]{2,20}?人民代表大会(?:常务委员会)?)第.{1,12}?次")
_PASSED_ON = re.compile(r"(?:通过|公布|发布|印发)")
_LABELS: Final = {
    "number": ("发文字号", "文号", "文件编号", "发文号"),
    "issuers": ("发文机关", "发布机构", "制发机关", "发文单位", "制定机关"),
    "issued_on": ("成文日期", "发文日期", "印发日期", "公布日期", "发布日期"),
    "title": ("标题", "名称", "文件名称"),
}
_LONGEST_TITLE: Final = 200
_SPREAD: Final = 2  # characters that stand alone: 办 法, 总　则


@dataclass(frozen=True)
class Front:
    """Empty where the document does not say."""

    title: str = ""
    number: str | None = None
    issuers: tuple[str, ...] = ()
    issued_on: date | None = None


def front_of(front: Sequence[str], signature: Sequence[str], labels: Mapping[str, str]) -> Front:
    """Return what head, foot and the labels of a web page say; the document itself comes first.

    Args:
        front: paragraphs before the body.
        signature: who signs and the date.
        labels: 发文字号 → value and the like, found beside the text.
    """
    labels = {**labels, **_printed_labels(front)}
    number, used = _number(front)
    contents = next((i for i, text in enumerate(front) if CONTENTS.fullmatch(text)), len(front))
    rest = [text for index, text in enumerate(front[:contents]) if index not in used]
    title = _title(rest) or _plain(_label(labels, "title"))
    return Front(
        title=title,
        number=number or _clean_number(_label(labels, "number")) or None,
        issuers=_issuers(front, signature, title) or _organisations(_label(labels, "issuers")),
        issued_on=_issued_on(front, signature) or date_of(_label(labels, "issued_on")),
    )


def _printed_labels(front: Sequence[str]) -> dict[str, str]:
    """Return labels that stand in the text itself: 发文字号：…."""
    known = {name for names in _LABELS.values() for name in names}
    parts = (part.partition("：") for text in front for part in re.split(r"\s+\|\s+", text))
    named = ((re.sub(r"\s", "", name), value.strip()) for name, _, value in parts)
    return {name: value for name, value in named if name in known and value}


def _label(labels: Mapping[str, str], what: str) -> str:
    return next((labels[name] for name in _LABELS[what] if labels.get(name)), "")


def _number(front: Sequence[str]) -> tuple[str | None, frozenset[int]]:
    """Return the number, and which paragraphs are nothing but it."""
    for index, text in enumerate(front):
        bare = re.sub(r"\s*签发人.*$", "", text).strip("（）() ")
        bare = re.sub(r"^(?:发文字号|文号)\s*[：:]\s*", "", bare)
        if _ORGAN_NUMBER.fullmatch(bare) or _ORDER_NUMBER.fullmatch(bare):
            return _clean_number(bare), frozenset({index})
        if _YEAR_NUMBER.fullmatch(text.strip()):
            head = next(
                (i for i in (index - 1, index - 2) if i >= 0 and _ORDER.fullmatch(front[i])), None
            )
            if head is not None:
                return _clean_number(front[head] + text.strip("（）() ")), frozenset({head, index})
            return _clean_number(text), frozenset({index})
    for text in front:
        tail = re.search(r"[（(]([^（）()]{4,40}号)[）)]$", text)
        if tail and _ORGAN_NUMBER.fullmatch(tail[1]):
            return _clean_number(tail[1]), frozenset()
        if _is_note(text) and (found := _PROMULGATED.search(text)):
            return _clean_number(found["order"]), frozenset()
    return None, frozenset()


def _clean_number(text: str) -> str:
    """Return the number as it is cited: 粤公通字〔2024〕12号."""
    flat = re.sub(r"\s", "", text).strip("（）()")
    flat = re.sub(r"[\[［【（(](\d{4})年?[\]］】）)〕]", r"〔\1〕", flat)
    digits = {ord(one): unicodedata.normalize("NFKC", one) for one in "０１２３４５６７８９"}
    return flat.translate(digits)


def _title(front: Sequence[str]) -> str:
    """Return the lines of the title as one; empty where none looks like it."""
    lines = ["" if _is_beside_title(one) else one for one in front]
    filled = [index for index, one in enumerate(lines) if one]
    ends = [index for index in filled if _TITLE_END.search(_plain(lines[index]))]
    last = max(ends or filled, default=-1)
    group: list[str] = []
    while last >= 0 and lines[last]:
        if group and _TITLE_END.search(_plain(lines[last])) and _stands_alone("".join(group)):
            break
        group.insert(0, lines[last])
        last -= 1
    title = _plain("".join(group))
    title = re.sub(r"[（(][^（）()]{2,30}号[）)]$", "", title)
    return title if len(title) <= _LONGEST_TITLE else ""


def _is_beside_title(text: str) -> bool:
    """Whether it is no line of a title: a letterhead, a label, a row of a table, a note."""
    labelled = " | " in text or "：" in text.rstrip("：") or _NO_TITLE.fullmatch(text)
    return bool(labelled or _RED_HEAD.fullmatch(text)) or _is_note(text)


def _is_note(text: str) -> bool:
    """Whether it tells how a law was passed, or is a date on a line of its own."""
    opened = text.startswith(("（", "(", "〔"))
    return (opened and bool(_PASSED_ON.search(text))) or (
        date_of(text) is not None and not _TITLE_END.search(_plain(text))
    )


def _stands_alone(title: str) -> bool:
    """Whether the lines gathered so far could be a title without the line above."""
    return not title.startswith(("的", "》", "〉", "，")) and title.count("《") == title.count("》")


def _plain(text: str) -> str:
    """Return a line of a title without the blanks that only spread it; names stay apart."""
    words = text.split()
    spread = any(len(word) <= _SPREAD and not word.isascii() for word in words)
    return ("" if spread else " ").join(words)


def _issuers(front: Sequence[str], signature: Sequence[str], title: str) -> tuple[str, ...]:
    signed = [name for line in signature for name in _organisations(line)]
    if signed:
        return tuple(dict.fromkeys(signed))
    for text in front:
        flat = re.sub(r"\s", "", text)
        if _RED_HEAD.fullmatch(text):
            return (flat.removesuffix("文件"),)
        if _ORDER.fullmatch(text) or _ORDER_NUMBER.fullmatch(text):
            return (_short(re.sub(r"(?:令|公告|通告).*$", "", flat)),)
        if _is_note(text) and (found := _PROMULGATED.search(flat)):
            return (_short(found["body"]),)
        if (passed := _BODY_PASSED.search(flat)) and _PASSED_ON.search(flat):
            name = re.sub(r"^.*?日(?=\S)", "", passed[1])
            return (re.sub(r"^第[^届]{1,6}届", "", name),)
    return _organisations(title.partition("关于")[0]) if "关于" in title else ()


def _short(name: str) -> str:
    """Return a body's name without that of the state, unless nothing else is left."""
    short = name.removeprefix("中华人民共和国")
    return name if short in {"", "主席"} else short


def _organisations(text: str) -> tuple[str, ...]:
    names = re.split(r"[\s、，,；;]+", re.sub(r"\d{4}\s*年.*$", "", text).strip())
    return tuple(one for one in names if ORGANISATION.fullmatch(one))


def _issued_on(front: Sequence[str], signature: Sequence[str]) -> date | None:
    for line in reversed(signature):
        if (day := date_of(line)) is not None:
            return day
    notes = [one for one in front if _is_note(one)]
    return next((day for one in notes if (day := date_of(one)) is not None), None)
