"""What a message wants besides an answer: a whole event in life, the notice, what is missing.

Read from words, so that it is the same with Rasa and without; which matter is meant is asked of
retrieval, with the words that only say *what* is wanted taken away.
"""

import re
from typing import Literal, Protocol

from bot.conversation.schemas import DialogueState, Wish
from retrieval.schemas import Answer, Decision
from retrieval.wording import load_wording

_NOTICE = re.compile(
    r"一次性?告知(?:书|单)?|告知书|"
    r"(?:给|发|打印?|下载|导出|列|(?:来|要|弄|整)(?=我?一?[份张个]))(?:我|个|一下|一?份|一?张|出|下)*"
    r"[^，,。！？!?]{0,14}?(?:材料|资料|办事|办理|手续)?(?:清单|明细|指南)|"
    r"(?:材料|资料|指南|办事指南|这个|清单)(?:能不能|可以|能|可不可以|怎么)?(?:帮我)?"
    r"(?:打印|下载|导出)(?:出来|下来|一份)?|"
    r"(?:打印|下载|导出)(?:一下|一?份|出来|个)?(?:这个|办事)?(?:的)?(?:材料|资料|指南)|"
    r"(?:要|有|给|发|能|下载?).{0,4}(?:pdf|PDF|打印版|纸质版)(?:文件|版)?(?:吗|不)?"
)
_MISSING = re.compile(
    r"(?:还|就|只|我|那)*(?:差|缺|少)(?:了|点|些|的)?(?:是|有)?"
    r"(?:什么(?!时候)|哪些|哪几?样|哪个|啥|几样|多少样|东西)(?:材料|资料|证件|东西|手续|没带)*|"
    r"(?:材料|资料|证件|东西)?(?:够不够|齐不齐|全不全|齐全?了?吗|够了?吗|全了吗)|"
    r"(?:材料|资料|证件|东西)(?:没|不)(?:齐|全|够).{0,6}(?:能|可以|可不可以|行|先).{0,4}办?|容缺"
)
# Only beside what one has: 「身份证有了，还要带什么」.
_MORE = re.compile(
    r"(?:还|另外)(?:需要|要|得|用|该)?(?:再)?(?:带|准备|补|交|拿|提供|办)?"
    r"(?:什么|哪些|啥|别的|其他)(?:材料|资料|证件|东西)?|"
    r"(?:能不能|可不可以|可以|能)(?:直接|先)?(?:去|来)?办(?:理|了)?(?:吗|不|么)"
)
_HAS = re.compile(
    r"(?:我|咱)?(?:们)?(?:这边|手[里上头]边?|家里|现在|目前)*(?:都|也|就|只|已经?|全)*"
    r"(?:(?<!没)(?<!没有)(?:准备|备|带|办|拍|开|拿)(?:好|齐|到|全)?了?(?<=[好齐到全了])|(?<!没)(?<!还没)有了?|齐了)"
)
_LACKS = re.compile(r"没有?|丢|不见|找不到|缺|还差")
_CLAUSE = re.compile(r"[，,。；;！!？?\s]+")
_AND = re.compile(r"[、，,和与跟及]|还有|以及|外加|加上")
_FILLER = re.compile(
    r"^(?:我|咱|们|的|都|也|就|只|已经?|一[张份本个寸]|两寸|这些?|那|就)+|(?:我|都|也|全|已经?|了|的|原件|一起)+$"
)
_REQUEST = re.compile(r"(?:给|发|来|要|列|弄|整|看)?我?一?[份张个](?:的)?")
# A body that would not hand a notice out is complained of, not asked for.
_REFUSED = re.compile(r"投诉|举报|(?:不|没|没有|拒绝?|拒不)(?:给|出具|提供|告知|开)|让我|叫我")
_ASIDE = 20  # characters: a remark that only adds to the list
_NAMES_A_MATTER = 2  # characters beside the words that ask


