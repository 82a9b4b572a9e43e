"""Fit the routing weights on the calibration appeals and report their quality by cross-validation.

    .venv/bin/python -m benchmarks.routing_quality [--write] [--lexical] [--misses]

Every figure is for appeals written after the cues and phrases (``blind``), five-fold: the examples,
the readings of the wording and the weights of each fold have seen nothing of it.
"""

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from benchmarks.routing_fitting import (
    BLANK,
    QUESTIONS,
    RememberingEncoder,
    fit_choice,
    fit_kinds,
    print_latency,
)
from foundation.settings import load_settings
from knowledge_base.loader import load_library
from retrieval.encoder.preparation import load_encoder
from routing.city_data import load_taxonomy
from routing.classification.classifier import (
    Classifier,
    Evidence,
    combine,
    kind_probabilities,
    softmax,
)
from routing.classification.fitting import fit_calibration
from routing.classification.kinds import FEATURES, KINDS, KindEvidence
from routing.classification.unseen_leads import UNSEEN_LEADS_FILE, appeal_digest
from routing.classification.weights import (
    SHIPPED_FILE,
    CategoryWeights,
    KindWeights,
    LeadCalibration,
    RoutingWeights,
)
from routing.extraction.pipeline import Extraction, Extractor
from routing.proposals.evidence import DutyQuotes
from routing.proposals.leads import OPEN, LeadChooser
from routing.proposals.territory import TerritoryMap
from routing.schemas import AppealKind
from routing.taxonomy import KIND_BY_LABEL, LabelledAppeal

Floats = NDArray[np.float64]
FOLDS = 5
DENSE = ("near", "linear", "lexical", "likelihood", "cue")
LEXICAL = ("lexical", "likelihood", "cue")
_EXTRA_SHARE = 0.2
_CONSIDERED = 12
_SURE = 0.8
_SAID = 0.005  # probability below which a body is not worth a line
_ASKS = re.compile(r"怎么|什么|多少|哪里|如何|建议|希望|请问|吗")


class Study:
    """All evidence for all calibration texts, computed once per fold."""

    def __init__(self, *, dense: bool) -> None:
        settings = load_settings()
        self.dense = dense
        self.taxonomy, self.library = load_taxonomy(), load_library()
        self.encoder = load_encoder(settings) if dense else None
        self.names = DENSE if dense else LEXICAL
        self._cache = settings.data_dir / "cache" / "study"
        extractor = Extractor(self.library.places, settings.data_dir)
        extractor.warm_up()
        # Blind appeals first: the others only serve as examples.
        self.appeals = tuple(sorted(self.taxonomy.appeals, key=lambda a: not a.blind))
        self.blind = sum(a.blind for a in self.appeals)
        texts = [*(a.text for a in self.appeals), *self.taxonomy.non_appeals]
        self.counted = len(texts)  # the rest only teaches what a short appeal or question is
        extra, extra_kinds = self._short_texts()
        texts += extra
        self.read = [extractor.extract(text) for text in texts]
        self.generic = {e.text: e.generic for e in self.read[: len(self.appeals)]}
        self.categories = np.array([self.taxonomy.codes.index(a.category) for a in self.appeals])
        labels = [KIND_BY_LABEL[a.kind] for a in self.appeals]
        labels += [AppealKind.INQUIRY] * len(self.taxonomy.non_appeals)
        self.kinds = np.array([KINDS.index(kind) for kind in labels + extra_kinds])
        self.share = np.array([1.0] * self.counted + [_EXTRA_SHARE] * len(extra))
        self.fold = np.random.default_rng(7).permutation(self.counted) % FOLDS
        rows = self.taxonomy.categories.values()
        own = {AppealKind.SUGGESTION.label, AppealKind.COMMENDATION.label}
        self.topic = np.array([row.level2 not in own for row in rows])
        quotes = DutyQuotes(self.taxonomy, self.library.departments)
        self.territory = TerritoryMap(self.library.departments, self.library.places)
        self.chooser = LeadChooser(self.taxonomy, self.territory, quotes)
        self._collect()

    def _collect(self) -> None:
        n = len(self.appeals)
        encoder = None if self.encoder is None else RememberingEncoder(self.encoder)
        self.folds = []
        self.evidence: list[Evidence] = [None] * len(self.read)  # type: ignore[list-item]  # filled below
        self.vector: list[NDArray[np.float32] | None] = [None] * len(self.read)
        self.words: list[KindEvidence] = [None] * len(self.read)  # type: ignore[list-item]  # filled below
        for k in range(FOLDS):
            known = [a for a, f in zip(self.appeals, self.fold[:n], strict=True) if f != k]
            classifier = self._classifier(known, encoder)
            held = [*np.where(self.fold == k)[0]]
            held += [] if k else list(range(self.counted, len(self.read)))
            self.folds.append(classifier)
            for i in held:
                self.vector[i] = classifier.vector(self.read[i])
                self.evidence[i] = classifier.evidence(self.read[i], self.vector[i])
            for i in held:
                blank = np.full(len(self.taxonomy.codes), 1 / len(self.taxonomy.codes))
                self.words[i] = classifier.kind_evidence(self.read[i], blank, self.vector[i])

    def _classifier(
        self, known: Sequence[LabelledAppeal], encoder: RememberingEncoder | None
    ) -> Classifier:
        fingerprint = "" if encoder is None else encoder.fingerprint
        blank = BLANK.model_copy(update={"encoder": fingerprint})
        classifier = Classifier(self.taxonomy, blank, encoder, self._cache, appeals=known)
        classifier.warm_up(self.generic)
        return classifier

    def _short_texts(self) -> tuple[list[str], list[AppealKind]]:
        texts, kinds = [], []
        for code, phrases in self.taxonomy.phrases.items():
            for phrase in phrases[::5]:  # two per category: more would drown the talk
                if not _ASKS.search(phrase) and not code.startswith("C1402"):
                    texts.append(phrase)
                    kinds.append(self.taxonomy.usual_kind(code))
        for i, matter in enumerate(self.library.index.values()):
            texts.append(matter.title + QUESTIONS[i % len(QUESTIONS)])
            kinds.append(AppealKind.INQUIRY)
        return texts, kinds

    def features(self) -> Floats:
        """Return (n_appeals, n_categories, n_features)."""
        rows = self.evidence[: len(self.appeals)]
        return np.array([np.stack([getattr(e, n) for n in self.names], -1) for e in rows])

    def channels(self) -> Floats:
        """Return (n_texts, n_kinds, 3)."""
        return np.array([np.stack([w.words, w.vectors, w.named], -1) for w in self.words])

    def kind_matrix(self, weights: CategoryWeights) -> Floats:
        """Return (n_texts, n_kind_features) given a first fit of the categories."""
        rows = []
        for read, evidence in zip(self.read, self.evidence, strict=True):
            first = softmax(combine(evidence, weights))
            rows.append(self.folds[0].kind_features(read, first))
        return np.array(rows)


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


