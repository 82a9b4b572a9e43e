"""How a question is read before it is searched: no model, a few patterns over data."""

import re
from collections.abc import Callable

from foundation.text.normalise import normalise
from knowledge_base.schema import FacetName
from retrieval.facets.reader import load_facet_reader
from retrieval.schemas import Understanding
from retrieval.wording import Wording

# A message longer than this is a story around its question.
_LONG = 40
# What a bare question may hold beside facet words and fillers.
_BARE = 1
# From which the reading of a facet goes before what single words say. Of 0.3 to 0.7, five-fold.
_FACET_SURE = 0.5
_BRIEF = 12
_HOW = re.compile(r"怎|咋|如何|流程|步骤|手续")
# Asked for in words of their own. Where one of them is read, no word changes it: 「期限几年」.
_PLAIN = frozenset(
    {
        FacetName.FEE,
        FacetName.TIME_LIMIT,
        FacetName.VALIDITY,
        FacetName.LOCATION,
        FacetName.ONLINE,
    }
)
_SENTENCE = re.compile(r"[^。！!？?；;\n]+[。！!？?；;]?")
_CLAUSE = re.compile(r"[^，,。！!？?；;\n]+[。！!？?；;]?")


def understand(
    text: str, wording: Wording, respelt: Callable[[str], str] | None = None
) -> Understanding:
    """Read ``text``: normalise it, find its question, the facet wanted, who asks, a follow-up.

    ``respelt`` puts right what only sounds like a word (pinyin, typing errors).
    """
    clean = normalise(text)
    core = core_question(clean, wording)
    readings = (core,) if respelt is None else (core, respelt(core))
    facet, follow_up = facet_wanted(readings, clean, wording), speaks_of_focus(core, wording)
    bare = follow_up or facet is FacetName.PROCESS
    if bare and facet not in _PLAIN and len(core) <= _BRIEF and not _HOW.search(core):
        # 「申请了几天给答复」: in a few words a plain one for time or money is what is asked.
        said = wording.facet_of(core)
        facet = said if said in _PLAIN else facet
    return Understanding(
        text=clean,
        core=core,
        facet=facet,
        audience=wording.audience_of(clean),
        follow_up=follow_up,
    )


def facet_wanted(readings: tuple[str, ...], text: str, wording: Wording) -> FacetName | None:
    """Return the side of a guide that is asked for; None where no word says so.

    Args:
        readings: the question, as said and as it may have been meant.
        text: all that was said.
        wording: words that stand for a facet, which decide where the reading is unsure.
    """
    said = next((facet for one in (*readings, text) if (facet := wording.facet_of(one))), None)
    read = load_facet_reader().read(readings, wording.asking)
    if read.probability < _FACET_SURE or (said is None and read.facet is FacetName.PROCESS):
        return said
    return read.facet


def speaks_of_focus(text: str, wording: Wording) -> bool:
    """Whether ``text`` names no matter of its own, so that it can only mean the one before."""
    asks = wording.facet_of(text) is not None or wording.follow_up.search(text) is not None
    return asks and len(wording.residue(text)) <= _BARE


def core_question(text: str, wording: Wording) -> str:
    """Return the sentences that ask, with the one before where they name no matter themselves."""
    if len(text) <= _LONG:
        return text
    for pattern in (_SENTENCE, _CLAUSE):
        parts = [part.strip() for part in pattern.findall(text) if part.strip()]
        asking = [i for i, part in enumerate(parts) if wording.question.search(part)]
        if asking and len(parts) > 1:
            core = _with_context(parts, asking[-2:], wording)
            if len(core) <= _LONG or pattern is _CLAUSE:
                return core
    return text


def _with_context(parts: list[str], asking: list[int], wording: Wording) -> str:
    chosen = set(asking)
    first = asking[0]
    # Walk back until the words name something: 「身份证丢了。……现在该怎么办？」
    while first > 0 and len(wording.residue("".join(parts[i] for i in sorted(chosen)))) <= _BARE:
        first -= 1
        chosen.add(first)
    return "".join(parts[i] for i in sorted(chosen))
