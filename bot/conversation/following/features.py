"""What speaks for each matter that a message may mean, after another was spoken of.

One row of named numbers for every candidate: the matter in focus, those before it, the nearest of
the search, those akin to the focus that the words half name, and last that none is meant. The
search is of the words alone.
"""

import re
from dataclasses import dataclass

from bot.conversation.following.kinship import (
    kin,
    linked,
    names_of,
    pairs_of,
    same_act,
    same_thing,
    whole_name,
)
from bot.conversation.staying import asks, needs_a_document, words_of
from knowledge_base.library import Library
from knowledge_base.schema import FacetName, Matter
from retrieval.contrast import contrast_of
from retrieval.postings import Scores
from retrieval.weighing import Weighed
from retrieval.wording import load_wording

_SEARCHED = 5  # guides
_MOST_WORDS = 12  # characters; more says no more
_HOW = re.compile(r"^(?:怎么|咋|如何|[在去]哪儿?)(?!办)[^，,。]{2}")
_NAMES = 2  # characters that name something
_PLAIN_SIDES = frozenset(
    {FacetName.FEE, FacetName.TIME_LIMIT, FacetName.VALIDITY, FacetName.LOCATION, FacetName.ONLINE}
)
_LEADS_ON = re.compile(r"^(?:那|这|它|然后|还有|要是|如果|万一)")
_LEADS_BACK = re.compile(r"刚才|刚刚|前面|之前|回到|说回|回过头|那个|先前|开始")
_TURNS = re.compile(r"呢[？?。]?$")
# Only points to what was spoken of: 「办那个要几天」, and not 「养老那个」.
_POINTS = re.compile(r"(?:^|[办要领换补交，,])(?:这个|那个|它)")
_PERSON = re.compile(
    r"[他她俺]|我[爸妈爹娘爷奶弟妹哥姐叔]|老[头人公婆伴]|家里?人|[娃孩]|媳妇|儿子|女儿|闺女|朋友|邻居"
)
_BESIDE = re.compile(r"顺便|另外|对了|插一句|还有|还想|听说|也(?:要|想|得)")

# What is done with already: 「税交完了怎么上牌」 asks of what comes after.
_DONE_WITH = re.compile(
    r"^.{1,8}?(?:完(?:了|以后|之后|后)?|(?:好|下来|到手|来)(?:了|以后|之后|后))(?:了|，|,)*(?P<rest>.{3,})$"
)

# 「先不管医保，上户口要带哪些东西」 speaks of another than it names first.
_LEAVES = re.compile(
    r"^(?:那|好|哎|算了|，)*先?(?:不|别)(?:管|说|问|聊|讲|谈|提)[^，,。]{0,8}[，,。](?P<rest>.{2,})$"
)

Row = dict[str, float]


@dataclass(frozen=True, slots=True)
class Said:
    """A message and what was spoken of before it."""

    text: str
    focus: str  # code of a matter
    earlier: tuple[str, ...]  # codes, the latest first
    appeal_probability: float  # that it tells of an issue
    mates: frozenset[str] = frozenset()  # codes that stand in one event in life with the focus


def asked_part(text: str) -> str:
    """Return what ``text`` asks, without what it says is done already or not meant."""
    if (contrast := contrast_of(text)) is not None and contrast.kept:
        return contrast.kept
    if (leaves := _LEAVES.match(text)) is not None:
        return leaves["rest"]
    done = _DONE_WITH.match(text)
    return done["rest"] if done and _names_something(done["rest"]) else text


def _names_something(text: str) -> bool:
    """Whether words can be searched for alone: 「怎么上牌」, and not 「证怎么办」."""
    left = len(load_wording().residue(text))
    return left >= _NAMES or (left > 0 and _HOW.match(text) is not None)


