"""Fit the send-back risk and show how well it keeps: ``python -m benchmarks.send_back_risk``.

A lead that is wrong stands for a ticket that is sent back: no send-backs of a city are public. The
appeals are those of ``calibration_appeals.yml`` marked ``blind``; what the model says of each comes
from the fold that has not seen it (``routing/city/unseen_leads.json``), the risk of each from a fit
on the other four fifths. ``--write`` fits on all of them and writes the weights.
"""

import argparse
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.routing_quality import rank_of_lead_of
from foundation.settings import load_settings
from knowledge_base.loader import load_library
from routing.city_data import load_taxonomy
from routing.classification.unseen_leads import appeal_digest, load_unseen_leads
from routing.classification.weights import load_weights
from routing.extraction.pipeline import Extractor
from routing.proposals.evidence import DutyQuotes
from routing.proposals.leads import LeadChooser, LeadScore
from routing.proposals.send_back_risk import SHIPPED_FILE, RiskWeights, risk_features
from routing.proposals.territory import TerritoryMap

Floats = NDArray[np.float64]
FOLDS = 5
_BANDS = (0.0, 0.03, 0.06, 0.12, 0.25, 0.5, 1.0)


@dataclass(frozen=True)
class Cases:
    """float64, shape (n_appeals, 3) and (n_appeals,)."""

    features: Floats
    wrong: Floats


def read_cases(way: str) -> Cases:
    """Return the appeals as the model read them unseen, ``dense`` or by ``words``."""
    taxonomy, library, weights = load_taxonomy(), load_library(), load_weights()
    unseen = load_unseen_leads()[way]
    quotes = DutyQuotes(taxonomy, library.departments)
    territory = TerritoryMap(library.departments, library.places)
    chooser = LeadChooser(taxonomy, territory, quotes)
    extractor = Extractor(library.places, load_settings().data_dir)
    extractor.warm_up()
    calibration = weights.lead if way == "dense" else weights.lead_lexical_only
    features, wrong = [], []
    for appeal in (one for one in taxonomy.appeals if one.blind):
        said = unseen.get(appeal_digest(appeal.text))
        if not said:
            continue
        read = extractor.extract(appeal.text)
        ranked = [LeadScore(code, probability) for code, probability in said.items()]
        confidence = calibration.probability(ranked[0].probability)
        features.append(risk_features(ranked, confidence, read.text, quotes))
        place = rank_of_lead_of(chooser, territory, appeal, read, list(said.items()))
        wrong.append(float(place != 0))
    return Cases(np.array(features), np.array(wrong))


def fitted(features: Floats, wrong: Floats) -> LogisticRegression:
    """Return the fit: hardly regularised, three features, none of which lowers the risk."""
    model = LogisticRegression(C=10.0).fit(features, wrong)
    lowering = model.coef_[0] < 0  # each is a reason for doubt: below nought is chance
    if lowering.any():
        model = LogisticRegression(C=10.0).fit(np.where(lowering, 0.0, features), wrong)
    return model


def unseen_risks(cases: Cases) -> Floats:
    """Return the risk of each appeal by a fit that has not seen it."""
    fold = np.random.default_rng(7).permutation(len(cases.wrong)) % FOLDS
    risks = np.zeros(len(cases.wrong))
    for k in range(FOLDS):
        model = fitted(cases.features[fold != k], cases.wrong[fold != k])
        risks[fold == k] = model.predict_proba(cases.features[fold == k])[:, 1]
    return risks


def report(way: str, risks: Floats, cases: Cases) -> dict[str, str]:
    """Print and return the figures."""
    wrong = cases.wrong
    brier, base = np.mean((risks - wrong) ** 2), np.mean((wrong.mean() - wrong) ** 2)
    print(f"== {way}: {len(wrong)} appeals, {wrong.mean():.3f} wrong, told {risks.mean():.3f}")
    print(f"AUC {roc_auc_score(wrong, risks):.3f}, Brier {brier:.4f} (always the mean: {base:.4f})")
    gaps = []
    for low, high in pairwise(_BANDS):
        within = (risks >= low) & (risks < high)
        if within.any():
            told, true = risks[within].mean(), wrong[within].mean()
            gaps.append(within.sum() * abs(told - true))
            print(f"  {low:.2f}–{high:.2f}: {within.sum():4d} told {told:.3f} wrong {true:.3f}")
    error = sum(gaps) / len(wrong)
    print(f"expected calibration error {error:.3f}")
    return {
        "appeals": f"{len(wrong)}, {FOLDS} folds",
        "wrong": f"{wrong.mean():.3f}, told {risks.mean():.3f}",
        "auc": f"{roc_auc_score(wrong, risks):.3f}",
        "brier": f"{brier:.4f}, always the mean {base:.4f}",
        "calibration_error": f"{error:.3f}",
    }


def main() -> None:
    """Print the figures; write the weights with ``--write``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    dense, words = read_cases("dense"), read_cases("words")
    measured = report("dense", unseen_risks(dense), dense)
    model = fitted(dense.features, dense.wrong)
    report("words, by the weights of dense", model.predict_proba(words.features)[:, 1], words)
    names = ("doubt", "entropy", "second_speaks")
    weights = dict(zip(names, (round(float(w), 4) for w in model.coef_[0]), strict=True))
    print(weights, round(float(model.intercept_[0]), 4))
    if options.write:
        risk = RiskWeights(
            measured=measured,
            intercept=round(float(model.intercept_[0]), 4),
            mean=round(float(dense.wrong.mean()), 4),
            **weights,
        )
        head = "# 由 benchmarks/send_back_risk.py --write 拟合；主办判错视同退单。\n"
        body = yaml.safe_dump(risk.model_dump(), allow_unicode=True, sort_keys=False)
        Path(SHIPPED_FILE).write_text(head + body, encoding="utf-8")


if __name__ == "__main__":
    main()
