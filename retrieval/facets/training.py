"""Learn how each facet is asked for: ``python -m retrieval.facets.training``.

From short wordings, put behind the names of matters so that no matter's own words come to stand
for a facet, and from whole questions that were read and labelled by hand. Both again in pinyin,
as they are typed. The figures are of the labelled questions, five-fold by matter.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypinyin import lazy_pinyin
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from foundation.settings import load_settings
from foundation.text.normalise import normalise
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.schema import FacetName
from knowledge_base.yaml_files import parse_yaml
from retrieval.facets.reader import (
    QUESTIONS_FILE,
    WEIGHTS_FILE,
    WORDINGS_FILE,
    features_of,
    sources_fingerprint,
)
from retrieval.search import SearchEngine
from retrieval.understanding import core_question
from retrieval.wording import Wording

Weights = NDArray[np.float64]
Spelling = Callable[[str], str]  # puts right what only sounds like a word of the guides

FOLDS = 5
_TIMES = 2  # each wording with the name of a matter, and as often in pinyin
_NAMED = 300  # names of matters with no word beside them
_SHORT_NAME, _SHORT_WORDING = 10, 14  # characters
_BEFORE = ("", "", "", "请问", "我想问下", "你好，", "想问一下", "麻烦问一下", "那个")
_BETWEEN = ("", "", "", "，", " ", "，请问", "，", "的")
_AFTER = ("", "", "？", "吗", "啊", "呢", "呀", "谢谢")
_OFTEN = 3  # questions that hold a feature, at least
_WORDING_WEIGHT = 0.1  # of a wording, against 1 of a whole question; of 0.1, 0.3 and 1 the best
_STRENGTH = 3.0  # C of the logistic regression; 0.3 to 3 make no difference
_LEAST = 0.15  # without the features whose weights are smaller, 2 readings in 100 differ


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text with the facet it asks for; ``group`` is its matter, empty for a wording."""

    text: str
    facet: FacetName
    group: str = ""


def read_questions(path: Path = QUESTIONS_FILE) -> list[Labelled]:
    """Return the labelled questions."""
    data: dict[str, dict[str, list[str]]] = parse_yaml(path.read_text(encoding="utf-8"))
    return [
        Labelled(normalise(text), FacetName(facet), code)
        for facet, by_matter in data.items()
        for code, texts in by_matter.items()
        for text in texts
    ]


def read_wordings(path: Path = WORDINGS_FILE) -> Mapping[FacetName, Sequence[str]]:
    """Return how each facet is asked for, in a few words."""
    data: dict[str, list[str]] = parse_yaml(path.read_text(encoding="utf-8"))
    return {FacetName(name): [*map(normalise, texts)] for name, texts in data.items()}


def worded(wordings: Mapping[FacetName, Sequence[str]], names: Sequence[str]) -> Iterator[Labelled]:
    """Yield each wording alone, behind names and in pinyin; and names alone, which ask how."""
    chance = random.Random(0)  # noqa: S311 -- the same texts each time, no secret
    for facet, texts in wordings.items():
        for text in texts:
            yield Labelled(text, facet)
            for _ in range(_TIMES):
                named = chance.choice(_BEFORE) + chance.choice(names) + chance.choice(_BETWEEN)
                yield Labelled(f"{named}{text}{chance.choice(_AFTER)}", facet)
            for _ in range(_TIMES if len(text) <= _SHORT_WORDING else 0):
                name = chance.choice(names)
                named = _typed(name, chance) if chance.random() < 0.6 else name  # noqa: PLR2004 -- most
                yield Labelled(f"{named} {_typed(text, chance)}", facet)
    for name in chance.sample(list(names), min(_NAMED, len(names))):
        yield Labelled(name, FacetName.PROCESS)


def _typed(text: str, chance: random.Random) -> str:
    return chance.choice((" ", " ", "")).join(lazy_pinyin(text))


