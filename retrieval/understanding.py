"""How a question is read before it is searched: no model, a few patterns over data."""

import re

from foundation.text.normalise import normalise
from retrieval.schemas import Understanding
from retrieval.wording import Wording

# A message longer than this is a story around its question.
_LONG = 40
# What a bare question may hold beside facet words and fillers.
_BARE = 1
_SENTENCE = re.compile(r"[^。！!？?；;\n]+[。！!？?；;]?")
_CLAUSE = re.compile(r"[^，,。！!？?；;\n]+[。！!？?；;]?")


def understand(text: str, wording: Wording) -> Understanding:
    """Read ``text``: normalise it, find its question, the facet wanted, who asks, a follow-up."""
    clean = normalise(text)
    core = core_question(clean, wording)
    facet = wording.facet_of(core) or wording.facet_of(clean)
    return Understanding(
        text=clean,
        core=core,
        facet=facet,
        audience=wording.audience_of(clean),
        follow_up=speaks_of_focus(core, wording),
    )


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
