"""Fit how sure an alarm's lead is: ``python -m benchmarks.routing_alarms [--write]``.

An alarm of the safety screen names the rescue line as lead unless the text reads like any other
appeal. How sure that is depends on how much it reads like danger: fitted on the calibration
appeals that the screen alarms on, whose own body is right, against the shipped emergencies; five
folds, each read by what has not seen it. Prints figures alone; ``--write`` changes ``alarm`` in
the shipped weights.
"""

import argparse
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.routing_study import FOLDS, Floats
from foundation.settings import load_settings
from knowledge_base.loader import load_library
from retrieval.encoder.preparation import load_encoder
from routing.city_data import load_taxonomy
from routing.classification.kind_words import WordReading
from routing.classification.vectors import KeptVectors, LinearReading
from routing.classification.weights import SHIPPED_FILE, AlarmCalibration
from routing.extraction.pipeline import Extractor
from routing.proposals.judging import ORDINARY_DANGER
from routing.safety import find_danger


def unseen_danger() -> tuple[list[str], Floats, NDArray[np.bool_]]:
    """Return appeals and emergencies, the danger read out of fold, which are emergencies."""
    settings, taxonomy = load_settings(), load_taxonomy()
    extractor = Extractor(load_library().places, settings.data_dir)
    extractor.warm_up()
    texts = [*(a.text for a in taxonomy.appeals), *taxonomy.emergencies]
    is_danger = np.arange(len(texts)) >= len(taxonomy.appeals)
    generic = [extractor.extract(text).generic for text in texts]
    vectors = KeptVectors(load_encoder(settings), settings.data_dir / "cache").of(generic)
    danger = np.zeros(len(texts))
    fold = np.random.default_rng(7).permutation(len(texts)) % FOLDS
    for k in range(FOLDS):
        known, held = np.where(fold != k)[0], np.where(fold == k)[0]
        classes = is_danger[known].astype(np.intp)
        words = WordReading.fitted([texts[i] for i in known], classes, 2)
        linear = LinearReading.fitted(vectors[known], classes, 2)
        for i in held:
            danger[i] = linear.scores(vectors[i])[1] + words.scores(texts[i])[1]
    return texts, danger, is_danger


def fit(danger: Floats, right: NDArray[np.bool_]) -> AlarmCalibration:
    """Fit P(the rescue line leads) by the danger read."""
    model = LogisticRegression(C=100.0).fit(danger[:, None], right)
    return AlarmCalibration(
        slope=round(float(model.coef_[0, 0]), 4), intercept=round(float(model.intercept_[0]), 4)
    )


def main() -> None:
    """Fit, report, and write with ``--write``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    texts, danger, is_danger = unseen_danger()
    alarmed = np.array([find_danger(text) is not None for text in texts]) | is_danger
    danger, right = danger[alarmed], is_danger[alarmed]
    for limit in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5):
        print(
            f"below {limit}: {(danger[right] < limit).sum()} of {right.sum()} emergencies, "
            f"{(danger[~right] < limit).sum()} of {(~right).sum()} appeals"
        )
    named = danger >= ORDINARY_DANGER
    fitted = fit(danger[named], right[named])
    said = np.array([fitted.probability(float(one)) for one in danger[named]])
    print(f"{fitted}: emergencies {said[right[named]].mean():.3f}", end=", ")
    print(f"appeals {said[~right[named]].mean():.3f}, right {right[named].mean():.3f}")
    if options.write:
        write(fitted)


def write(fitted: AlarmCalibration) -> None:
    """Put the calibration into the shipped weights."""
    path = Path(SHIPPED_FILE)
    text = path.read_text(encoding="utf-8")
    weights = yaml.safe_load(text) | {"alarm": fitted.model_dump()}
    body = yaml.safe_dump(weights, allow_unicode=True, sort_keys=False)
    path.write_text(text.splitlines(keepends=True)[0] + body, encoding="utf-8")


if __name__ == "__main__":
    main()
