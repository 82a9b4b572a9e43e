"""Sentences that stand in many guides and so say nothing about any of them."""

import re
from collections import defaultdict
from collections.abc import Iterator

from knowledge_base.checks.findings import Finding, Rule
from knowledge_base.checks.guides import CheckedGuide, Guides, per_guide
from knowledge_base.checks.words import Said

MAX_GUIDES_PER_SENTENCE = 5  # in more guides a sentence says nothing about any of them
SHORTEST_SENTENCE = 10  # characters; shorter ones are names of offices and documents

_SENTENCE_END = re.compile(r"[。；！？\n]")


def boilerplate(guides: Guides, focus: CheckedGuide | None = None) -> Iterator[Finding]:
    """Yield each guide that holds a sentence standing in too many guides.

    With ``focus``: looks at its sentences only.
    """
    wanted = None if focus is None else sentences(focus).keys()
    held: dict[str, dict[str, str]] = defaultdict(dict)  # sentence: {code: first field}
    for guide in guides:
        own = sentences(guide)
        for sentence in own if wanted is None else own.keys() & wanted:
            held[sentence][guide.code] = own[sentence]
    for sentence, places in held.items():
        if len(places) > MAX_GUIDES_PER_SENTENCE:
            for code, field in places.items():
                yield Finding(
                    code,
                    field,
                    f"同一句话出现在 {len(places)} 个事项中：{sentence}",
                    "改写成只属于本事项的内容",
                    Rule.BOILERPLATE,
                )


@per_guide
def sentences(guide: CheckedGuide) -> dict[str, str]:
    """Return the distinct sentences of a guide's own words, each with the first field it is in.

    No names, no titles, and nothing that citizens say.
    """
    found: dict[str, str] = {}
    for said in guide.words:
        if said.is_name or said.is_asked:
            continue
        for sentence in _cut(said):
            found.setdefault(sentence, said.field)
    return found


def _cut(said: Said) -> Iterator[str]:
    parts = (part.strip() for part in _SENTENCE_END.split(said.text))
    return (part for part in parts if len(part) >= SHORTEST_SENTENCE)
