"""Fit the routing weights on the calibration appeals and report their quality by cross-validation.

    .venv/bin/python -m benchmarks.routing_quality [--write] [--lexical] [--misses]

Every figure is for blind appeals (written after the word lists, which were not changed since)
that neither the index nor the fit has seen, over five folds.
"""

import argparse
import re
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.optimize import minimize

from foundation.clock import SystemClock
from foundation.settings import load_settings
from knowledge_base.loader import load_library
from retrieval.encoder.preparation import load_encoder
from routing.city_data import load_taxonomy
from routing.classification.classifier import Classifier, combine, softmax
from routing.classification.kinds import FEATURES, KINDS, kind_probabilities
from routing.classification.weights import (
    SHIPPED_FILE,
    CategoryWeights,
    LeadCalibration,
    RoutingWeights,
)
from routing.deadlines.service import load_deadline_service
from routing.extraction.pipeline import Extractor
from routing.proposals.evidence import DutyQuotes
from routing.proposals.leads import OPEN, LeadChooser
from routing.proposals.service import RoutingService
from routing.proposals.territory import TerritoryMap
from routing.schemas import AppealKind
from routing.taxonomy import KIND_BY_LABEL

Floats = NDArray[np.float64]
FOLDS = 5
DENSE = ("nearest", "several", "lexical", "cue", "kind")
LEXICAL = ("lexical", "cue", "kind")
_EXTRA_SHARE = 0.2
_MOST_KIND = 6.0
_ASKS = re.compile(r"怎么|什么|多少|哪里|如何|建议|希望|请问|吗")
_QUESTIONS = (
    "怎么办理",
    "需要什么材料",
    "要多少钱",
    "在哪里办",
    "几天能办好",
    "的条件是什么",
    "可以网上办吗",
    "要本人去吗",
    "",
    "流程",
    "想咨询一下",
)
_BLANK = CategoryWeights(lexical=0.5, cue=1.0, nearest=20.0, several=20.0, kind=1.0)


def fit_choice(x: Floats, gold: NDArray[np.intp], l2: float = 3e-3) -> Floats:
    """Conditional logit: x is (n, classes, features); returns weights (features,)."""
    scale = x.std((0, 1)) + 1e-9
    scaled = (x - x.mean(1, keepdims=True)) / scale
    rows = np.arange(len(gold))

    def loss(w: Floats) -> tuple[float, Floats]:
        p = np.array([softmax(row) for row in scaled @ w])
        nll = -np.log(p[rows, gold] + 1e-300).mean() + l2 * w @ w
        slope = np.einsum("nc,ncf->f", p, scaled) / len(gold) - scaled[rows, gold].mean(0)
        return float(nll), slope + 2 * l2 * w

    return minimize(loss, np.zeros(x.shape[2]), jac=True, method="L-BFGS-B").x / scale


def fit_kinds(x: Floats, gold: NDArray[np.intp], share: Floats, l2: float = 4e-3) -> Floats:
    """Multinomial logit: x is (n, features), share the weight of each row; (kinds, features)."""
    share = share / share.sum()
    shape = (len(KINDS), x.shape[1])
    rows = np.arange(len(gold))

    def loss(flat: Floats) -> tuple[float, Floats]:
        w = flat.reshape(shape)
        p = np.array([softmax(row) for row in x @ w.T])
        nll = -(share * np.log(p[rows, gold] + 1e-300)).sum() + l2 * (w * w).sum()
        error = p.copy()
        error[rows, gold] -= 1
        return float(nll), ((error * share[:, None]).T @ x + 2 * l2 * w).ravel()

    return minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B").x.reshape(shape)


def fit_platt(raw: Floats, right: Floats) -> LeadCalibration:
    """Fit P(right) = sigmoid(slope · logit(raw) + intercept)."""
    clipped = np.clip(raw, 1e-6, 1 - 1e-6)
    odds = np.log(clipped / (1 - clipped))

    def loss(w: Floats) -> float:
        p = np.clip(1 / (1 + np.exp(-(w[0] * odds + w[1]))), 1e-9, 1 - 1e-9)
        nll = -(right * np.log(p) + (1 - right) * np.log(1 - p)).mean()
        return float(nll + 0.01 * (w[0] - 1) ** 2 + 0.01 * w[1] ** 2)

    slope, intercept = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return LeadCalibration(slope=round(float(slope), 4), intercept=round(float(intercept), 4))


