"""A follow-up that no guide answers by itself, and that stays with the matter in focus.

「过了期十来天还可以吗」「他不会用智能手机」「一楼的不同意咋办」: nobody at a counter would say that
they found nothing. What speaks for the matter in focus is that the words name nothing else, that
they stand in its guide, or that the search has it among the nearest.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from bot.conversation.choices import pick
from bot.conversation.comparing import ACTION
from bot.conversation.intent_patterns import guess_intent
from bot.conversation.intents import APPEALS, Intent
from bot.conversation.remarks import remarks
from bot.conversation.schemas import Turn
from foundation.errors import NotFoundError
from knowledge_base.library import Library
from knowledge_base.rendering import facet_text
from knowledge_base.schema import FacetName, Matter
from retrieval.schemas import Answer, Decision
from retrieval.several import is_question
from retrieval.wording import load_wording

_LONGEST = 30  # characters: more tells a story of its own
_NEAR = 5  # candidates
_WEAK = 0.2  # confidence of a choice that is none
_FEW = 2  # characters beside what asks
_FEW_OF_A_CASE = 4
_SHORT = 14  # characters of a question on opening hours
_PAIR = 2  # characters that are compared with the guide
_ISSUE = 0.7  # of an appeal: what is told is to be handled
_SURE_ISSUE = 0.9
# Says nothing on which matter is meant, beside the fillers of retrieval.
_GENERIC = re.compile(
    r"之后|以后|以前|之前|后来|后面|直接|算了?|先|一[次回年月天共起]|[几两三]?十?来?[天年月回次]|[帮替]|别人|人家|好久|到账|"
    r"截止|证书|收|付|装|换|补|给|够|嗯|好的?|[他她它](?:们)?|说|告诉|出来|下来|永久|有效|当场|政府|国家|"
    r"老[公婆]|爱人|媳妇|家里?人|孩子|我[爸妈]|期|一"
)
_PERSON = re.compile(r"[他她]|我[爸妈爹娘爷奶]|老[头人公婆伴]|家里?人|娃|孩子")
# Asks as well: 「也办得到不，他六十二」「要交税的吧」.
_ASKS = re.compile(
    r"(?P<done>[上开能行要会得])不(?P=done)|多[大高远重]|[不没吧嘛][，,。？?]|(?:[不没吧嘛]|没有)$"
)
# When the counter is open.
_HOURS = re.compile(
    r"(?:周|星期|礼拜)[一二三四五六日天末]|开门|关门|开不开|上不上班|上班|下班|营业到?|午休|中午|放假|节假日"
)
# Whether a document is needed: its own guide is not what is meant.
_NEEDS = re.compile(
    r"(?:那|这几个|这个|都|还|也|是不是|一定|是否|必须|非得?|，)*(?:要不要|需不需要|用不用|要|需要|用|得|必须)(?:带|有|交|出示|提供|拿)*"
    r"(?P<document>[^，,。？?办]{2,8}?)(?:原件|复印件)?(?:吗|不|么|嘛|吧)?[？?。]?"
)
# Whether somebody else may go: 「我爸能替我去签字吗」.
_BY_PROXY = re.compile(
    r"(?:能不能|可不可以|可以|能|让|叫|请|托|由)[^，,。]{0,6}(?:替|帮|代(?!码|理记))(?:我|他|她|本人|老人|孩子|[去来办交签领取])"
)
# What comes after what was told: 「认定了之后呢」.
_WHAT_NEXT = re.compile(r"(?:之后|以后|完|好|下一步|然后|接下来)[^，。]{0,4}(?:呢|怎么|咋|干|做)")
_DONE_WITH = re.compile(r"认定|鉴定|认证|评审|提取|开具|申报|审核|转移|参保|缴存|报销")
# Heard otherwise, whatever is in focus.
_OTHERWISE = frozenset(
    {
        Intent.GREET,
        Intent.THANKS,
        Intent.GOODBYE,
        Intent.ABUSE,
        Intent.OUT_OF_SCOPE,
        Intent.HANDOVER,
        Intent.CANCEL,
        Intent.ASK_PROGRESS,
        Intent.CHOOSE,
        Intent.AFFIRM,
        Intent.DENY,
    }
)
# Asked for in so many words; any other side is where the guide speaks of it.
_PLAIN_SIDES = frozenset(
    {
        FacetName.FEE,
        FacetName.TIME_LIMIT,
        FacetName.VALIDITY,
        FacetName.LOCATION,
        FacetName.ONLINE,
        FacetName.LEGAL_BASIS,
    }
)
_SEARCHED = (
    FacetName.CONDITIONS,
    FacetName.MATERIALS,
    FacetName.PROCESS,
    FacetName.ONLINE,
    FacetName.FEE,
    FacetName.TIME_LIMIT,
    FacetName.VALIDITY,
    FacetName.RESULT,
)


class Asking(Protocol):
    """Retrieval as far as it is needed here."""

    @property
    def library(self) -> Library:
        """The library of this moment."""
        ...

    def matter(self, code: str) -> Matter:
        """Return a public guide; raises ``MatterNotFoundError``."""
        ...


@dataclass(frozen=True, slots=True)
class Stay:
    """The side of the matter in focus that comes nearest to what was asked."""

    facet: FacetName
    stated: bool  # the guide has the words


def staying(turn: Turn, answer: Answer, asking: Asking) -> Stay | None:
    """Return what of the matter in focus answers ``turn``; ``None`` where it means another.

    Args:
        turn: as it was read; without a wish.
        answer: what retrieval made of it.
        asking: the guides.
    """
    state = turn.state
    if state.focus is None or state.draft is not None or len(turn.text) > _LONGEST:
        return None
    if answer.decision is Decision.ANSWER and answer.matter == state.focus:
        return None
    if not _may_stay(turn):
        return None
    try:
        matter = asking.matter(state.focus)
    except NotFoundError:
        return None
    words = words_of(turn.text)
    if len(turn.text) <= _SHORT and _HOURS.search(turn.text) and asks(turn.text):
        return Stay(FacetName.LOCATION, stated=True)
    if (needed := _NEEDS.fullmatch(turn.text.strip())) and asks(turn.text):
        return side(needed["document"], FacetName.MATERIALS, matter, asking.library)
    if not (_names_it(turn.text, words, matter, answer) or _comes_near(turn, answer)):
        return None
    return side(words, answer.understanding.facet, matter, asking.library)


def asks(text: str) -> bool:
    """Whether a message asks something, also without a word that always does."""
    return is_question(text) or _ASKS.search(text) is not None


def needs_a_document(text: str) -> bool:
    """Whether a message asks no more than whether a document is needed: its name leads nowhere."""
    return _NEEDS.fullmatch(text.strip()) is not None and asks(text)


def words_of(text: str) -> str:
    """Return what a follow-up says beside the words that ask."""
    wording = load_wording()
    plain = wording.with_guide_words(_GENERIC.sub(" ", text))
    return _GENERIC.sub("", wording.residue(plain))


def _may_stay(turn: Turn) -> bool:
    """Whether a message may be a follow-up, by all else that is known of it."""
    state, text = turn.state, turn.text
    if state.guiding is not None and state.guiding.asking:
        return asks(text)
    if not may_follow(turn):
        return False
    return asks(text) or turn.retrieved.facet is not None or bool(_PERSON.search(text))


def may_follow(turn: Turn) -> bool:
    """Whether nothing else that is known of a message says that it is no question of a matter."""
    state, text = turn.state, turn.text
    if pick(state.choices, text) is not None or remarks().topic(text) is not None:
        return False
    intent = guess_intent(turn)
    if intent in _OTHERWISE:
        return False
    if intent in APPEALS or turn.heard.appeal_probability >= _ISSUE:
        placed = turn.heard.place is not None
        return not placed and (asks(text) or turn.heard.appeal_probability < _SURE_ISSUE)
    return True


def _names_it(text: str, words: str, matter: Matter, answer: Answer) -> bool:
    """Whether the words are the matter's own, or as good as none."""
    names = (matter.title, *matter.aliases)
    if answer.decision is Decision.ANSWER:
        # 「认定了之后呢」 names what is done with something, and not with what.
        bare = ACTION.fullmatch(words) or _DONE_WITH.fullmatch(words)
        return bool(bare) and any(words in name for name in names)
    if _BY_PROXY.search(text) and asks(text):
        return True
    if answer.decision is Decision.NO_ANSWER and len(words) <= _FEW:
        asked = answer.understanding.facet is not None or _PERSON.search(text) is not None
        return asked or _WHAT_NEXT.search(text) is not None
    if answer.decision is Decision.NO_ANSWER and len(words) <= _FEW_OF_A_CASE:
        # Whether it goes in one's own case: 「我老婆在外地交的可以合起来吗」.
        case = answer.understanding.facet is FacetName.CONDITIONS and asks(text)
        return case or _PERSON.search(text) is not None
    return bool(words) and any(words in name for name in names)