class Training:
    """The features of all texts, found once; fits on any part of the questions."""

    def __init__(
        self,
        questions: Sequence[Labelled],
        wordings: Sequence[Labelled],
        wording: Wording,
        respelt: Spelling,
    ) -> None:
        """Find the features of both."""
        self._questions = questions
        every = [*questions, *wordings]
        self._found = [sorted(_features(one.text, wording, respelt)) for one in every]
        self._weights = np.repeat([1.0, _WORDING_WEIGHT], [len(questions), len(wordings)])
        self._facets = [name for name in FacetName if any(one.facet is name for one in every)]
        self._labels = np.array([self._facets.index(one.facet) for one in every])
        met: dict[str, int] = {}
        for name in (name for names in self._found for name in names):
            met[name] = met.get(name, 0) + 1
        self._names = sorted(name for name, times in met.items() if times >= _OFTEN)
        self._rows = self._matrix()

    def _matrix(self) -> Any:
        place = {name: column for column, name in enumerate(self._names)}
        columns = [[place[name] for name in names if name in place] for names in self._found]
        bounds = np.cumsum([0, *map(len, columns)])
        numbers = np.concatenate([np.array(one, dtype=np.int64) for one in columns])
        shape = (len(columns), len(self._names))
        return sparse.csr_matrix((np.ones(len(numbers)), numbers, bounds), shape=shape)

    def fitted(self, questions: NDArray[np.int64]) -> tuple[Weights, Weights]:
        """Return weights, shape (n_features, n_facets), and constants, from some questions."""
        beside = np.arange(len(self._questions), len(self._labels))
        rows = np.concatenate([questions, beside])
        models = [
            LogisticRegression(C=_STRENGTH, solver="liblinear").fit(
                self._rows[rows], self._labels[rows] == number, sample_weight=self._weights[rows]
            )
            for number in range(len(self._facets))
        ]
        return (
            np.stack([model.coef_[0] for model in models], axis=1),
            np.array([model.intercept_[0] for model in models]),
        )

    def held_out(self) -> tuple[list[FacetName], list[float]]:
        """Return what is read of each question by a model that has not seen its matter."""
        groups = [one.group for one in self._questions]
        found = np.zeros(len(groups), dtype=np.int64)
        sure = np.zeros(len(groups))
        splitter = GroupKFold(n_splits=FOLDS, shuffle=True, random_state=0)
        for train, test in splitter.split(groups, groups=groups):
            weights, constants = self.fitted(train)
            shares = 1.0 / (1.0 + np.exp(-(self._rows[test] @ weights + constants)))
            found[test] = shares.argmax(axis=1)
            sure[test] = shares.max(axis=1) / shares.sum(axis=1)
        return [self._facets[number] for number in found], sure.tolist()

    def as_json(self, figures: Mapping[str, float]) -> dict[str, Any]:
        """Return the file's content, learned from everything."""
        weights, constants = self.fitted(np.arange(len(self._questions)))
        telling = np.flatnonzero(np.abs(weights).max(axis=1) >= _LEAST)
        return {
            "sources": sources_fingerprint(),
            "figures": dict(figures),
            "facets": [facet.value for facet in self._facets],
            "constants": [round(float(one), 2) for one in constants],
            "hundredths": {
                self._names[row]: [round(float(one) * 100) for one in weights[row]]
                for row in telling
            },
        }


def _features(text: str, wording: Wording, respelt: Spelling) -> set[str]:
    core = core_question(text, wording)
    return features_of((core, respelt(core)), wording.asking)


def short_names(library: Library) -> list[str]:
    """Return what the matters are called, in a few characters."""
    return [
        name
        for matter in library.matters.values()
        for name in (matter.title, *(one for one in matter.aliases if len(one) <= _SHORT_NAME))
    ]


def train() -> dict[str, Any]:
    """Return the content of the weights file."""
    library = load_library()
    engine = SearchEngine(library, load_settings())
    lexical = engine.warm_up_lexical()
    questions = read_questions()
    wordings = list(worded(read_wordings(), short_names(library)))
    training = Training(questions, wordings, engine.wording, lexical.respelt)
    found, _ = training.held_out()
    right = [one.facet is facet for one, facet in zip(questions, found, strict=True)]
    return training.as_json(
        {"questions": len(questions), "held_out_right": round(float(np.mean(right)), 4)}
    )


def main() -> None:
    """Write the weights and print the figures."""
    content = train()
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # one feature a line, so that a change can be read
    WEIGHTS_FILE.write_text(text.replace("],", "],\n") + "\n", encoding="utf-8")
    print(content["figures"])  # noqa: T201 -- a command


if __name__ == "__main__":
    main()
