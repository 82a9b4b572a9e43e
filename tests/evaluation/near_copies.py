"""Which sentences of an evaluation set all but repeat what the product already holds.

An evaluation sentence that the product has stored measures memory, not understanding. Likeness is
the Jaccard index of character bigrams over simplified Chinese letters and digits alone.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from foundation.text.normalise import to_simplified

ROOT = Path(__file__).resolve().parents[2]
NEAR_COPY = 0.6
_NAMES = frozenset({"title", "aliases", "sample_questions", "question", "questions"})
_ENTITY = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
# Only letters and digits count, so that a full stop never makes two sentences differ.
_NOT_SAID = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class NearCopy:
    """A sentence of the set, and the stored one that it repeats."""

    text: str
    stored: str
    likeness: float  # Jaccard index, above NEAR_COPY up to 1


def read_yaml(path: Path) -> Any:
    """Return a YAML file read by libyaml."""
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)


def said(text: str) -> str:
    """Return what two copies of a sentence share whatever its script, case and punctuation."""
    return _NOT_SAID.sub("", to_simplified(text)).lower()


def stored_sentences() -> Iterator[str]:
    """Yield what the product has been written or fitted with.

    Titles, aliases and questions of the library and the official answers; the NLU examples; the
    calibration sets; the wording lists of retrieval, conversation, routing and safety.
    """
    for folder in ("library", "policy_answers"):
        for path in sorted((ROOT / "knowledge_base" / folder).glob("*.yml")):
            yield from _named(_parsed(path))
    yield from _named(_parsed(ROOT / "knowledge_base" / "city" / "matters_index.yml"))
    for path in sorted((ROOT / "bot" / "data" / "nlu").glob("*.yml")):
        for block in _strings(_parsed(path)):
            yield from (_ENTITY.sub(r"\1", line.removeprefix("- ")) for line in block.splitlines())
    for package in ("retrieval", "routing", "bot/conversation", "benchmarks/data"):
        for path in sorted((ROOT / package).rglob("*.yml")):
            yield from _strings(_parsed(path))


def _parsed(path: Path) -> yaml.Node | None:
    """Return the nodes of a YAML file: building values out of them would double the time."""
    node: yaml.Node | None = yaml.compose(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return node


def _named(node: yaml.Node | None) -> Iterator[str]:
    """Yield the strings that stand under a name for a matter or a question."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _strings(value) if key.value in _NAMES else _named(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _named(item)


def _strings(node: yaml.Node | None) -> Iterator[str]:
    """Yield every scalar, keys included: some sets use the question as the key."""
    if isinstance(node, yaml.ScalarNode):
        yield node.value
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _strings(key)
            yield from _strings(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _strings(item)


def _bigrams(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


class NearCopies:
    """Stored sentences, found by their rarest bigrams."""

    def __init__(self, stored: Iterable[str]) -> None:
        """Take the stored sentences; those of one letter or none say nothing and are left out."""
        self._stored = list(dict.fromkeys(text for one in stored if len(text := said(one)) > 1))
        self._pairs = [_bigrams(text) for text in self._stored]

    def __len__(self) -> int:
        """Return the number of different stored sentences."""
        return len(self._stored)

    @cached_property
    def _holders(self) -> dict[str, list[int]]:
        holders: dict[str, list[int]] = defaultdict(list)
        for place, pairs in enumerate(self._pairs):
            for pair in pairs:
                holders[pair].append(place)
        return holders

    def of(self, text: str, leave_out: int | None = None) -> NearCopy | None:
        """Return the nearest stored sentence above the limit, if any.

        Args:
            text: the sentence of an evaluation set.
            leave_out: place of a stored sentence that does not count (the text itself).
        """
        pairs = _bigrams(said(text))
        # Sharing more than 0.6 of the union means sharing at least 0.6 of the text's own bigrams,
        # so one of its rarest ones must be among them.
        enough = math.ceil(NEAR_COPY * len(pairs))
        rarest = sorted(pairs, key=lambda pair: len(self._holders.get(pair, ())))
        candidates = Counter(
            place
            for pair in rarest[: len(pairs) - enough + 1]
            for place in self._holders.get(pair, ())
            if place != leave_out
        )
        best: NearCopy | None = None
        for place in candidates:
            shared = len(pairs & self._pairs[place])
            likeness = shared / (len(pairs) + len(self._pairs[place]) - shared)
            if likeness > (best.likeness if best else NEAR_COPY):
                best = NearCopy(text, self._stored[place], likeness)
        return best
