"""Which part of an official document each paragraph belongs to (党政机关公文格式, GB/T 9704)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from knowledge_base.policies.numerals import DATE_PATTERN
from knowledge_base.policies.reading.lines import Paragraph
from knowledge_base.policies.schema import Level, Step
from knowledge_base.policies.structure import mark_of

_FRONT_MOST: Final = 60  # paragraphs before the body, without the table of contents
_NOTE = re.compile(r"[（(〔\[]?.{0,60}(?:通过|公布|发布|修订|修正|批准|印发|施行|实施)")
_ADDRESSEE = re.compile(r"各|局|厅|政府|委|单位|部门|公司|机构|省直|有关|院|校|会")
_ANNOUNCES = re.compile(r"如下|现将|为了|根据|决定|规定")
_FRONT_LABEL = re.compile(
    r"[【\[]?\s*(?:索\s*引\s*号|分\s*类|主题|发\s*布|发\s*文|成\s*文|来\s*源|浏\s*览|文\s*号|字\s*体|"
    r"标\s*题|名\s*称|时\s*效|有\s*效|主\s*办|制\s*发|作\s*者|编\s*辑|点\s*击|分\s*享|打\s*印)"
)
_SIGNATURE_LINES: Final = 8
ORGANISATION = re.compile(
    r"[\u4e00-\u9fff（）()]{2,40}(?:厅|局|委|委员会|政府|办公室|办公厅|部|院|中心|会|行|署|社|处|"
    r"组|队|站|公司|大学|学院|海关|办)"
)
_OFFICER = re.compile(
    r"(?:总理|主席|省长|市长|区长|县长|州长|部长|厅长|局长|主任|署长)\s*[\u4e00-\u9fff·\s]{2,10}"
)
_DATE = re.compile(rf"(?:{DATE_PATTERN})")
CONTENTS = re.compile(r"目\s*[录次]")
_LEADER = re.compile(r"[.…·\s\u3000]*\d*$")
_ANNEX_LIST = re.compile(r"附\s*件?\s*\d*\s*[：:]\s*\S")
_ANNEX = re.compile(r"附\s*件\s*([\d一二三四五六七八九十]*)\s*[：:]?\s*(.*)")
_LISTED = re.compile(r"^(?:附\s*件?\s*[：:])?\s*(?:\d+\s*[.．、])?\s*")
_TITLE_LINES: Final = 4
_DOWNLOAD = re.compile(r"\.(?:docx?|pdf|xlsx?|wps|et|ofd|zip|rar|jpg|png)\s*$", re.IGNORECASE)
_IMPRINT = re.compile(
    r"抄送[：:]|抄报[：:]|[（(]此件.*[）)]$|公开方式|公开属性|(?:主动|依申请)公开$|校对[：:]|"
    r"主题词|责任编辑|.*年.*月.*日\s*印发$|[（(]联系人|"
    # What a web page adds below its article.
    r"(?:原文链接|相关链接|打印本页|关闭窗口|关闭本页|https?://\S+|扫一扫.{0,30}|分享到.{0,20}|"
    r"[上下]一[篇条].{0,80})[：:]?$"
)


class Zone(Enum):
    """A part of the document."""

    FRONT = auto()
    SALUTATION = auto()
    BODY = auto()
    ANNEX_LIST = auto()
    SIGNATURE = auto()
    ANNEX_TITLE = auto()
    IMPRINT = auto()


@dataclass(frozen=True)
class Layout:
    """The zone of each paragraph, and where annexes begin (index of the first → its step)."""

    zones: tuple[Zone, ...]
    annexes: dict[int, Step]

    def of(self, zone: Zone) -> tuple[int, ...]:
        """Return the indexes of one zone."""
        return tuple(index for index, one in enumerate(self.zones) if one is zone)


def lay_out(paragraphs: Sequence[Paragraph]) -> Layout:
    """Return the parts of the document."""
    texts = [one.text for one in paragraphs]
    zones = [Zone.BODY] * len(texts)
    body = _body_start(paragraphs)
    zones[:body] = [Zone.FRONT] * body
    if body < len(texts) and is_salutation(texts[body]):
        zones[body] = Zone.SALUTATION
    begins, ends = _signature(texts, body)
    zones[begins:ends] = [Zone.SIGNATURE] * (ends - begins)
    _mark_annex_list(texts, zones, body, begins)
    annexes = _mark_annexes(paragraphs, zones, ends if ends > begins else body)
    return Layout(tuple(zones), annexes)


def _body_start(paragraphs: Sequence[Paragraph]) -> int:
    texts = [one.text for one in paragraphs]
    for index, text in enumerate(texts[:_FRONT_MOST]):
        if CONTENTS.fullmatch(text):
            return _behind_contents(texts, index)
        if not paragraphs[index].row and _begins_body(text):
            return index
    return 0 if len(texts) > _FRONT_MOST else len(texts)


def _behind_contents(texts: Sequence[str], index: int) -> int:
    """Return where the first line of the table of contents stands again, as the heading it is."""
    if index + 1 >= len(texts):
        return len(texts)
    first = _bare(texts[index + 1])
    for later in range(index + 2, len(texts)):
        if _bare(texts[later]) == first:
            return later
    return index + 1


def _bare(text: str) -> str:
    return re.sub(r"\s", "", _LEADER.sub("", text))


def _begins_body(text: str) -> bool:
    if mark_of(text) is not None:
        return True
    if text.endswith(("：", ":")):
        return not _ANNEX.match(text) and not _FRONT_LABEL.match(text)
    return "。" in text and not (_NOTE.match(text) and text.startswith(("（", "(", "〔", "[")))


def is_salutation(text: str) -> bool:
    """Whether the paragraph names those it is addressed to (主送机关)."""
    return (
        text.endswith(("：", ":"))
        and "。" not in text
        and bool(_ADDRESSEE.search(text))
        and not _ANNOUNCES.search(text)
    )


def _signature(texts: Sequence[str], body: int) -> tuple[int, int]:
    """Return [begin, end) of who signs and the date; an empty range where nobody does."""
    for index in range(body + 1, len(texts)):
        whole = _DATE.fullmatch(texts[index])
        alone = texts[index][: found.start()] if (found := _DATE.search(texts[index])) else ""
        if not whole and not (_signs(alone) and texts[index].endswith("日")):
            continue
        begin = index
        while begin > body + 1 and index - begin < _SIGNATURE_LINES and _signs(texts[begin - 1]):
            begin -= 1
        return begin, index + 1
    return len(texts), len(texts)


def _signs(text: str) -> bool:
    parts = text.split()
    named = bool(parts) and all(ORGANISATION.fullmatch(part) for part in parts)
    return (named and mark_of(text) is None) or bool(_OFFICER.fullmatch(text))


def _mark_annex_list(texts: Sequence[str], zones: list[Zone], body: int, until: int) -> None:
    for index in range(until - 1, body, -1):
        if _ANNEX_LIST.match(texts[index]):
            zones[index:until] = [Zone.ANNEX_LIST] * (until - index)
            return
        if until - index > 30 or "。" in texts[index]:  # noqa: PLR2004 -- a list is not longer
            return


def _mark_annexes(
    paragraphs: Sequence[Paragraph], zones: list[Zone], start: int
) -> dict[int, Step]:
    annexes: dict[int, Step] = {}
    listed = _listed_names(paragraphs, zones)
    signed = start > 0 and zones[start - 1] is Zone.SIGNATURE
    index = start
    while index < len(paragraphs):
        text = paragraphs[index].text
        found = _ANNEX.fullmatch(text)
        if zones[index] is not Zone.BODY:
            pass
        elif _IMPRINT.match(text):
            zones[index] = Zone.IMPRINT
        elif signed and found and _DOWNLOAD.search(text):
            zones[index] = Zone.ANNEX_LIST
        elif found and _opens_annex(found, signed=signed):
            index = _open(paragraphs, zones, annexes, index, listed)
            continue
        elif signed and not annexes and zones[index] is Zone.BODY:
            if not _has_body(paragraphs[index:]):
                zones[index] = Zone.IMPRINT
            else:
                index = _open(paragraphs, zones, annexes, index, listed)
                continue
        index += 1
    return annexes


def _listed_names(paragraphs: Sequence[Paragraph], zones: Sequence[Zone]) -> frozenset[str]:
    """Return the titles that the list of annexes names."""
    texts = (
        one.text for one, zone in zip(paragraphs, zones, strict=True) if zone is Zone.ANNEX_LIST
    )
    return frozenset(re.sub(r"\s", "", _LISTED.sub("", text)) for text in texts)


def _opens_annex(found: re.Match[str], *, signed: bool) -> bool:
    named = found[2]
    if not named:
        return True
    return signed and "。" not in named and not named.startswith(("、", "，", "和", "所", "中"))


def _has_body(paragraphs: Sequence[Paragraph]) -> bool:
    return any(
        one.row or mark_of(one.text) is not None or "。" in one.text or _ANNEX.fullmatch(one.text)
        for one in paragraphs
        if not _IMPRINT.match(one.text)
    )


def _open(
    paragraphs: Sequence[Paragraph],
    zones: list[Zone],
    annexes: dict[int, Step],
    begin: int,
    listed: frozenset[str],
) -> int:
    """Mark an annex's label and title; return the index of its first body paragraph."""
    found = _ANNEX.fullmatch(paragraphs[begin].text)
    index, title = begin, ""
    if found is not None:
        zones[begin], index, title = Zone.ANNEX_TITLE, begin + 1, found[2]
    lines = 0
    while index < len(paragraphs) and not _ends_title(paragraphs[index], lines):
        text = paragraphs[index].text
        if not _is_remark(text):
            if title in listed:
                break
            title += re.sub(r"\s", "", text)
            lines += 1
        zones[index] = Zone.ANNEX_TITLE
        index += 1
    if index < len(paragraphs) and CONTENTS.fullmatch(paragraphs[index].text):
        behind = _behind_contents([one.text for one in paragraphs], index)
        zones[index:behind] = [Zone.ANNEX_TITLE] * (behind - index)
        index = behind
    annexes[begin] = Step(level=Level.ANNEX, number=str(len(annexes) + 1), label=title)
    return index


def _ends_title(one: Paragraph, lines: int) -> bool:
    """Whether this paragraph is no line of an annex's title, ``lines`` of which were read."""
    stops = _begins_body(one.text) or _ANNEX.fullmatch(one.text) or CONTENTS.fullmatch(one.text)
    return one.row or bool(stops) or lines >= _TITLE_LINES or bool(_IMPRINT.match(one.text))


def _is_remark(text: str) -> bool:
    """Whether it is a remark under a title, such as how the text was passed."""
    return text.startswith(("（", "(")) and bool(_NOTE.match(text))
