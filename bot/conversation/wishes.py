"""What a message wants besides an answer to its own words.

A whole event in life, the notice, what is missing; the matter in focus for somebody else, two
matters compared, a matter spoken of before.

Read from words, so that it is the same with Rasa and without; which matter is meant is asked of
retrieval, with the words that only say *what* is wanted taken away.
"""

import re
from typing import Literal, Protocol

from bot.conversation.audiences import Group, Switch, audiences
from bot.conversation.comparing import ACTION, compared, returned
from bot.conversation.guidance_beginning import begins_guidance
from bot.conversation.schemas import DialogueState, Wish
from foundation.errors import NotFoundError
from knowledge_base.library import Library
from knowledge_base.schema import MATTER_CODE, FacetName, Matter
from retrieval.contrast import contrast_of
from retrieval.schemas import Answer, Candidate, Decision, EntryKind
from retrieval.several import is_question
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
# Beside a list that was begun: 「还有租房合同」.
_ALSO = re.compile(
    r"(?:还有|另外还有|再加上|加上|和)(?P<names>[^?？吗呢]{2,16}?)(?:也有|有了|了)?[。]?"
)
# 「单位领还是我自己领」 asks which of the two, and turns to neither.
_WHICH_OF_THEM = re.compile(r"[^，,。]{2,}还是[^，,。]{2,}")
# 「当天能拿到吗」 asks, and lists nothing.
_ASKS_WHEN = re.compile(
    r"(?:能|可以|会|可不可以)(?:不能|够|马上|当场)*(?:拿|办|开|带|领|取)|几天|多久|多快|什么时候|啥时候|哪天|当天|当场"
)
_LACKS = re.compile(r"没有?|丢|不见|找不到|缺|还差")
_NOT_AT_HAND = re.compile(
    r"听(?:别人|人家?|邻居)?(?:说|讲)|据说|(?:有人|人家|别人)(?:说|讲)|呢[？?。]?$"
)
_CLAUSE = re.compile(r"[，,。；;！!？?\s]+")
_AND = re.compile(r"[、，,和与跟及]|还有|以及|外加|加上")
_FILLER = re.compile(
    r"^(?:我|咱|们|的|都|也|就|只|已经?|一[张份本个寸]|两寸|这些?|那|就)+|(?:我|都|也|全|已经?|了|的|原件|一起)+$"
)
_TURNS = re.compile(r"^(?:那|要是|如果|假如|换成)|呢[？?。]?$")
_TURNED = re.compile(
    r"(?:那么?|哪)?(?:要是|如果)?(?:要)?(?P<what>[^，,。？?那的]{2,6}?)(?:的|了)?(?:呢|怎么办|咋办|怎么弄)[？?。]?"
)
_TOGETHER = re.compile(r"(?:一起|一并|一块儿?|跟着|随着)[^，,。？?]{0,4}(?:吗|吧|不|么)[？?]?$")
_ALONGSIDE = re.compile(
    r"[^，,。？?]{1,8}(?:一起|一并|一块儿?)[^，,。？?]{0,4}(?:吗|吧|不|么)[？?]?"
)
_UNLIKE = re.compile(r"区别|不同(?!意)|不一样|差别")
_REQUEST = re.compile(r"(?:给|发|来|要|列|弄|整|看)?我?一?[份张个](?:的)?")
# A body that would not hand a notice out is complained of, not asked for.
_REFUSED = re.compile(r"投诉|举报|(?:不|没|没有|拒绝?|拒不)(?:给|出具|提供|告知|开)|让我|叫我")
# Done with a thing that changes hands: for another group no other deed is meant.
_ON_A_THING = frozenset({"过户", "注销", "变更"})
_ASIDE = 20  # characters: a remark that only adds to the list
_NAMES_A_MATTER = 2  # characters beside the words that ask