def leads(study: Study, p: Floats, p_kind: Floats) -> list[list[tuple[str, float]]]:
    """Return the ranked bodies of each appeal."""
    found = []
    for row, kinds, e in zip(p, p_kind, study.read, strict=False):
        kind = KINDS[int(kinds.argmax())]
        anywhere = kind in {AppealKind.INQUIRY, AppealKind.SUGGESTION}
        order = np.argsort(-row)[:_CONSIDERED]
        ranked = [(study.taxonomy.codes[i], float(row[i])) for i in order]
        scores = study.chooser.rank(e.text, ranked, e.place.district, anywhere=anywhere)
        found.append([(s.code, s.probability) for s in scores])
    return found


def cross_validate(study: Study) -> tuple[Floats, Floats, Floats]:
    """Return out-of-fold P(category), its weights for bodies, and P(kind)."""
    n, m, fold = len(study.appeals), study.counted, study.fold
    p_category = np.zeros((n, len(study.taxonomy.codes)))
    p_bodies = np.zeros_like(p_category)
    p_kind = np.zeros((m, len(KINDS)))
    extra = np.ones(len(study.read) - m, bool)
    for k in range(FOLDS):
        rows = (fold[:n] != k) & (np.arange(n) < study.blind)
        fitted = fit_all(study, rows, np.concatenate((fold != k, extra)))
        categories, bodies, kind = predict(study, fitted)
        p_category[fold[:n] == k] = categories[fold[:n] == k]
        p_bodies[fold[:n] == k] = bodies[fold[:n] == k]
        p_kind[fold == k] = kind[:m][fold == k]
    return p_category, p_bodies, p_kind


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
    study: Study, p_category: Floats, p_bodies: Floats, p_kind: Floats, misses: bool
) -> dict[str, str]:
    """Print and return the figures."""
    n, codes = study.blind, study.taxonomy.codes
    p_category = p_category[:n]
    order = np.argsort(-p_category, axis=1)
    rank = np.array([list(order[i]).index(study.categories[i]) for i in range(n)])
    first = np.mean([codes[order[i, 0]][:3] == study.appeals[i].category[:3] for i in range(n)])
    ranked = leads(study, p_bodies[:n], p_kind)
    place = np.array(
        [
            rank_of_lead(study, a, e, r)
            for a, e, r in zip(study.appeals[:n], study.read, ranked, strict=False)
        ]
    )
    top = np.array([r[0][1] for r in ranked])
    sure = np.argsort(-top)[: int(_SURE * n)]
    hit_kind = p_kind.argmax(1) == study.kinds[: study.counted]
    is_appeal = study.kinds[: study.counted] != KINDS.index(AppealKind.INQUIRY)
    p_appeal = 1 - p_kind[:, KINDS.index(AppealKind.INQUIRY)]
    platt = fit_calibration(top, (place == 0).astype(float))
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
        "appeal": f"{np.mean((p_appeal >= 0.5) == is_appeal):.3f} told from what only asks",
    }
    for name, said in figures.items():
        print(f"{name}: {said}")
    if misses:
        _print_misses(study, ranked, place, order, p_kind)
    return figures


