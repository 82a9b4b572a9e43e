"""A follow-up that means a matter beside the one in focus, in words too few to find it alone.

「密码也忘了」 after a lost card, 「电呢」 after the water, 「换证多少钱」 after the visa: what is
missing is taken from the title of the matter in focus. 「那入学啥时候报名」 and 「回到公积金」 mean
one that was spoken of before.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from bot.conversation.comparing import ACTION
from bot.conversation.schemas import DialogueState
from foundation.errors import NotFoundError
from knowledge_base.schema import MATTER_CODE, Audience, Matter
from retrieval.schemas import Answer, Candidate, Decision, EntryKind
from retrieval.wording import load_wording

_NEAR = 3  # candidates
_CERTAIN, _LEAD = 0.95, 4.0  # confidence of a choice that is none, and its lead in score
_WEAK = 0.3
_SURE = 0.5  # confidence of a choice that is one
_ALIAS = 3  # characters of a name that says enough
_SAYS, _LONG = 4, 8  # characters of a long title that say what it is about
_TELLS = 2  # characters beside a name
_THING = 2  # characters of a thing
_DEEDS = set("换补转销变续")  # one character that says what is done
# What makes somebody ask how it is put right, without asking.
HAPPENED = re.compile(
    r"不见|丢|掉了|没了|遗失|找不[到着]|被偷|过期|到期|坏了|忘了|想[办补换领改]|要[办补换领改](?!事)|办[个张本]"
)
_IN_BRACKETS = re.compile(r"（.*?）")
_DONE = re.compile(r"签注|认定|鉴定|认证|开具|申报|备案|参保|缴存|提取|激活|申请|使用")
_OTHER_SIDE = re.compile(
    r"(?:那么?|先|再|还有)*(?:说说?|讲讲?|问)?(?P<what>[^，,。？?那的]{1,6})的?(?:呢|怎么办|咋办)[？?。]?"
)
_BACK_TO = re.compile(
    r"^(?:那|好|行|再|还是|咱们?|我们?|先|，|,)*(?:回到|说回|问回|讲回|转回|再说回|再说说|还是说)(?:刚才)?(?:的|那个)?"
    r"(?P<what>[^，,。？?]{2,10}?)(?:那个|的事|这块|那块|上)*(?:[，,。]|$)(?P<rest>.*)"
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


def akin(text: str, answer: Answer, state: DialogueState, asking: Asking) -> Answer | None:
    """Return the answer of the matter that ``text`` means beside the one in focus."""
    if state.focus is None:
        return None
    try:
        if (before := _went_back(text, state, asking)) is not None:
            return before
        matter = asking.matter(state.focus)
        if answer.decision is Decision.ANSWER:
            return None
        return (
            _other_side(text, matter, asking)
            or _of_before(answer, state)
            or _of_same_thing(text, answer, matter, asking)
            or _of_same_area(answer, matter, asking)
        )
    except NotFoundError:
        return None


def by_its_name(answer: Answer, text: str, asking: Asking) -> Answer:
    """Return a choice as the answer of its first guide, where ``text`` has that one's name."""
    if answer.decision is not Decision.CLARIFY or len(answer.candidates) == 1:
        return answer
    try:
        named = [
            one.code
            for one in answer.candidates
            if one.kind is EntryKind.GUIDE and _tells_by_name(text, asking.matter(one.code), answer)
        ]
    except NotFoundError:
        return answer
    first, second = answer.candidates[:2]
    leads = answer.confidence >= _CERTAIN and first.score - second.score >= _LEAD
    if named == [first.code] or (leads and first.kind is EntryKind.GUIDE and HAPPENED.search(text)):
        return _told(answer, first.code)
    return answer


def _tells_by_name(text: str, matter: Matter, answer: Answer) -> bool:
    """Whether a name of ``matter`` stands in ``text``, and not all alone: 「港澳通行证」."""
    for name in matter.aliases:
        if len(name) < _ALIAS or name not in text:
            continue
        titles = sum(name in one.title for one in answer.candidates)
        asks = answer.understanding.facet is not None and titles == 1
        if asks or len(load_wording().residue(text.replace(name, ""))) >= _TELLS:
            return True
    return False


def _went_back(text: str, state: DialogueState, asking: Asking) -> Answer | None:
    found = _BACK_TO.match(text)
    if found is None:
        return None
    for code in state.earlier:
        if re.fullmatch(MATTER_CODE, code) and _has(asking.matter(code), found["what"]):
            said = found["rest"] or found["what"]
            side = load_wording().facet_of(said)
            return asking.ask(f"这个{side.label if side else '怎么办'}", focus=code)
    near = [one.code for one in asking.ask(found["what"]).candidates]
    known = [code for code in near if code in state.earlier]
    side = load_wording().facet_of(found["rest"])
    return asking.ask(f"这个{side.label if side else '怎么办'}", focus=known[0]) if known else None


