"""How well whole events in life are told from their single matters; fits the weights anew.

``python -m benchmarks.bundle_recognition`` prints cross-validated figures (five folds, five
shuffles), the blind set's figures with the weights in use, and the weights fitted on everything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from foundation.settings import load_settings
from knowledge_base.bundles.loader import load_bundles
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from retrieval.bundle_recognition import OFFER_FROM, WEIGHTS, BundleEvidence, BundleRecogniser
from retrieval.calibration.samples import read_questions
from retrieval.schemas import Answer, Decision
from retrieval.service import Retriever
from retrieval.understanding import understand
from retrieval.wording import load_wording

_DATA = Path(__file__).parent / "data"
_FITTED, _SECOND = _DATA / "bundle_questions.yml", _DATA / "bundle_questions_second.yml"
_BLIND = _DATA / "bundle_questions_blind.yml"
_SHUFFLES = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """One sentence: the bundle it asks for (None: one matter, or nothing of ours)."""

    text: str
    bundle: str | None
    ours: bool  # written for this purpose; the others are the guides' own questions
    evidence: BundleEvidence | None


def read_set(path: Path) -> Iterator[tuple[str, str | None]]:
    """Yield (sentence, bundle) of one file."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    for code, texts in data["bundles"].items():
        yield from ((text, code) for text in texts)
    for texts in (*data["matters"].values(), data["other"]):
        yield from ((text, None) for text in texts)


def guide_questions(library: Library) -> Iterator[str]:
    """Yield what single guides must go on answering."""
    yield from (text for one in library.public_matters() for text in one.sample_questions)
    yield from (question.text for question in read_questions())


def figures(samples: list[Sample], offered: list[str | None]) -> str:
    """Return recall, wrong bundles and false offers in a line."""
    whole = [(s, code) for s, code in zip(samples, offered, strict=True) if s.bundle]
    hits = sum(code == s.bundle for s, code in whole)
    wrong = sum(code is not None and code != s.bundle for s, code in whole)
    lines = [f"recall {hits}/{len(whole)} = {hits / len(whole):.3f}, other bundle {wrong}"]
    for name, ours in (("neighbours", True), ("guides' questions", False)):
        rest = [
            code
            for s, code in zip(samples, offered, strict=True)
            if s.bundle is None and s.ours is ours
        ]
        if rest:
            false = sum(code is not None for code in rest)
            lines.append(f"false offers, {name}: {false}/{len(rest)} = {false / len(rest):.4f}")
    return "; ".join(lines)


def cross_validated(samples: list[Sample]) -> list[str | None]:
    """Return for each sentence what models that never saw it would offer (mean of shuffles)."""
    rows = [index for index, sample in enumerate(samples) if sample.evidence]
    features = _features([samples[index] for index in rows])
    wanted = np.array([samples[index].bundle is not None for index in rows])
    chances = np.zeros(len(rows))
    for seed in range(_SHUFFLES):
        folds = StratifiedKFold(5, shuffle=True, random_state=seed)
        for train, test in folds.split(features, wanted):
            model = _model().fit(features[train], wanted[train])
            chances[test] += model.predict_proba(features[test])[:, 1] / _SHUFFLES
    offered: list[str | None] = [None] * len(samples)
    for index, chance in zip(rows, chances, strict=True):
        evidence = samples[index].evidence
        offered[index] = evidence.code if evidence and chance >= OFFER_FROM else None
    return offered


def in_use(samples: list[Sample]) -> list[str | None]:
    """Return what the weights in use offer."""
    return [
        s.evidence.code if s.evidence and s.evidence.probability >= OFFER_FROM else None
        for s in samples
    ]


def fitted(samples: list[Sample]) -> tuple[dict[str, float], float]:
    """Return weights and intercept over everything, in the features' own units."""
    some = [sample for sample in samples if sample.evidence]
    model = _model().fit(_features(some), [sample.bundle is not None for sample in some])
    scaler, line = model[0], model[1]
    weights = line.coef_[0] / scaler.scale_
    intercept = float(line.intercept_[0] - weights @ scaler.mean_)
    return dict(zip(WEIGHTS, map(float, weights), strict=True)), intercept


def _model():
    return make_pipeline(StandardScaler(), LogisticRegression(C=1.0))


def _features(samples: list[Sample]) -> np.ndarray:
    return np.array(
        [[s.evidence.features[name] for name in WEIGHTS] for s in samples if s.evidence]
    )


def main() -> None:
    """Print everything."""
    library = load_library()
    retriever = Retriever(library, load_settings())
    retriever.warm_up()
    recogniser = BundleRecogniser(load_bundles(library), lambda: retriever.encoder)

    def sample(text: str, bundle: str | None, *, ours: bool) -> Sample:
        # Most questions want no whole, which their words alone tell: retrieval need not be asked.
        unasked = Answer(understand(text, load_wording()), Decision.NO_ANSWER, (), 0.0)
        wants = recogniser.weigh(unasked) is not None
        return Sample(text, bundle, ours, recogniser.weigh(retriever.ask(text)) if wants else None)

    samples = [
        sample(text, code, ours=True)
        for path in (_FITTED, _SECOND)
        for text, code in read_set(path)
    ]
    samples += [sample(text, None, ours=False) for text in guide_questions(library)]
    validated = cross_validated(samples)
    print("cross-validated:", figures(samples, validated))
    for one, code in zip(samples, validated, strict=True):
        if code != one.bundle:
            print(f"  {one.text} → {code} (wanted {one.bundle})")
    print("weights:", *fitted(samples))
    print("in use, same set:", figures(samples, in_use(samples)))
    if _BLIND.exists():
        blind = [sample(text, code, ours=True) for text, code in read_set(_BLIND)]
        offered = in_use(blind)
        print("in use, blind set:", figures(blind, offered))
        for one, code in zip(blind, offered, strict=True):
            if code != one.bundle:
                print(f"  {one.text} → {code} (wanted {one.bundle})")


if __name__ == "__main__":
    main()