def _print_misses(
    study: Study,
    ranked: list[list[tuple[str, float]]],
    place: NDArray[np.intp],
    order: NDArray[np.intp],
    p_kind: Floats,
) -> None:
    codes = study.taxonomy.codes
    for i in np.where(place != 0)[0]:
        appeal = study.appeals[i]
        said = [(code, round(p, 2)) for code, p in ranked[i][:3]]
        print("LEAD", appeal.lead, said, codes[order[i, 0]], appeal.category, appeal.text)
    for i in range(study.blind):
        if p_kind[i].argmax() != study.kinds[i]:
            told, said = KINDS[study.kinds[i]].label, KINDS[p_kind[i].argmax()].label
            print("KIND", told, "→", said, study.appeals[i].text)


def main() -> None:
    """Fit, report, and write with ``--write``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--lexical", action="store_true", help="report words only")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    results, told = {}, {}
    for dense in (False,) if options.lexical else (True, False):
        print("== dense" if dense else "== lexical only")
        study = Study(dense=dense)
        p_category, p_bodies, p_kind = cross_validate(study)
        figures = report(study, p_category, p_bodies, p_kind, options.misses and dense)
        every = leads(study, p_bodies, p_kind)
        ranked = every[: study.blind]
        right = np.array(
            [
                float(rank_of_lead(study, a, e, r) == 0)
                for a, e, r in zip(study.appeals, study.read, ranked, strict=False)
            ]
        )
        platt = fit_calibration(np.array([r[0][1] for r in ranked]), right)
        rows = np.arange(len(study.appeals)) < study.blind
        fitted = fit_all(study, rows, np.ones(len(study.read), bool))
        results[dense] = figures, fitted, platt, study
        told[dense] = every
    if options.write and not options.lexical:
        write(results)
        write_leads(results[True][3], told)
        study = results[True][3]
        print_latency(study.library, study.encoder, [a.text for a in study.appeals[:200]])


def write(results: dict[bool, tuple[dict[str, str], Fitted, LeadCalibration, Study]]) -> None:
    """Write the weights with what was measured."""
    figures, dense, platt, study = results[True]
    lexical_figures, lexical, lexical_platt, _ = results[False]
    assert study.encoder is not None
    words_only = {f"words_only_{name}": said for name, said in lexical_figures.items()}
    weights = RoutingWeights(
        encoder=study.encoder.fingerprint,
        measured={**figures, **words_only},
        dense=dense.categories,
        lexical_only=lexical.categories,
        lead=platt,
        lead_lexical_only=lexical_platt,
        kinds=dense.kinds,
        kinds_lexical_only=lexical.kinds,
    )
    text = "# 由 benchmarks/routing_quality.py --write 拟合；measured 为五折交叉检验的结果。\n"
    body = yaml.safe_dump(weights.model_dump(), allow_unicode=True, sort_keys=False)
    Path(SHIPPED_FILE).write_text(text + body, encoding="utf-8")


def write_leads(study: Study, told: dict[bool, list[list[tuple[str, float]]]]) -> None:
    """Write what a fold that has not seen an appeal says of its lead."""
    kept = {
        "dense" if dense else "words": {
            appeal_digest(appeal.text): {code: round(p, 4) for code, p in ranked if p >= _SAID}
            for appeal, ranked in zip(study.appeals, ranking, strict=True)
        }
        for dense, ranking in told.items()
    }
    text = json.dumps(kept, ensure_ascii=False, indent=0, sort_keys=True)
    UNSEEN_LEADS_FILE.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