def _comes_near(turn: Turn, answer: Answer) -> bool:
    """Whether the search has the matter in focus among the nearest, and nothing for certain."""
    near = [candidate.code for candidate in answer.candidates[:_NEAR]]
    if turn.state.focus not in near:
        return False
    if answer.decision is Decision.NO_ANSWER:
        return True
    first = near[0] == turn.state.focus
    return answer.decision is Decision.CLARIFY and (first or answer.confidence < _WEAK)


def side(words: str, asked: FacetName | None, matter: Matter, library: Library) -> Stay:
    """Return the side of ``matter`` that comes nearest to ``words``.

    Args:
        words: what was said beside the words that ask.
        asked: the side that the words ask for, where they do.
        matter: the guide.
        library: what its documents are called in.
    """
    pairs = {words[at : at + _PAIR] for at in range(len(words) - 1)}
    if asked in _PLAIN_SIDES:
        assert asked is not None
        return Stay(asked, stated=True)
    texts = {facet: facet_text(matter, facet, library) for facet in _SEARCHED}
    hits = {facet: _hits(pairs, (text,)) for facet, text in texts.items()}
    best = max(hits, key=lambda facet: hits[facet])
    if hits[best]:
        return Stay(best, stated=True)
    return Stay(asked or FacetName.PROCESS, stated=not pairs)


def _hits(pairs: Iterable[str], texts: Iterable[str]) -> int:
    return sum(pair in text for pair in pairs for text in texts)