def _other_side(text: str, matter: Matter, asking: Asking) -> Answer | None:
    """Return the same act on another thing: 「电呢」 after 自来水过户."""
    turned = _OTHER_SIDE.fullmatch(text.strip())
    acts = ACTION.findall(matter.title)
    if turned is None or not acts or turned["what"] in matter.title:
        return None
    what = turned["what"]
    for one in asking.suggest(f"{what}{acts[-1]}", limit=5):
        if one.kind is not EntryKind.GUIDE or one.code == matter.code:
            continue
        other = asking.matter(one.code)
        if other.category == matter.category and what in other.title and acts[-1] in other.title:
            return asking.ask("这个怎么办", focus=one.code)
    return None


def _of_before(answer: Answer, state: DialogueState) -> Answer | None:
    """Return the one guide spoken of before among the nearest, where the focus is not there."""
    near = [one.code for one in answer.candidates[:_NEAR]]
    before = [code for code in near if code in state.earlier]
    if len(before) != 1 or state.focus in near or answer.understanding.facet is None:
        return None
    return _told(answer, before[0])


def _of_same_thing(text: str, answer: Answer, matter: Matter, asking: Asking) -> Answer | None:
    """Ask with the thing that the focus is about before the words."""
    thing = thing_of(matter)
    if len(thing) < _THING or not answer.candidates:
        return None
    joined = asking.ask(f"{thing[:_SAYS]}，{text}" if len(thing) > _LONG else f"{thing}{text}")
    if joined.decision is Decision.CLARIFY is answer.decision and answer.confidence < _WEAK:
        # What is offered is at least about the same thing.
        same = thing[:_THING] in joined.candidates[0].title
        return _faceted(joined, answer) if same else None
    code = joined.matter
    if joined.decision is not Decision.ANSWER or code is None or code == matter.code:
        return None
    near = [one.code for one in answer.candidates[:_NEAR]]
    meant, first = asking.matter(code), answer.candidates[0]
    shares = thing[:_ALIAS] in meant.title and len(thing) >= _ALIAS
    nearest = first.code == code or (
        first.kind is EntryKind.GUIDE and asking.matter(first.code).category == meant.category
    )
    fits = (meant.category == matter.category and (code in near or shares)) or (
        (nearest or thing[:_THING] in meant.title) and answer.decision is Decision.CLARIFY
    )
    # Words that stand nowhere in the other guide's names do not lead there.
    return _faceted(joined, answer) if fits and _shares_words(text, meant) else None


def _of_same_area(answer: Answer, matter: Matter, asking: Asking) -> Answer | None:
    """Return the first of a weak choice, where it alone is of the area spoken of."""
    if answer.decision is not Decision.CLARIFY or answer.confidence >= _SURE:
        return None
    guides = [one.code for one in answer.candidates if one.kind is EntryKind.GUIDE]
    area = [code for code in guides if asking.matter(code).category == matter.category]
    if area == guides and matter.code not in area:
        # Of one area all: the one that is for the same people.
        area = [
            c
            for c in area
            if matter.audience in {asking.matter(c).audience, Audience.BOTH}
            or asking.matter(c).audience is Audience.BOTH
        ]
    alone = area == guides[:1] and len(guides) > 1 and area != [matter.code]
    return _told(answer, area[0]) if alone else None


def thing_of(matter: Matter) -> str:
    """Return what a matter is about, without what is done with it."""
    return _DONE.sub("", ACTION.sub("", _IN_BRACKETS.sub("", matter.title)))


def _has(matter: Matter, what: str) -> bool:
    return any(what in name for name in (matter.title, *matter.aliases))


def _shares_words(text: str, matter: Matter) -> bool:
    said = load_wording().residue(text)
    pairs = {said[at : at + 2] for at in range(len(said) - 1)}
    names: Sequence[str] = (matter.title, *matter.aliases)
    done = set(said) & _DEEDS & set(matter.title)
    return bool(done) or any(pair in name for pair in pairs for name in names)


def _faceted(joined: Answer, answer: Answer) -> Answer:
    facet = answer.understanding.facet
    return joined if facet is None else replace(joined, facet=facet)


def _told(answer: Answer, code: str) -> Answer:
    """Return a choice as the answer of one of its guides."""
    first = [one for one in answer.candidates if one.code == code]
    others = [one for one in answer.candidates if one.code != code]
    return replace(
        answer,
        decision=Decision.ANSWER,
        candidates=(*first, *others),
        kind=EntryKind.GUIDE,
        matter=code,
        facet=answer.understanding.facet,
    )
