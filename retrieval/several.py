"""Several questions in one message: cut into parts that each stand for something of their own.

What merely tells more stays with what it belongs to. The conversation cuts with the same
functions, and knows further kinds of parts (an appeal, a wish for a person).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from knowledge_base.schema import FacetName
from retrieval.schemas import Answer, Candidate, Decision

LONGEST = 300  # characters; more is one long story
AT_MOST = 4  # parts
MORE, QUESTION = "more", "question"
_STORY = 8  # characters
_SHORT = 60  # characters; what is longer tells a story
# From which the second guide is meant as well, were it not for the first: where one clause speaks
# of the one and another of the other, and where not. Of the 42 messages of the calibration set
# that ask for two matters 21 reach one of them, of 1,300 others 7.
_SECOND, _SECOND_ALONE = 0.4, 0.8
_APART = 0.03  # of the likelihood, whose unit is 120 nats
_NAMES_A_MATTER = 2  # characters beside facet words and fillers
_LINK = (
    r"另外|此外|除此之外|顺便|顺带|对了|还有(?:就是|一?[件个]|(?=[我咱你]们)|我|想|要|咱|你|(?:请)?问)|同时(?:我)?(?:还|也|想|要)|再就是|再一个|"
    r"再(?:请)?问|再帮我|再(?:咨询|反映|投诉)|还(?:想|要)(?:问|请|投诉|反映|咨询|举报|查)|也想(?:问|投诉|反映)|"
    r"(?:麻烦|请|帮我|给我|我要|我想)*(?:转|找|接)(?:个|一下)?(?:人工|真人|坐席)|"
    r"第[二三](?!个|项|种|代)|第[二三四][个件](?:事|问题|是|[，,：:])|[二三四]是|其次|再(?:一|有一?)个|最后(?:再|还|我|想|一[个件])|[2-4二三][、.．](?!\d)|然后(?:我)?(?:还|再)?(?:想|要)"
)
_CUT = re.compile(
    rf"(?P<end>[。！!？?；;\n]+)|[，,、 ]+(?=(?:{_LINK}))|"
    r"(?<=.)(?=另外(?!一?[个件家处位]|的)|此外|顺便)|(?P<comma>[，,]+)"
)
_LINKED = re.compile(rf"^(?:{_LINK})")
_ORDINAL = re.compile(
    r"^(?:第[一1]|首先|1|一)[、，,.．：:]?(?:件|个|是)?(?:事|问题)?(?:是)?[，,：:]?"
)
_QUESTION = re.compile(
    r"[?？]|怎么|咋|如何|什么|啥|多少|几(?:天|个|点|号|时|块|年|样|种|楼)|(?<!好)几[次回岁]|哪|多久|多长|"
    r"是不是|能不能|可不可以|要不要|用不用|行不行|有没有|需不需要|吗|呢$|么$"
)
# Asks for each of the things that were named.
_EACH = re.compile(
    r"分别|各(?:自|去|要|怎么|是|找|交|带|办)|这(?:些|几[样件个张])|先后|哪个(?:先|在前)|先[^，。]{1,10}还是先|"
    r"[两俩](?:个|样|件|张|边|种|项|本)(?=[怎都分各一要先，,。？?]|是不是|$)|俩|一趟|"
    r"都(?:怎么|咋|要|得|想|该|没|丢|到期|过期)|一起(?:办|申请|转|换|补|弄|去)|一次(?:办|弄|性)|同时(?:办|申请)"
)
_THINGS = re.compile(r"[^，,。！!？?；;、\n和跟与及]+")
# Sides that a question may ask for besides its first one.
_SIDES: tuple[tuple[FacetName, re.Pattern[str]], ...] = (
    (
        FacetName.MATERIALS,
        re.compile(
            r"(?:需要|要|带|交|准备|提供)(?:带|交|准备|提供|些)*(?:什么|哪些|啥)"
            r"(?:材料|资料|证件|东西|手续)?|什么材料"
        ),
    ),
    (
        FacetName.FEE,
        re.compile(r"多少钱|要不要钱|收不收费|收费吗|要钱吗|怎么收费|几块钱|收多少"),
    ),
    (
        FacetName.TIME_LIMIT,
        re.compile(
            r"多久(?:能|可以)?(?:办好|下来|拿到|办完)?|几天(?:能|可以)?(?:拿到?|办好|下来|好)|"
            r"多长时间|多少天|几个工作日"
        ),
    ),
    (
        FacetName.LOCATION,
        re.compile(
            r"(?:去|到|在)(?:哪里?|哪儿|哪个(?:地方|窗口|部门))(?:去)?(?:办|交|领)?|哪里办|哪儿办"
        ),
    ),
    (
        FacetName.ONLINE,
        re.compile(
            r"(?:能不能|能|可以|可不可以)(?:在)?(?:网上|手机上|线上)(?:办理?|弄|申请)?|"
            r"(?:网上|手机上|线上)(?:能不能|能|可以)办?"
        ),
    ),
    (
        FacetName.VALIDITY,
        re.compile(r"有效期(?:是)?(?:多久|几年|多长)?|管几年|能用(?:几年|多久)"),
    ),
)


@dataclass(slots=True)
class Piece:
    """A part as it was cut; ``kind`` and ``matter`` are filled in by who looks at it."""

    text: str
    linked: bool = False  # begins with a word that leads on to something else
    after_end: bool = True  # a sentence ended before it
    kind: str = MORE
    matter: str | None = None

    @property
    def bare(self) -> str:
        """The text without what links it to the one before."""
        return _LINKED.sub("", _ORDINAL.sub("", self.text)).strip("，, ")


P = TypeVar("P", bound=Piece)


def is_question(text: str) -> bool:
    """Whether a text asks something, by its words."""
    return bool(_QUESTION.search(text))


def without_link(text: str) -> str:
    """Return a part as it may stand alone."""
    return _LINKED.sub("", text).lstrip("，, 件个事是") or text


def cut(text: str, make: Callable[[str, bool, bool], P]) -> list[P]:
    """Cut after each clause that asks, at the end of sentences and before linking words."""
    found: list[P] = []
    current, linked, after_end = "", False, True
    for clause, ended in _clauses(text):
        starts = bool(_LINKED.match(clause))
        asked = bool(current) and is_question(current)
        if current and (starts or asked or (after_end and len(current) >= _STORY)):
            found.append(make(current, linked, after_end))
            current, linked = "", starts
        current = f"{current}，{clause}" if current else clause
        linked = linked or starts
        after_end = ended
    if current:
        found.append(make(current, linked, after_end))
    return found


def joined(pieces: Sequence[P], is_apart: Callable[[P, P], bool]) -> list[P]:
    """Join what does not stand for something of its own to its neighbour."""
    kept: list[P] = []
    waiting = ""
    for piece in pieces:
        if waiting:
            piece.text, waiting = f"{waiting}，{piece.text}", ""
        if kept and not is_apart(kept[-1], piece):
            kept[-1].text = f"{kept[-1].text}，{piece.text}"
        elif not kept and piece.kind == MORE:
            waiting = piece.text
        else:
            kept.append(piece)
    return list(pieces[:1]) if waiting else kept


def further_sides(text: str, told: FacetName | None) -> tuple[tuple[FacetName, str], ...]:
    """Return the sides asked for besides the one that is told, each with the words that ask."""
    found = [(facet, said[0]) for facet, side in _SIDES if (said := side.search(text))]
    if len(found) < 2 or told not in {facet for facet, _ in found}:  # noqa: PLR2004 -- "also"
        return ()
    return tuple((facet, said) for facet, said in found if facet is not told)


def asked_apart(text: str, residue: Callable[[str], str]) -> tuple[str, ...]:
    """Return the parts that ask, each with what was told before it; none where one asks.

    Args:
        text: normalised.
        residue: leaves of a text what may name a matter.
    """
    pieces = cut(text, Piece)
    asking = [piece for piece in pieces if is_question(piece.text)]
    leads_on = any(piece.linked for piece in asking[1:])
    if not 1 < len(asking) <= AT_MOST or len(text) > (LONGEST if leads_on else _SHORT):
        return ()
    for piece in asking:
        if len(residue(piece.bare)) >= _NAMES_A_MATTER:
            piece.kind = QUESTION
    kept = joined(pieces, lambda _, piece: piece.kind == QUESTION)
    return tuple(without_link(piece.text) for piece in kept) if len(kept) > 1 else ()


def may_ask_for_two(text: str, residue: Callable[[str], str]) -> bool:
    """Whether the words of ``text`` leave room for a second matter."""
    if len(text) > _SHORT:
        return False
    if _EACH.search(text):
        return True
    named = (residue(piece) for piece in questions_of(text))
    return sum(len(words) >= _NAMES_A_MATTER for words in named) > 1


def questions_of(text: str) -> tuple[str, ...]:
    """Return the parts of ``text`` that ask."""
    return tuple(piece.text for piece in cut(text, Piece) if is_question(piece.text))


def things_of(text: str, residue: Callable[[str], str]) -> tuple[str, ...]:
    """Return the shortest parts that may each name a matter: 「身份证」「社保卡都在里面」."""
    found = (part.strip() for part in _THINGS.findall(text))
    return tuple(part for part in found if len(residue(part)) >= _NAMES_A_MATTER)


def is_second_meant(probability: float, leads: Sequence[float]) -> bool:
    """Whether the second guide is asked for beside the first.

    Args:
        probability: that it would be right, were the first not there.
        leads: of the first over the second, in likelihood, for each of ``things_of``.
    """
    apart = bool(leads) and max(leads) > _APART and min(leads) < -_APART
    return probability >= (_SECOND if apart else _SECOND_ALONE)


def together(whole: Answer, parts: Sequence[Answer]) -> Answer:
    """Return one answer that holds those of all parts; matter and facet are the first's."""
    first = parts[0]
    leading = [part.candidates[0] for part in parts]
    return replace(
        whole,
        understanding=replace(whole.understanding, facet=first.understanding.facet),
        decision=Decision.ANSWER,
        candidates=tuple(_once([*leading, *_guides_of(first), *whole.candidates])),
        confidence=min(part.confidence for part in parts),
        kind=first.kind,
        matter=first.matter,
        facet=first.facet,
        text="\n\n".join(part.text for part in parts),
        sources=tuple(source for part in parts for source in part.sources),
        parts=tuple(parts),
    )


def _guides_of(answer: Answer) -> Iterator[Candidate]:
    """Yield the guide that a policy answer leads on to."""
    return (one for one in answer.candidates[1:] if one.code == answer.matter)


def _once(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    seen: set[str] = set()
    for candidate in candidates:
        if candidate.code not in seen:
            seen.add(candidate.code)
            yield candidate


def _clauses(text: str) -> list[tuple[str, bool]]:
    """Return (clause, whether a sentence ends with it)."""
    found, start = [], 0
    for mark in _CUT.finditer(text):
        clause = text[start : mark.start()].strip()
        said = (mark["end"] or "").strip()
        question = "？" if "？" in said or "?" in said else ""
        if clause:
            found.append((clause + question, mark["end"] is not None))
        start = mark.end()
    if rest := text[start:].strip():
        found.append((rest, True))
    return found