class Study:
    """All evidence for all calibration texts, computed once."""

    def __init__(self, *, dense: bool) -> None:
        settings = load_settings()
        self.taxonomy, self.library = load_taxonomy(), load_library()
        self.encoder = load_encoder(settings) if dense else None
        self.names = DENSE if dense else LEXICAL
        fingerprint = "" if self.encoder is None else self.encoder.fingerprint
        blank = RoutingWeights(
            encoder=fingerprint,
            measured={},
            dense=_BLANK,
            lexical_only=_BLANK,
            lead=LeadCalibration(slope=1, intercept=0),
            lead_lexical_only=LeadCalibration(slope=1, intercept=0),
            kinds={},
        )
        extractor = Extractor(self.library.places, settings.data_dir)
        extractor.warm_up()
        cache = settings.data_dir / "cache"
        known = [a for a in self.taxonomy.appeals if not a.blind]
        self.classifier = Classifier(self.taxonomy, blank, self.encoder, cache, appeals=known)
        self.classifier.warm_up({a.text: extractor.extract(a.text).generic for a in known})
        # Blind appeals first; the others only join the fit of the kinds.
        self.appeals = tuple(sorted(self.taxonomy.appeals, key=lambda a: not a.blind))
        self.blind = sum(a.blind for a in self.appeals)
        texts = [*(a.text for a in self.appeals), *self.taxonomy.non_appeals]
        self.counted = len(texts)  # the rest only teaches what a short appeal or question is
        extra, extra_kinds = self._short_texts()
        texts += extra
        self.read = [extractor.extract(text) for text in texts]
        self.evidence = [self.classifier.evidence(e) for e in self.read]
        self.categories = np.array([self.taxonomy.codes.index(a.category) for a in self.appeals])
        labels = [KIND_BY_LABEL[a.kind] for a in self.appeals]
        labels += [AppealKind.INQUIRY] * len(self.taxonomy.non_appeals)
        self.kinds = np.array([KINDS.index(kind) for kind in labels + extra_kinds])
        self.share = np.array([1.0] * self.counted + [_EXTRA_SHARE] * len(extra))
        quotes = DutyQuotes(self.taxonomy, self.library.departments)
        territory = TerritoryMap(self.library.departments, self.library.places)
        self.chooser = LeadChooser(self.taxonomy, territory, quotes)

    def _short_texts(self) -> tuple[list[str], list[AppealKind]]:
        texts, kinds = [], []
        for code, phrases in self.taxonomy.phrases.items():
            for phrase in phrases[::5]:  # two per category: more would drown the talk
                if not _ASKS.search(phrase) and not code.startswith("C1402"):
                    texts.append(phrase)
                    kinds.append(self.taxonomy.usual_kind(code))
        for i, matter in enumerate(self.library.index.values()):
            texts.append(matter.title + _QUESTIONS[i % len(_QUESTIONS)])
            kinds.append(AppealKind.INQUIRY)
        return texts, kinds

    def features(self, kinds: list[dict[AppealKind, float]]) -> Floats:
        """Return (n_appeals, n_categories, n_features)."""
        rows = []
        for e, k in zip(self.evidence, kinds, strict=False):
            favoured = self.classifier.favoured(k)
            every = {
                "nearest": e.nearest,
                "several": e.several,
                "lexical": e.lexical,
                "cue": e.cue,
                "kind": favoured,
            }
            rows.append(np.stack([every[name] for name in self.names], -1))
        return np.array(rows[: len(self.appeals)])

    def kind_matrix(self, base: CategoryWeights) -> Floats:
        """Return (n_texts, n_kind_features) given a first fit of the categories."""
        pairs = zip(self.read, self.evidence, strict=True)
        return np.array(
            [self.classifier.kind_evidence(e, softmax(combine(v, base))) for e, v in pairs]
        )