def rows_of(
    said: Said, weighed: Weighed, library: Library
) -> tuple[tuple[str | None, ...], list[Row]]:
    """Return the codes that may be meant, the focus first and ``None`` last, with their rows.

    Args:
        said: the message; its focus is a guide of ``library``.
        weighed: the search for its ``asked_part``.
        library: the guides.
    """
    spoken_of = dict.fromkeys((said.focus, *said.earlier))
    known = [code for code in spoken_of if code in weighed.position and code in library.matters]
    nearest = [weighed.codes[row] for row in weighed.best[:_SEARCHED].tolist()]
    asked, focus = asked_part(said.text), library.matter(said.focus)
    words = words_of(asked)
    beside = [c for c in kin(words, asked, focus, said.mates, library) if c in weighed.position]
    codes = tuple(dict.fromkeys((*known, *nearest, *beside)))
    rows = [_row(code, said, words, weighed, library.matter(code), focus) for code in codes]
    rows[0].update(_of_focus(said.text, words, weighed))
    return (*codes, None), [*rows, _of_none(said, words, weighed)]


def _row(code: str, said: Said, words: str, weighed: Weighed, matter: Matter, focus: Matter) -> Row:
    row = weighed.position[code]
    first = int(weighed.best[0])
    rival = first if first != row else int(weighed.best[min(1, len(weighed.best) - 1)])
    pairs, own = pairs_of(words), names_of(matter)
    shared = pairs & own
    many = max(len(pairs), 1)
    earlier = code in said.earlier
    return {
        "fused": _lead(weighed.fused, row, rival) / 5,
        "likelihood": _lead(weighed.likelihood, row, rival) * 5,
        "names": _lead(weighed.names, row, rival),
        "near": _lead(weighed.near, row, rival),
        "coverage": float(weighed.coverage[row]),
        "first": float(first == row),
        "probability": weighed.probability * (first == row),
        "same_category": float(matter.category == focus.category and code != focus.code),
        "words_in_names": len(shared) / many,
        "words_in_names_alone": len(shared - names_of(focus)) / many,
        **_kinship(code, said, pairs, len(shared) / many, matter, focus),
        "earlier": float(earlier),
        "earlier_back": float(earlier and _LEADS_BACK.search(said.text) is not None),
    }


def _kinship(
    code: str, said: Said, pairs: set[str], shared: float, matter: Matter, focus: Matter
) -> Row:
    other = code != focus.code
    mate, link = other and code in said.mates, other and linked(focus, matter)
    asked = asked_part(said.text)
    return {
        "mate": float(mate),
        "mate_words": mate * shared,
        "linked": float(link),
        "linked_words": link * shared,
        "same_act": same_act(pairs, focus, matter) if other else 0.0,
        "same_thing": float(other and same_thing(asked, focus, matter)),
        "whole_name": whole_name(asked, matter),
        "same_audience": float(other and matter.audience == focus.audience),
    }


def _of_focus(text: str, words: str, weighed: Weighed) -> Row:
    facet = weighed.facet
    return {
        "focus": 1.0,
        "focus_words": min(len(words), _MOST_WORDS) / 10,
        "focus_named": min(len(weighed.named), _MOST_WORDS) / 10,
        "focus_length": len(text) / 20,
        "focus_facet": float(facet is not None),
        "focus_process": float(facet is FacetName.PROCESS),
        "focus_plain_side": float(facet in _PLAIN_SIDES),
        "focus_leads_on": float(_LEADS_ON.search(text) is not None),
        "focus_turns": float(_TURNS.search(text) is not None),
        "focus_person": float(_PERSON.search(text) is not None),
        "focus_beside": float(_BESIDE.search(text) is not None),
        "focus_asks": float(asks(text)),
        "focus_points": float(_POINTS.search(text) is not None),
        "focus_needs": float(needs_a_document(text)),
        "focus_done": float(asked_part(text) != text),
        "focus_belonging": weighed.belonging,
        "focus_probability": weighed.probability,
    }


def _of_none(said: Said, words: str, weighed: Weighed) -> Row:
    return {
        "none": 1.0,
        "none_appeal": said.appeal_probability,
        "none_belonging": weighed.belonging,
        "none_words": min(len(words), _MOST_WORDS) / 10,
        "none_asks": float(asks(said.text)),
        "none_facet": float(weighed.facet is not None),
        "none_length": len(said.text) / 20,
    }


def _lead(scores: Scores, row: int, rival: int) -> float:
    return float(scores[row] - scores[rival])
