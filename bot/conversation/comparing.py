"""Two matters held side by side, and a matter that was spoken of before: which are meant."""

import re
from typing import Protocol

from bot.conversation.schemas import DialogueState, Wish
from knowledge_base.schema import MATTER_CODE, FacetName, Matter
from retrieval.schemas import Answer, Candidate, Decision
from retrieval.wording import load_wording

_DIFFER = (
    r"(?:有(?:什么|啥|何|哪些|多大|没有)?|的)?(?:区别|不同(?!意)|不一样|差别)|是?(?:不是)?一回事|一样[吗么不]|"
    r"(?:(?:是|办|选|走)?(?:哪个|哪种|哪一个|谁|哪样)|怎么选|选哪)(?!部门|窗口|地方|派出所|单位)|差在哪"
)
_PAIR = re.compile(
    r"^(?:那|请问|我|想|问|知道|一下|比较|对比|比一比|帮我|分不清|搞不清|不知道|，|,)*"
    r"(?P<first>[^，,。？?]{2,16}?)(?:和|跟|与|同|还是|或者|、)(?P<second>[^，,。？?]{2,16}?)[，,]?"
    r"(?:这|它们|两个|两种|俩|之间|比较|相比|比起来|办起来|比|到底|究竟|我该|我应该|应该|该|时候|用)*(?:"
    + _DIFFER
    + r"|$)"
)
# The other one is in focus: 「跟特困供养有什么区别」.
_BESIDE_FOCUS = re.compile(
    r"^(?:那|这个?|它|这种)*(?:跟|和|与|同|比起?)(?P<other>[^，,。？?]{2,14}?)(?:比|相比|比起来|，|,)*(?:"
    + _DIFFER
    + ")"
)
_ASKS = re.compile(_DIFFER)
_BEGINS = re.compile(r"比较一?下|对比一?下|比一比|区别")
_BOTH = re.compile(
    r"^(?:那么?|请问|这|它们?|他们|上面|刚才|前面|说|的|办)*(?:两个|两种|俩|两样|两件事?|两者|它们)"
    r"(?:证|事|之间|都|办起来|相比|比|要|，|,)*.{0,6}?(?:" + _DIFFER + ")"
)
# After two were held side by side, this speaks of them: 「哪个便宜」.
_WHICH = re.compile(
    r"^(?:那么?|所以|到底|请问|你说|我)*(?:哪个|哪种|哪一个|哪样|办哪个|选哪个)(?!部门|窗口|地方).{0,8}$"
)
# Of two that were told apart, the one that is not in focus.
_OTHER = re.compile(
    r"(?:另外?|其他|剩下)的?那?一?(?:个|种|项)(?!人)|(?:普通|一般|正常|常规|正式)的(?!话)"
)
_NEAR = 3  # candidates
_WHICH_ONE = re.compile(
    r"(?:我|该|应该|办|选|走|要|是|用|到底)*哪(?:个|种|一个|样|一种)(?!部门|窗口|地方|派出所|单位|大厅|局|所|中心)(?:办起来)?"
)
_EARLIER = re.compile(
    r"(?:那|再|先|还是|我们?|咱们?|接着|继续|说|问|讲|回|到|看|一下)*(?:刚才|刚刚|前面|之前|上面|先前|最开始|一开始|"
    r"开头|最早|上一个|前一个|头一个|原来)(?:我)?(?:说|问|讲|聊|提)?(?:到|过)?(?:的)?(?:那个|那件|那项|那)?"
    r"(?:事情?|问题|业务)?|"
    r"^(?:回头|回过头)来?(?:再)?(?:说|讲|看|问)(?:一?下)?|"
    # 「先不管医保，……」
    r"^(?:那|好|哎|算了|，)*(?:先)?(?:不|别)(?:管|说|问|聊|讲|谈|提)(?:这个|那个)?[^，,。]{0,8}(?:了|先)?[，,。]"
)
_BACK = re.compile(r"回到|说回|问回|讲回|上一个|前一个")
_FIRST = re.compile(r"最开始|一开始|开头|最早|头一个")
_NAME = 2  # characters
_FIRST_TIME = "首次"  # meant where only the thing is named: 「护照和通行证」
# What is done with a thing, in the words of titles: by itself no thing.
ACTION = re.compile(
    r"(?:设立|变更|注销|首次|换发|补发|换领|补领|申领|办理|核发|签发|登记|申请|许可|备案|期满换证|遗失补证|补办|换证|挂失|"
    r"续签|年检|过户|迁入|迁出|转入|新办)+"
)
# What is compared, where it is not named by a side of the guide itself.
_SIDES: tuple[tuple[FacetName, re.Pattern[str]], ...] = (
    (FacetName.TIME_LIMIT, re.compile(r"快|慢|久|几天")),
    (FacetName.FEE, re.compile(r"便宜|贵|钱|费|划算|省钱")),
    (FacetName.MATERIALS, re.compile(r"材料|资料|证件|手续少|简单|麻烦|省事|好办|容易")),
    (FacetName.VALIDITY, re.compile(r"管用|有效|几年|多少年")),
)