class Asking(Protocol):
    """Retrieval as far as a wish needs it."""

    @property
    def library(self) -> Library:
        """The library of this moment."""
        ...

    def ask(self, text: str, *, focus: str | None = None) -> Answer:
        """Return the decision for one question."""
        ...

    def matter(self, code: str) -> Matter:
        """Return a public guide; raises ``MatterNotFoundError``."""
        ...

    def suggest(self, text: str, limit: int = 3) -> tuple[Candidate, ...]:
        """Return the nearest guides, best first, also where none is sure."""
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
            wish = begins_guidance(text, answer, state, self._asking, self._named)
            wish = wish or self._checklist(text, state) or self._notice(text)
            wish = wish or self._related(text, answer, state)
            if wish is not None:
                return wish
        if state.focus is not None and _ALONGSIDE.fullmatch(text.strip()):
            return None  # 「公积金也能一起取吧」 asks of one thing more
        bundle = self._recognising.recognise(answer)
        if bundle == state.bundle and answer.understanding.text != text:
            return None  # told just now, and asked for in the words before alone
        return None if bundle is None else Wish(kind="bundle", bundle=bundle)

    def _named(self, text: str) -> Wish | None:
        return self._about("guidance", _REQUEST.sub("", text), ())

    def _related(self, text: str, answer: Answer, state: DialogueState) -> Wish | None:
        return (
            compared(text, answer, state, self._asking)
            or returned(text, state, self._asking)
            or self._audience(text, answer, state)
            or self._turned(text, answer, state)
            or self._contrasted(text, state)
        )

    def _contrasted(self, text: str, state: DialogueState) -> Wish | None:
        """Return the wish for another matter on the same thing: 「不是补办，是到期换证」."""
        contrast = contrast_of(text)
        if state.focus is None or contrast is None or not contrast.kept:
            return None
        try:
            matter = self._asking.matter(state.focus)
            thing = ACTION.sub("", re.sub(r"（.*?）", "", matter.title))
            answers = [self._asking.ask(one) for one in (contrast.kept, f"{thing}{contrast.kept}")]
        except NotFoundError:
            return None
        near = [one.code for one in answers[0].candidates[:3]]
        if contrast.excluded not in matter.title and state.focus in near:
            # The one in focus was meant all along: 「不是注销，就是改个范围」.
            facet = self._wording.facet_of(contrast.kept)
            return Wish(kind="return", matter=state.focus, facet=facet)
        named = (one.candidates[0].code for one in answers if one.decision is Decision.ANSWER)
        meant = next((code for code in named if code != state.focus), None)
        if meant is None:
            akin = (one for answer in answers for one in answer.candidates)
            meant = next((one.code for one in akin if self._is_akin(one, matter)), None)
        if meant is None or not re.fullmatch(MATTER_CODE, meant):
            return None
        return Wish(kind="return", matter=meant, facet=self._wording.facet_of(contrast.kept))

    def _is_akin(self, candidate: Candidate, matter: Matter) -> bool:
        guide = candidate.kind is EntryKind.GUIDE and candidate.code != matter.code
        return guide and self._asking.matter(candidate.code).category == matter.category

    def _turned(self, text: str, answer: Answer, state: DialogueState) -> Wish | None:
        """Return the wish for another matter on the same thing: 「那注销呢」."""
        said = [clause for clause in _CLAUSE.split(text.strip()) if clause]
        turned = _TURNED.fullmatch(said[-1]) if said and len(text) <= _ASIDE else None
        if turned is None or state.focus is None:
            return None
        try:
            matter = self._asking.matter(state.focus)
            named = None if answer.matter is None else self._asking.matter(answer.matter)
            if any(one is not None and turned["what"] in one.title for one in (matter, named)):
                return None  # 「居住证怎么办」 names the thing itself
            thing = ACTION.sub("", re.sub(r"（.*?）", "", matter.title))
            near = self._asking.suggest(f"{turned['what']}{thing}", limit=5)
            fitting = [
                one.code
                for one in near
                if one.kind is EntryKind.GUIDE
                and one.code != matter.code
                and (other := self._asking.matter(one.code)).category == matter.category
                and any(turned["what"] in name for name in (other.title, *other.aliases))
            ]
        except NotFoundError:
            return None
        return Wish(kind="return", matter=fitting[0]) if fitting else None

    def _audience(self, text: str, answer: Answer, state: DialogueState) -> Wish | None:
        """Return the wish for the matter in focus for another group, or for that group's own."""
        known = audiences()
        elsewhere = answer.decision is Decision.ANSWER and answer.matter != state.focus
        if _TOGETHER.search(text):
            return None  # 「孩子一起迁吗」 goes on about the same
        if elsewhere and _TURNS.search(text) is None:
            return None  # a guide is sure: 「孩子上小学要什么材料」
        switch = self._switch(text, state)
        if switch is None or state.focus is None or _WHICH_OF_THEM.search(text):
            return None
        group, wish = switch.group, Wish(kind="audience", facet=switch.facet)
        try:
            matter = self._asking.matter(state.focus)
            if known.is_of(group, matter):
                return wish.model_copy(update={"group": group.name})
            asked = self._asking.ask(f"{group.query}{known.without_groups(matter.title)}")
            near = () if asked.decision is Decision.NO_ANSWER else asked.candidates
            own = tuple(
                one.code
                for one in near
                if one.kind is EntryKind.GUIDE
                and one.code != matter.code
                and self._is_own(one.code, group, matter)
            )
            wanted = known.without_groups(matter.title)
            same = [c for c in own if known.without_groups(self._asking.matter(c).title) == wanted]
            own = tuple(same[:1]) or own
        except NotFoundError:
            return None
        if len(own) == 1:
            return wish.model_copy(update={"matter": own[0], "group": group.name})
        return wish.model_copy(update={"candidates": own, "group": group.name})

    def _switch(self, text: str, state: DialogueState) -> Switch | None:
        """Return the group that ``text`` turns the matter in focus to."""
        if state.focus is None:
            return None
        try:
            names = self._asking.matter(state.focus)
        except NotFoundError:
            return None
        known, of = audiences(), "".join((names.title, *names.aliases))
        if (whole := known.switch(text, self._wording, of)) is not None:
            return whole
        # 「我儿子才8岁，他的也掉了，小孩补要什么」: the last clause asks, the others tell whose.
        clauses = [clause for clause in _CLAUSE.split(text) if clause]
        asks = len(clauses) > 1 and self._wording.facet_of(clauses[-1]) is not None
        return known.switch(clauses[-1], self._wording, of) if asks else None

    def _is_own(self, code: str, group: Group, matter: Matter) -> bool:
        other = self._asking.matter(code)
        if other.category != matter.category or not group.has_own(other):
            return False
        # 「公司办呢」 after a meter's change of name asks for no new line.
        done = set(ACTION.findall(matter.title)) & _ON_A_THING
        return not done or any(deed in other.title for deed in done)

    def _notice(self, text: str) -> Wish | None:
        if _NOTICE.search(text) is None:
            return None
        return self._about("notice", _REQUEST.sub("", _NOTICE.sub(_kept_words, text)), ())

    def _checklist(self, text: str, state: DialogueState) -> Wish | None:
        if _UNLIKE.search(text):
            return None  # 「跟普通的有什么不一样」 lists nothing
        has, rest = read_documents(text)
        asks = _MISSING.search(text) or (has and _MORE.search(text))
        listed = state.focus is not None and state.facet is FacetName.MATERIALS
        if state.held is not None and (also := _ALSO.fullmatch(text.strip())):
            return Wish(kind="checklist", has=tuple(_names(also["names"])))
        # 「我还有台二手的，过户呢」 asks of something else, 「听说有笔补贴」 has none yet.
        tells = not is_question(text) and _NOT_AT_HAND.search(text) is None
        adds = bool(has) and (state.held is not None or listed) and len(text) <= _ASIDE and tells
        if not asks and not adds:
            return None
        return self._about("checklist", _MORE.sub("", _MISSING.sub("", rest)), has)

    def _about(
        self, kind: Literal["notice", "checklist", "guidance"], rest: str, has: tuple[str, ...]
    ) -> Wish | None:
        """Return the wish with the matter that the rest of the words name, if they name one."""
        if len(self._wording.residue(rest)) < _NAMES_A_MATTER:
            return Wish(kind=kind, has=has)
        answer = self._asking.ask(rest)
        if answer.decision is Decision.NO_ANSWER and not is_question(rest):
            # 「办身份证」 is asked as one would ask it.
            answer = self._asking.ask(f"{rest}怎么办")
        if answer.decision is Decision.CLARIFY:
            codes = tuple(candidate.code for candidate in answer.candidates)
            return Wish(kind=kind, candidates=codes, has=has)
        if answer.decision is Decision.NO_ANSWER:
            # What one has is worth keeping until the matter is clear.
            return Wish(kind=kind, has=has) if has else None
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
        if found is None or _LACKS.search(clause) or _ASKS_WHEN.search(clause):
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
