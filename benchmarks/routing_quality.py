"""Fit the routing weights on the calibration appeals and report their quality by cross-validation.

    .venv/bin/python -m benchmarks.routing_quality [--write] [--lexical] [--misses]

Every figure is for appeals written after the cues and phrases (``blind``), five-fold: the examples,
the readings of the wording and the weights of each fold have seen nothing of it.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from benchmarks.routing_fitting import (
    fit_bodies,
    fit_choice,
    fit_kinds,
    print_latency,
)
from benchmarks.routing_study import Floats, Study
from routing.classification.classifier import (
    combine,
    kind_probabilities,
)
from routing.classification.fitting import fit_calibration
from routing.classification.kinds import FEATURES, KINDS, KindEvidence
from routing.classification.unseen_leads import UNSEEN_LEADS_FILE, appeal_digest
from routing.classification.weights import (
    SHIPPED_FILE,
    BodyWeights,
    CategoryWeights,
    KindWeights,
    LeadCalibration,
    RoutingWeights,
    load_weights,
)
from routing.extraction.pipeline import Extraction
from routing.proposals.body_reading import BodyOdds
from routing.proposals.leads import OPEN, LeadChooser
from routing.proposals.territory import TerritoryMap
from routing.schemas import AppealKind
from routing.taxonomy import LabelledAppeal

_CONSIDERED = 12
_SURE = 0.8
_SAID = 0.005  # probability below which a body is not worth a line


@dataclass(frozen=True)
class Fitted:
    """The weights of one fit."""

    categories: CategoryWeights
    kinds: KindWeights


def fit_all(study: Study, rows: NDArray[np.bool_], texts: NDArray[np.bool_]) -> Fitted:
    """Fit categories on the appeals of ``rows`` and kinds on ``texts`` (boolean masks)."""
    topical = rows & study.topic[study.categories]
    x = study.features()[topical][:, study.topic]
    gold = (np.cumsum(study.topic) - 1)[study.categories[topical]]
    values = fit_choice(x, gold)
    weights = {n: round(float(v), 4) for n, v in zip(study.names, values, strict=True)}
    categories = CategoryWeights(**weights)
    own, shared = fit_kinds(
        study.kind_matrix(categories)[texts],
        study.channels()[texts],
        study.kinds[texts],
        study.share[texts],
    )
    kinds = KindWeights(
        words=round(float(shared[0]), 4),
        vectors=round(float(shared[1]), 4) if study.dense else 0.0,
        named=round(float(shared[2]), 4),
        features={
            kind.value: {f: round(float(w), 4) for f, w in zip(FEATURES, row, strict=True)}
            for kind, row in zip(KINDS, own, strict=True)
        },
    )
    return Fitted(categories, kinds)


def predict(study: Study, fitted: Fitted) -> tuple[Floats, Floats, Floats]:
    """Return P(category) and its weights for bodies for the appeals, P(kind) for all texts."""
    matrix = study.kind_matrix(fitted.categories)
    p_kind, p_category, p_bodies = [], [], []
    for i, (evidence, words) in enumerate(zip(study.evidence, study.words, strict=True)):
        told = KindEvidence(matrix[i], words.words, words.vectors, words.named)
        kinds = kind_probabilities(told, fitted.kinds)
        p_kind.append(kinds)
        if i < len(study.appeals):
            named = dict(zip(KINDS, kinds.tolist(), strict=True))
            logits = combine(evidence, fitted.categories)
            mixed = study.folds[0].mixed(logits, named)
            p_category.append(mixed)
            p_bodies.append(study.folds[0].weighed_for_bodies(mixed, logits))
    return np.array(p_category), np.array(p_bodies), np.array(p_kind)


def claims_of(study: Study, p_bodies: Floats) -> Floats:
    """Return what the categories claim for each body, (n_appeals, n_bodies)."""
    numbers = {body: number for number, body in enumerate(study.bodies)}
    claims = np.zeros((len(study.appeals), len(numbers)))
    for i, row in enumerate(p_bodies):
        for body, claimed in study.chooser.claimed(study.read[i].text, ranked(study, row)).items():
            claims[i, numbers[body]] = claimed
    return claims


def fit_leads(study: Study, p_bodies: Floats, rows: NDArray[np.bool_]) -> BodyWeights:
    """Fit how much each evidence weighs for a body on the appeals of ``rows``."""
    gold = np.array([study.bodies.index(body) for body in study.behind])
    scores = np.array(study.body_scores)
    return fit_bodies(scores[rows], claims_of(study, p_bodies)[rows], gold[rows])


def ranked(study: Study, p: Floats) -> list[tuple[str, float]]:
    """Return the categories that are considered, most probable first."""
    return [(study.taxonomy.codes[i], float(p[i])) for i in np.argsort(-p)[:_CONSIDERED]]


def leads(
    study: Study, p: Floats, p_kind: Floats, weights: Sequence[BodyWeights]
) -> list[list[tuple[str, float]]]:
    """Return the ranked bodies of each appeal."""
    found = []
    for i, (row, kinds, w) in enumerate(zip(p, p_kind, weights, strict=False)):
        e, scores = study.read[i], study.body_scores[i]
        kind = KINDS[int(kinds.argmax())]
        anywhere = kind in {AppealKind.INQUIRY, AppealKind.SUGGESTION}
        said = scores @ np.array([w.linear, w.likelihood])
        odds = BodyOdds(dict(zip(study.bodies, said.tolist(), strict=True)), w.claimed)
        found.append(
            [
                (s.code, s.probability)
                for s in study.chooser.rank(
                    e.text, ranked(study, row), e.place.district, anywhere=anywhere, odds=odds
                )
            ]
        )
    return found


def cross_validate(study: Study) -> tuple[Floats, Floats, Floats, list[BodyWeights]]:
    """Return out-of-fold P(category), its weights for bodies, P(kind), and how bodies weigh."""
    n, m, fold = len(study.appeals), study.counted, study.fold
    p_category = np.zeros((n, len(study.taxonomy.codes)))
    p_bodies = np.zeros_like(p_category)
    p_kind = np.zeros((m, len(KINDS)))
    by_fold = []
    extra = np.ones(len(study.read) - m, bool)
    for k in range(study.fold_count):
        rows = (fold[:n] != k) & (np.arange(n) < study.blind)
        fitted = fit_all(study, rows, np.concatenate((fold != k, extra)))
        categories, bodies, kind = predict(study, fitted)
        p_category[fold[:n] == k] = categories[fold[:n] == k]
        p_bodies[fold[:n] == k] = bodies[fold[:n] == k]
        p_kind[fold == k] = kind[:m][fold == k]
        by_fold.append(fit_leads(study, bodies, rows))
    return p_category, p_bodies, p_kind, [by_fold[k] for k in fold[:n]]


def rank_of_lead(
    study: Study, appeal: LabelledAppeal, read: Extraction, ranked: Sequence[tuple[str, float]]
) -> int:
    """Return at which place an acceptable body stands, 99 where none does."""
    return rank_of_lead_of(study.chooser, study.territory, appeal, read, ranked)


def rank_of_lead_of(
    chooser: LeadChooser,
    territory: TerritoryMap,
    appeal: LabelledAppeal,
    read: Extraction,
    ranked: Sequence[tuple[str, float]],
) -> int:
    """Return the same without a study.

    To ask where is right where no place is said and the body's reach ends somewhere.
    """
    accepted = {appeal.lead or OPEN, *appeal.also}
    if read.place.district is None and any(
        chooser.resolve(body, None) is None or territory.is_district(body)
        for body in accepted - {OPEN}
    ):
        accepted.add(OPEN)
    return next((i for i, (code, _) in enumerate(ranked) if code in accepted), 99)


def report(
    study: Study,
    p_category: Floats,
    p_kind: Floats,
    ranking: Sequence[list[tuple[str, float]]],
    misses: bool,
) -> dict[str, str]:
    """Print and return the figures."""
    n, codes = study.blind, study.taxonomy.codes
    p_category = p_category[:n]
    order = np.argsort(-p_category, axis=1)
    rank = np.array([list(order[i]).index(study.categories[i]) for i in range(n)])
    first = np.mean([codes[order[i, 0]][:3] == study.appeals[i].category[:3] for i in range(n)])
    ranking = ranking[:n]
    place = np.array(
        [
            rank_of_lead(study, a, e, r)
            for a, e, r in zip(study.appeals[:n], study.read, ranking, strict=False)
        ]
    )
    top = np.array([r[0][1] for r in ranking])
    sure = np.argsort(-top)[: int(_SURE * n)]
    hit_kind = p_kind.argmax(1) == study.kinds[: study.counted]
    is_appeal = study.kinds[: study.counted] != KINDS.index(AppealKind.INQUIRY)
    p_appeal = 1 - p_kind[:, KINDS.index(AppealKind.INQUIRY)]
    platt = fit_calibration(top, (place == 0).astype(float))
    calibrated = np.array([platt.probability(t) for t in top])
    figures = {
        "appeals": f"{n} blind of {len(study.appeals)}, "
        f"non-appeals {study.counted - len(study.appeals)}, {study.fold_count} folds",
        "lead": f"top-1 {np.mean(place == 0):.3f}, top-3 {np.mean(place < 3):.3f}, "
        f"of the surest 80 % {np.mean(place[sure] == 0):.3f}",
        "lead_confidence": f"mean {calibrated.mean():.3f} against {np.mean(place == 0):.3f} right",
        "category": f"top-1 {np.mean(rank == 0):.3f}, top-3 {np.mean(rank < 3):.3f}, "
        f"first level {first:.3f}",
        "kind": f"{hit_kind[:n].mean():.3f} of appeals",
        "appeal": f"{np.mean((p_appeal >= 0.5) == is_appeal):.3f} told from what only asks",
    }
    for name, said in figures.items():
        print(f"{name}: {said}")
    if misses:
        _print_misses(study, ranking, place, order, p_kind)
    return figures


def _print_misses(
    study: Study,
    ranking: Sequence[list[tuple[str, float]]],
    place: NDArray[np.intp],
    order: NDArray[np.intp],
    p_kind: Floats,
) -> None:
    codes = study.taxonomy.codes
    for i in np.where(place != 0)[0]:
        appeal = study.appeals[i]
        said = [(code, round(p, 2)) for code, p in ranking[i][:3]]
        print("LEAD", appeal.lead, said, codes[order[i, 0]], appeal.category, appeal.text)
    for i in range(study.blind):
        if p_kind[i].argmax() != study.kinds[i]:
            told, said = KINDS[study.kinds[i]].label, KINDS[p_kind[i].argmax()].label
            print("KIND", told, "→", said, study.appeals[i].text)


@dataclass(frozen=True)
class Result:
    """What one way of reading, with encoder or by words only, came to."""

    figures: dict[str, str]
    fitted: Fitted
    bodies: BodyWeights
    lead: LeadCalibration
    every: list[list[tuple[str, float]]]  # the ranked bodies of each appeal, unseen


def measure(study: Study, *, misses: bool, plain: bool) -> Result:
    """Report by cross-validation, then fit on all."""
    p_category, p_bodies, p_kind, body_weights = cross_validate(study)
    every = leads(study, p_bodies, p_kind, body_weights)
    figures = report(study, p_category, p_kind, every, misses)
    if plain:
        print("-- without the reading of bodies")
        claims_alone = [BodyWeights()] * len(study.appeals)
        report(study, p_category, p_kind, leads(study, p_bodies, p_kind, claims_alone), False)
    blind = every[: study.blind]
    right = np.array(
        [
            float(rank_of_lead(study, a, e, r) == 0)
            for a, e, r in zip(study.appeals, study.read, blind, strict=False)
        ]
    )
    calibration = fit_calibration(np.array([r[0][1] for r in blind]), right)
    rows = np.arange(len(study.appeals)) < study.blind
    fitted = fit_all(study, rows, np.ones(len(study.read), bool))
    bodies = fit_leads(study, predict(study, fitted)[1], rows)
    return Result(figures, fitted, bodies, calibration, every)


def main() -> None:
    """Fit, report, and write with ``--write``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--lexical", action="store_true", help="report words only")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--plain", action="store_true", help="also without the reading of bodies")
    options = parser.parse_args()
    results: dict[bool, Result] = {}
    for dense in (False,) if options.lexical else (False, True):
        print("== dense" if dense else "== lexical only")
        study = Study(dense=dense)
        misses = options.misses and dense
        results[dense] = measure(study, misses=misses, plain=options.plain)
    if options.write and not options.lexical:
        assert study.encoder is not None
        write(results, study.encoder.fingerprint)
        write_leads(study, results)
        print_latency(study.library, study.encoder, [a.text for a in study.appeals[:200]])