class Asking(Protocol):
    """Retrieval as far as it is needed here."""

    def ask(self, text: str, *, focus: str | None = None) -> Answer:
        """Return the decision for one question."""
        ...

    def matter(self, code: str) -> Matter:
        """Return a public guide; raises ``MatterNotFoundError``."""
        ...

    def suggest(self, text: str, limit: int = 3) -> tuple[Candidate, ...]:
        """Return the nearest guides, best first, also where none is sure."""
        ...


def compared(text: str, answer: Answer, state: DialogueState, asking: Asking) -> Wish | None:
    """Return the wish to compare two matters, where ``text`` names or means two."""
    facet = _side(text)
    if state.compared and answer.understanding.follow_up and facet is not None:
        return Wish(kind="compare", matters=state.compared, facet=facet)
    if state.compared and _WHICH.search(text):
        return Wish(kind="compare", matters=state.compared, facet=facet)
    if _BOTH.search(text) and len(codes := _spoken_of(state)) == 2:  # noqa: PLR2004 -- a pair
        return Wish(kind="compare", matters=codes, facet=facet)
    if (beside := _BESIDE_FOCUS.search(text)) and state.focus is not None:
        other = _first_code([beside["other"]], asking, state.focus)
        if other is not None:
            return Wish(kind="compare", matters=(state.focus, other), facet=facet)
    found = _PAIR.search(text)
    if not (_ASKS.search(text) or _BEGINS.search(text)):
        return None
    if found is None:
        return _compared_after(text, facet, asking)
    codes = _both(found["first"], found["second"], asking)
    return Wish(kind="compare", matters=codes, facet=facet) if codes else None


def _compared_after(text: str, facet: FacetName | None, asking: Asking) -> Wish | None:
    """Return the wish of a last clause, where those before say of what the two are."""
    told, comma, last = text.replace(",", "，").rpartition("，")
    found = _PAIR.search(last) if comma and _ASKS.search(last) else None
    if found is None or len(load_wording().residue(told)) < _NAME:
        return None
    codes: list[str] = []
    for said in (found["first"].rstrip("的"), found["second"].rstrip("的")):
        near = asking.ask(f"{told}，{said}").candidates
        guides = [one for one in near if re.fullmatch(MATTER_CODE, one.code)]
        guides.sort(key=lambda one: said not in one.title)
        codes += [one.code for one in guides if one.code not in codes][:1]
    both = len(codes) == 2  # noqa: PLR2004 -- a pair
    return Wish(kind="compare", matters=tuple(codes), facet=facet) if both else None


