"""The learning pipeline on labelled texts of another city, beside TF-IDF + linear SVM.

    .venv/bin/python -m benchmarks.labelled_texts FILE --text FIELD [FIELD …] --label FIELD

For tables of citizens' messages or letters (``.jsonl``, ``.csv``) with a class or an agency each.
Both learners see the same folds; the difference is taken row by row and repetition by repetition.
``--taxonomy MAP.yml`` (first-level category → label) also measures the shipped taxonomy with no
training at all. Nothing of the rows is printed, only figures and labels.
"""

import argparse
import csv
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy import stats
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from foundation.clock import SystemClock
from foundation.settings import load_settings
from routing.city_data import load_taxonomy
from routing.learning.text_model import learn
from routing.proposals.assembly import load_routing_service
from routing.proposals.service import RoutingService
from routing.proposals.weighing import Weighed

Floats = NDArray[np.float64]
FOLDS = 5
_RAREST = FOLDS  # a label with fewer rows cannot stand in every fold
_BASELINE, _OURS = "TF-IDF (1–3 characters) + linear SVM", "this project"


@dataclass(frozen=True)
class Table:
    """The rows that are measured: texts and their labels, the same length."""

    texts: list[str]
    labels: NDArray[np.str_]
    left_out: int  # labels too rare to be cross-validated, or left out by --without


def read_table(path: Path, texts: Sequence[str], label: str, without: Sequence[str]) -> Table:
    """Return the rows of a file, each text once.

    Raises:
        KeyError: a field is missing.
    """
    with path.open(encoding="utf-8-sig") as file:
        if path.suffix == ".jsonl":
            rows = [json.loads(line) for line in file if line.strip()]
        else:
            rows = list(csv.DictReader(file))
    pairs = {"\n".join(str(row[field] or "") for field in texts): str(row[label]) for row in rows}
    counts = Counter(pairs.values())
    kept = {
        text: name
        for text, name in pairs.items()
        if text.strip() and name not in without and counts[name] >= _RAREST
    }
    return Table(list(kept), np.array(list(kept.values())), len(pairs) - len(kept))


def baseline_scores(texts: Sequence[str], labels: Sequence[str], held: Sequence[str]) -> Floats:
    """Return the baseline's decision values, float64, shape (n_held, n_labels in order)."""
    vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    machine = LinearSVC().fit(vectoriser.fit_transform(texts), labels)
    values = np.asarray(machine.decision_function(vectoriser.transform(held)))
    return values if values.ndim == 2 else np.stack([-values, values], axis=1)


@dataclass(frozen=True)
class Fold:
    """What each learner said of one held-out fold: macro-F1, accuracy, top-3."""

    baseline: tuple[float, float, float]
    ours: tuple[float, float, float]


def cross_validate(table: Table, weighed: Sequence[Weighed], repeats: int) -> list[Fold]:
    """Return both learners' figures on every fold of every repetition."""
    vectors = _readings(weighed)
    cleaned, found = [one.text for one in weighed], []
    for repeat in range(repeats):
        splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=repeat)
        for rows, held in splitter.split(cleaned, table.labels):
            gold, labels = table.labels[held], table.labels[rows]
            names = np.unique(labels)
            said = baseline_scores(_at(table.texts, rows), labels.tolist(), _at(table.texts, held))
            model = learn(_at(cleaned, rows), vectors[rows], labels.tolist())
            read = model.probabilities(_at(cleaned, held), vectors[held])
            ours = _figures(np.array(model.classes), read, gold)
            found.append(Fold(_figures(names, said, gold), ours))
        print(f"repetition {repeat + 1} of {repeats}", flush=True)
    return found


def _readings(weighed: Sequence[Weighed]) -> Floats:
    """Return what is learnt from beside the words: sentence vector and categories, a row each."""
    codes = sorted(weighed[0].categories)
    shares = np.array([[one.categories.get(code, 0.0) for code in codes] for one in weighed])
    vectors = [one.vector for one in weighed if one.vector is not None]
    # Square roots: rows of length one, as the vectors are.
    return np.hstack([*([np.stack(vectors)] if vectors else []), np.sqrt(shares)])


def _at(texts: Sequence[str], rows: NDArray[np.intp]) -> list[str]:
    return [texts[i] for i in rows]


def _figures(
    names: NDArray[np.str_], scores: Floats, gold: NDArray[np.str_]
) -> tuple[float, float, float]:
    order = names[np.argsort(-scores, axis=1)]
    first = order[:, 0]
    top3 = float((order[:, :3] == gold[:, None]).any(axis=1).mean())
    return (
        float(f1_score(gold, first, average="macro")),
        float(accuracy_score(gold, first)),
        top3,
    )


def interval(differences: Floats) -> tuple[float, float]:
    """Return the 95 % interval of a mean difference over repeated folds.

    Folds share training rows, so that their spread alone is too small; the variance is corrected
    by the ratio of held-out to training rows (Nadeau and Bengio, 2003).
    """
    n = len(differences)
    spread = np.sqrt(differences.var(ddof=1) * (1 / n + 1 / (FOLDS - 1)))
    half = float(stats.t.ppf(0.975, n - 1) * spread)
    return float(differences.mean()) - half, float(differences.mean()) + half


def untrained(weighed: Sequence[Weighed], labels: NDArray[np.str_], path: Path) -> float:
    """Return the accuracy of the shipped taxonomy through a mapping of its first level."""
    mapping: Mapping[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    categories = load_taxonomy().categories
    right = 0
    for one, label in zip(weighed, labels, strict=True):
        mass = defaultdict[str, float](float)
        for code, probability in one.categories.items():
            mass[mapping.get(categories[code].level1, "")] += probability
        right += max(mass, key=lambda name: mass[name]) == label
    return right / len(labels)


def _report(folds: Sequence[Fold]) -> None:
    names = ("macro-F1", "accuracy", "top-3")
    for column, name in enumerate(names):
        base = np.array([fold.baseline[column] for fold in folds])
        ours = np.array([fold.ours[column] for fold in folds])
        low, high = interval(ours - base)
        print(f"{name}: {_BASELINE} {base.mean():.3f}, {_OURS} {ours.mean():.3f}", end="")
        print(f", difference {(ours - base).mean():+.3f} (95 %: {low:+.3f} to {high:+.3f})")


def weighed_by(service: RoutingService, texts: Sequence[str]) -> list[Weighed]:
    """Return what the taxonomy alone says of each text."""
    service.warm_up()
    return [service.weigh(text) for text in texts]


def main() -> None:
    """Print the figures of one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--text", nargs="+", required=True, help="fields that make up the text")
    parser.add_argument("--label", required=True, help="field of the class or agency")
    parser.add_argument("--without", nargs="*", default=[], help="labels to leave out")
    parser.add_argument("--repeats", type=int, default=10, help="times five folds")
    parser.add_argument("--taxonomy", type=Path, help="YAML: first-level category → label")
    options = parser.parse_args()
    table = read_table(options.file, options.text, options.label, options.without)
    labels = len(set(table.labels.tolist()))
    print(f"{len(table.texts)} texts, {labels} labels, {table.left_out} left out")
    service = load_routing_service(load_settings(), SystemClock(), dense=True)
    weighed = weighed_by(service, table.texts)
    if options.taxonomy:
        share = untrained(weighed, table.labels, options.taxonomy)
        print(f"no training, through the taxonomy: accuracy {share:.3f}")
    _report(cross_validate(table, weighed, options.repeats))


if __name__ == "__main__":
    main()