class Asking(Protocol):
    """Retrieval as far as a wish needs it."""

    def ask(self, text: str, *, focus: str | None = None) -> Answer:
        """Return the decision for one question."""
        ...


class Recognising(Protocol):
    """What tells a whole event in life from one matter of it."""

    def recognise(self, answer: Answer) -> str | None:
        """Return the code of the bundle that a question asks for."""
        ...


class WishReader:
    """Reads one message; CPU only."""

    def __init__(self, asking: Asking, recognising: Recognising) -> None:
        self._asking = asking
        self._recognising = recognising
        self._wording = load_wording()

    def read(self, text: str, answer: Answer, state: DialogueState) -> Wish | None:
        """Return what ``text`` wants; ``answer`` is what retrieval made of it."""
        if _REFUSED.search(text) is None:
            wish = self._checklist(text, state) or self._notice(text)
            if wish is not None:
                return wish
        bundle = self._recognising.recognise(answer)
        return None if bundle is None else Wish(kind="bundle", bundle=bundle)

    def _notice(self, text: str) -> Wish | None:
        if _NOTICE.search(text) is None:
            return None
        return self._about("notice", _REQUEST.sub("", _NOTICE.sub(_kept_words, text)), ())

    def _checklist(self, text: str, state: DialogueState) -> Wish | None:
        has, rest = read_documents(text)
        asks = _MISSING.search(text) or (has and _MORE.search(text))
        adds = bool(has) and state.held is not None and len(text) <= _ASIDE
        if not asks and not adds:
            return None
        return self._about("checklist", _MORE.sub("", _MISSING.sub("", rest)), has)

    def _about(
        self, kind: Literal["notice", "checklist"], rest: str, has: tuple[str, ...]
    ) -> Wish | None:
        """Return the wish with the matter that the rest of the words name, if they name one."""
        if len(self._wording.residue(rest)) < _NAMES_A_MATTER:
            return Wish(kind=kind, has=has)
        answer = self._asking.ask(rest)
        if answer.decision is Decision.CLARIFY:
            codes = tuple(candidate.code for candidate in answer.candidates)
            return Wish(kind=kind, candidates=codes, has=has)
        if answer.decision is Decision.NO_ANSWER:
            return None
        return Wish(kind=kind, matter=answer.matter, has=has)


def read_documents(text: str) -> tuple[tuple[str, ...], str]:
    """Return the documents that ``text`` says one has, and the words about anything else."""
    asked = _MISSING.search(text) or _MORE.search(text)
    said = text if asked is None else f"{text[: asked.start()]}，{text[asked.end() :]}"
    has: list[str] = []
    rest: list[str] = []
    before: list[str] = []  # clauses that may turn out to be the beginning of the list
    for clause in filter(None, _CLAUSE.split(said)):
        found = _HAS.search(clause)
        if found is None or _LACKS.search(clause):
            before.append(clause)
            continue
        head, tail = clause[: found.start()], clause[found.end() :]
        listed, other = (tail, head) if _names(tail) else (head, "")
        has += _names(listed)
        rest.append(other)
    return tuple(dict.fromkeys(has)), "，".join(filter(None, [*before, *rest]))


def _names(listed: str) -> list[str]:
    names = [_FILLER.sub("", part.strip()) for part in _AND.split(listed)]
    return [name for name in names if len(name) > 1]


def _kept_words(found: re.Match[str]) -> str:
    """Keep the matter that stands inside 「给我一份办居住证的清单」."""
    inner = re.sub(
        r"一次性?告知(?:书|单)?|告知书|^(?:给|发|来|要|打印?|下载|导出|列|弄|整|看)"
        r"(?:我|个|一下|一?份|一?张|出|下)*|(?:材料|资料|办事|办理|手续)?(?:清单|明细|指南)$",
        "",
        found[0],
    )
    return (
        inner
        if len(inner) > 1 and not re.search(r"材料|资料|打印|下载|导出|pdf|PDF", inner)
        else ""
    )