def as_weights(names: Iterable[str], values: Floats) -> CategoryWeights:
    """Return the fitted values by name; few appeals speak for ``kind``, so it is capped."""
    fitted = {n: round(float(v), 4) for n, v in zip(names, values, strict=True)}
    if "kind" in fitted:
        fitted["kind"] = min(fitted["kind"], _MOST_KIND)
    return CategoryWeights(**fitted)


def fit_all(study: Study, rows: Floats, texts: Floats) -> tuple[CategoryWeights, Floats]:
    """Fit categories and kinds on the given appeals (rows) and texts (boolean masks)."""
    silent = [dict.fromkeys(KINDS, 0.0)] * len(study.read)
    x = study.features(silent)[rows][:, :, :-1]
    gold = study.categories[rows]
    base = as_weights(study.names[:-1], fit_choice(x, gold))
    matrix = study.kind_matrix(base)
    kinds = fit_kinds(matrix[texts], study.kinds[texts], study.share[texts])
    said = [dict(zip(KINDS, softmax(kinds @ row), strict=True)) for row in matrix]
    full = as_weights(study.names, fit_choice(study.features(said)[rows], gold))
    return full, kinds


def predict(study: Study, weights: CategoryWeights, kinds: Floats) -> tuple[Floats, Floats]:
    """Return P(category) for the appeals and P(kind) for all texts."""
    base = [softmax(combine(v, weights)) for v in study.evidence]
    matrix = np.array(
        [study.classifier.kind_evidence(e, b) for e, b in zip(study.read, base, strict=True)]
    )
    said = [
        kind_probabilities(e.text, row, kinds) for e, row in zip(study.read, matrix, strict=True)
    ]
    p_kind = np.array([list(row.values()) for row in said])
    values = np.array([getattr(weights, name) for name in study.names])
    x = study.features(said) @ values
    return np.array([softmax(row) for row in x]), p_kind


def leads(study: Study, p: Floats) -> list[list[tuple[str, float]]]:
    """Return the ranked bodies of each appeal."""
    found = []
    for row, e in zip(p, study.read, strict=False):
        order = np.argsort(-row)[:12]
        ranked = [(study.taxonomy.codes[i], float(row[i])) for i in order]
        scores = study.chooser.rank(e.text, ranked, e.place.district)
        found.append([(s.code, s.probability) for s in scores])
    return found


def cross_validate(study: Study) -> tuple[Floats, Floats]:
    """Return out-of-fold P(category) and P(kind)."""
    random = np.random.default_rng(7)
    n, m = len(study.appeals), study.counted
    fold = random.permutation(m) % FOLDS
    p_category = np.zeros((n, len(study.taxonomy.codes)))
    p_kind = np.zeros((m, len(KINDS)))
    for k in range(FOLDS):
        extra = np.ones(len(study.read) - m, bool)
        rows = (fold[:n] != k) & (np.arange(n) < study.blind)
        weights, kinds = fit_all(study, rows, np.concatenate((fold != k, extra)))
        categories, kind = predict(study, weights, kinds)
        p_category[fold[:n] == k] = categories[fold[:n] == k]
        p_kind[fold == k] = kind[:m][fold == k]
    return p_category, p_kind


