"""What speaks for each matter that a message may mean, after another was spoken of.

One row of named numbers for every candidate: the matter in focus, those before it, the nearest of
the search, and last that none is meant. The search is of the words alone.
"""

import re
from dataclasses import dataclass

from bot.conversation.staying import asks, words_of
from knowledge_base.library import Library
from knowledge_base.schema import FacetName, Matter
from retrieval.postings import Scores
from retrieval.weighing import Weighed

_SEARCHED = 5  # guides
_MOST_WORDS = 12  # characters; more says no more
_PAIR = 2  # characters that are compared with names
_PLAIN_SIDES = frozenset(
    {FacetName.FEE, FacetName.TIME_LIMIT, FacetName.VALIDITY, FacetName.LOCATION, FacetName.ONLINE}
)
_LEADS_ON = re.compile(r"^(?:那|这|它|然后|还有|要是|如果|万一)")
_LEADS_BACK = re.compile(r"刚才|刚刚|前面|之前|回到|说回|回过头|那个|先前|开始")
_TURNS = re.compile(r"呢[？?。]?$")
_PERSON = re.compile(
    r"[他她俺]|我[爸妈爹娘爷奶弟妹哥姐叔]|老[头人公婆伴]|家里?人|[娃孩]|媳妇|儿子|女儿|闺女|朋友|邻居"
)
_BESIDE = re.compile(r"顺便|另外|对了|插一句|还有|还想|听说|也(?:要|想|得)")

Row = dict[str, float]


@dataclass(frozen=True, slots=True)
class Said:
    """A message and what was spoken of before it."""

    text: str
    focus: str  # code of a matter
    earlier: tuple[str, ...]  # codes, the latest first
    appeal_probability: float  # that it tells of an issue


def rows_of(
    said: Said, weighed: Weighed, library: Library
) -> tuple[tuple[str | None, ...], list[Row]]:
    """Return the codes that may be meant, the focus first and ``None`` last, with their rows."""
    spoken_of = dict.fromkeys((said.focus, *said.earlier))
    known = [code for code in spoken_of if code in weighed.position and code in library.matters]
    nearest = [weighed.codes[row] for row in weighed.best[:_SEARCHED].tolist()]
    codes = tuple(dict.fromkeys((*known, *nearest)))
    words, focus = words_of(said.text), library.matter(said.focus)
    rows = [_row(code, said, words, weighed, library.matter(code), focus) for code in codes]
    rows[0].update(_of_focus(said.text, words, weighed))
    return (*codes, None), [*rows, _of_none(said, words, weighed)]


def _row(code: str, said: Said, words: str, weighed: Weighed, matter: Matter, focus: Matter) -> Row:
    row = weighed.position[code]
    first = int(weighed.best[0])
    rival = first if first != row else int(weighed.best[min(1, len(weighed.best) - 1)])
    pairs, own = _pairs(words), _names(matter)
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
        "words_in_names_alone": len(shared - _names(focus)) / many,
        "earlier": float(earlier),
        "earlier_back": float(earlier and _LEADS_BACK.search(said.text) is not None),
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


def _names(matter: Matter) -> set[str]:
    return _pairs(" ".join((matter.title, *matter.aliases)))


def _pairs(text: str) -> set[str]:
    return {text[at : at + _PAIR] for at in range(len(text) - 1)}


def _lead(scores: Scores, row: int, rival: int) -> float:
    return float(scores[row] - scores[rival])