def returned(text: str, state: DialogueState, asking: Asking) -> Wish | None:
    """Return the wish to go back to a matter that was spoken of before the present one."""
    if (other := _the_other(text, state, asking)) is not None:
        return Wish(kind="return", matter=other, facet=_side(text))
    found = _EARLIER.search(text)
    if found is None or not (state.earlier or state.focus):
        return None
    rest = text[: found.start()] + text[found.end() :]
    wording = load_wording()
    known = state.earlier if state.focus is None else (*state.earlier, state.focus)
    code: str | None = None
    if len(wording.residue(rest)) > 1:
        near = (candidate.code for candidate in asking.ask(rest).candidates)
        code = next((one for one in near if one in known), None)
    elif state.earlier and _FIRST.search(found[0]):
        code = state.earlier[-1]
    elif state.earlier and _BACK.search(found[0]):
        code = state.earlier[0]
    return None if code is None else Wish(kind="return", matter=code, facet=_side(rest))


def _the_other(text: str, state: DialogueState, asking: Asking) -> str | None:
    """Return the matter that the one in focus was told apart from: 「那另外一个要多少钱」."""
    found = _OTHER.search(text)
    if found is None or state.focus is None or not state.earlier:
        return None
    other = state.earlier[0]
    rest = text[: found.start()] + text[found.end() :]
    if len(load_wording().residue(rest)) <= 1:
        return other
    near = (candidate.code for candidate in asking.ask(text).candidates[:_NEAR])
    return other if other in near else None


def _side(text: str) -> FacetName | None:
    # 「办哪个」「走哪个」 asks which, and not where.
    asked = load_wording().facet_of(_WHICH_ONE.sub("", text))
    weighed = next((facet for facet, pattern in _SIDES if pattern.search(text)), None)
    if asked is not None and asked is not FacetName.PROCESS:
        return weighed if weighed is not None and _WHICH_ONE.search(text) else asked
    return weighed


def _spoken_of(state: DialogueState) -> tuple[str, ...]:
    if state.compared:
        return state.compared
    offered = [choice.code for choice in state.choices if choice.code is not None]
    recent = [code for code in (state.focus, *state.earlier) if code is not None]
    codes = offered if len(offered) > 1 else recent
    return tuple(code for code in codes if re.fullmatch(MATTER_CODE, code))[:2]


def _both(first: str, second: str, asking: Asking) -> tuple[str, ...]:
    """Return both codes; words that one of the two leaves out are taken from the other."""
    # 「换领和补领身份证」, 「身份证换领和补领」
    firsts = [f"{first}{second[len(first) :]}", first] if len(first) < len(second) else [first]
    seconds = [f"{first[: -len(second)]}{second}", second] if len(first) > len(second) else [second]
    one = _first_code(firsts, asking, None)
    other = None if one is None else _first_code(seconds, asking, one)
    return (one, other) if one is not None and other is not None else ()


def _is_a_name(text: str, asking: Asking) -> bool:
    """Whether the words by themselves are what a guide is called: 「个体户」, and not 「补领」."""
    if len(text) < _NAME or ACTION.fullmatch(text):
        return False
    near = (one.code for one in asking.suggest(text) if re.fullmatch(MATTER_CODE, one.code))
    matters = [asking.matter(code) for code in near]
    return any(text in name for one in matters for name in (one.title, *one.aliases))


def _first_code(texts: list[str], asking: Asking, but: str | None) -> str | None:
    alone = texts[-1]
    texts = [alone, *texts] if _is_a_name(alone, asking) else texts
    for text in texts:
        answer = asking.ask(text)
        if answer.decision is Decision.NO_ANSWER:
            found = [one.code for one in asking.suggest(text)]
        else:
            found = [answer.matter] if answer.matter else [one.code for one in answer.candidates]
        codes = [one for one in found if re.fullmatch(MATTER_CODE, one) and one != but]
        if but is not None and answer.decision is not Decision.ANSWER:
            # Of several that fit, the one that is most like the other: both are set up, say.
            title = set(asking.matter(but).title)
            codes.sort(key=lambda code: -len(title & set(asking.matter(code).title)))
        if codes:
            first = (code for code in codes if _FIRST_TIME in asking.matter(code).title)
            plain = answer.decision is not Decision.ANSWER and but is None
            return next(first, codes[0]) if plain else codes[0]
    return None