def report(study: Study, p_category: Floats, p_kind: Floats, misses: bool) -> dict[str, str]:
    """Print and return the figures."""
    n, codes = study.blind, study.taxonomy.codes
    p_category = p_category[:n]
    order = np.argsort(-p_category, axis=1)
    rank = np.array([list(order[i]).index(study.categories[i]) for i in range(n)])
    first = np.mean([codes[order[i, 0]][:3] == study.appeals[i].category[:3] for i in range(n)])
    ranked = leads(study, p_category)
    gold = [a.lead or OPEN for a in study.appeals[:n]]
    place = np.array(
        [
            [c for c, _ in r].index(g) if g in [c for c, _ in r] else 99
            for r, g in zip(ranked, gold, strict=True)
        ]
    )
    top = np.array([r[0][1] for r in ranked])
    sure = np.argsort(-top)[: int(0.8 * n)]
    hit_kind = p_kind.argmax(1) == study.kinds[: study.counted]
    is_appeal = np.arange(study.counted) < len(study.appeals)
    p_appeal = 1 - p_kind[:, KINDS.index(AppealKind.INQUIRY)]
    platt = fit_platt(top, (place == 0).astype(float))
    calibrated = np.array([platt.probability(t) for t in top])
    figures = {
        "appeals": f"{n} blind of {len(study.appeals)}, "
        f"non-appeals {study.counted - len(study.appeals)}, {FOLDS} folds",
        "lead": f"top-1 {np.mean(place == 0):.3f}, top-3 {np.mean(place < 3):.3f}, "
        f"of the surest 80 % {np.mean(place[sure] == 0):.3f}",
        "lead_confidence": f"mean {calibrated.mean():.3f} against {np.mean(place == 0):.3f} right",
        "category": f"top-1 {np.mean(rank == 0):.3f}, top-3 {np.mean(rank < 3):.3f}, "
        f"first level {first:.3f}",
        "kind": f"{hit_kind[:n].mean():.3f} of appeals",
        "appeal": f"{np.mean((p_appeal >= 0.5) == is_appeal):.3f} told from non-appeals",
    }
    for name, said in figures.items():
        print(f"{name}: {said}")
    if misses:
        for i in np.where(place != 0)[0]:
            guess = study.taxonomy.categories[codes[order[i, 0]]].level3
            right = study.taxonomy.categories[study.appeals[i].category].level3
            print(
                "LEAD",
                gold[i],
                ranked[i][:3],
                guess,
                "≠" if rank[i] else "=",
                right,
                study.read[i].text,
            )
        for i in np.where(~hit_kind)[0][:40]:
            print(
                "KIND",
                KINDS[study.kinds[i]].label,
                "→",
                KINDS[p_kind[i].argmax()].label,
                study.read[i].text,
            )
    return figures


def main() -> None:
    """Fit, report, and write with ``--write``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--lexical", action="store_true", help="report words only")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    results = {}
    for dense in (False,) if options.lexical else (True, False):
        print("== dense" if dense else "== lexical only")
        study = Study(dense=dense)
        p_category, p_kind = cross_validate(study)
        figures = report(study, p_category, p_kind, options.misses and dense)
        ranked = leads(study, p_category[: study.blind])
        right = np.array(
            [
                float(r[0][0] == (a.lead or OPEN))
                for r, a in zip(ranked, study.appeals, strict=False)
            ]
        )
        platt = fit_platt(np.array([r[0][1] for r in ranked]), right)
        every = np.arange(len(study.appeals)) < study.blind, np.ones(len(study.read), bool)
        weights, kinds = fit_all(study, *every)
        results[dense] = figures, weights, kinds, platt, study
    if options.write and not options.lexical:
        write(results)
        latency(results[True][4])


def write(results: dict[bool, tuple]) -> None:
    """Write the weights with what was measured."""
    figures, dense, kinds, platt, study = results[True]
    _, lexical, _, lexical_platt, _ = results[False]
    data = {
        "encoder": study.encoder.fingerprint,
        "measured": {**figures, **{f"words_only_{k}": v for k, v in results[False][0].items()}},
        "dense": dense.model_dump(),
        "lexical_only": lexical.model_dump(),
        "lead": platt.model_dump(),
        "lead_lexical_only": lexical_platt.model_dump(),
        "kinds": {
            kind.value: {f: round(float(w), 4) for f, w in zip(FEATURES, row, strict=True)}
            for kind, row in zip(KINDS, kinds, strict=True)
        },
    }
    RoutingWeights.model_validate(data)
    text = "# 由 benchmarks/routing_quality.py --write 拟合；measured 为五折交叉检验的结果。\n"
    body = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    Path(SHIPPED_FILE).write_text(text + body, encoding="utf-8")


def latency(study: Study) -> None:
    """Print how long a proposal takes."""
    settings = load_settings()
    clock = SystemClock()
    service = RoutingService(
        study.library,
        study.taxonomy,
        settings,
        study.encoder,
        load_deadline_service(settings, clock),
        clock,
    )
    service.warm_up()
    times = []
    for appeal in study.appeals[:200]:
        begun = time.perf_counter()
        service.propose(appeal.text + "。")
        times.append(1000 * (time.perf_counter() - begun))
    p50, p95 = np.percentile(times, [50, 95])
    print(f"propose: p50 {p50:.1f} ms, p95 {p95:.1f} ms")


if __name__ == "__main__":
    main()