def write(results: dict[bool, Result], fingerprint: str) -> None:
    """Write the weights with what was measured; ``fingerprint`` is the encoder's."""
    dense, lexical = results[True], results[False]
    words_only = {f"words_only_{name}": said for name, said in lexical.figures.items()}
    weights = RoutingWeights(
        encoder=fingerprint,
        measured={**dense.figures, **words_only},
        dense=dense.fitted.categories,
        lexical_only=lexical.fitted.categories,
        bodies=dense.bodies,
        bodies_lexical_only=lexical.bodies,
        lead=dense.lead,
        lead_lexical_only=lexical.lead,
        alarm=load_weights().alarm,  # benchmarks/routing_alarms.py
        kinds=dense.fitted.kinds,
        kinds_lexical_only=lexical.fitted.kinds,
    )
    text = "# 由 benchmarks/routing_quality.py --write 拟合；measured 为五折交叉检验的结果。\n"
    body = yaml.safe_dump(weights.model_dump(), allow_unicode=True, sort_keys=False)
    Path(SHIPPED_FILE).write_text(text + body, encoding="utf-8")


def write_leads(study: Study, results: dict[bool, Result]) -> None:
    """Write what a fold that has not seen an appeal says of its lead."""
    kept = {
        "dense" if dense else "words": {
            appeal_digest(appeal.text): {code: round(p, 4) for code, p in said if p >= _SAID}
            for appeal, said in zip(study.appeals, result.every, strict=True)
        }
        for dense, result in results.items()
    }
    text = json.dumps(kept, ensure_ascii=False, indent=0, sort_keys=True)
    UNSEEN_LEADS_FILE.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
