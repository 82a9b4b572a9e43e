"""Weighing what the taxonomy says of a text against what was learnt from closed tickets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from routing.classification.classifier import Classification
from routing.extraction.pipeline import Extraction
from routing.learning.model import CATEGORY, KIND, LearntModel
from routing.proposals.leads import OPEN, LeadScore
from routing.schemas import AppealKind
from routing.taxonomy import Taxonomy


@dataclass(frozen=True)
class Weighed:
    """What the taxonomy alone says of one text."""

    text: str  # normalised, without names of places
    vector: NDArray[np.float32] | None
    district: str | None
    bodies: Mapping[str, float]  # code, or OPEN → probability, most probable first
    categories: Mapping[str, float]
    kinds: Mapping[str, float]  # by value


def claimed(score: LeadScore) -> LeadScore:
    """Return the body that stands for a place not stated."""
    # Where the place decides, the professional body that acts in the centre stands for it.
    if score.code != OPEN:
        return score
    body = max(score.claims, key=lambda code: score.claims[code])
    return LeadScore(body, score.claims[body], score.evidence)


def reweighed(
    learnt: LearntModel,
    ranked: Sequence[LeadScore],
    extraction: Extraction,
    classification: Classification,
    resolve: Callable[[str], str | None],
) -> list[LeadScore]:
    """Return the bodies as the taxonomy and the history weigh them together."""
    known = {score.code: score for score in ranked}
    said = {score.code: score.probability for score in ranked}
    found = learnt.bodies(extraction.generic, classification.vector, said, resolve, OPEN)
    found_bodies = []
    for code, probability in found.items():
        score = known.get(code, LeadScore(code))
        evidence = list(score.evidence)
        if probability > said.get(code, 0.0) and code != OPEN:
            evidence.append(f"历史办结工单（{learnt.version} 号模型）：同类诉求多由其办理")
        found_bodies.append(LeadScore(code, probability, evidence, dict(score.claims)))
    return found_bodies


def reread(
    learnt: LearntModel,
    taxonomy: Taxonomy,
    extraction: Extraction,
    classification: Classification,
) -> Classification:
    """Return category and kind as the taxonomy and the history read them together."""
    text, vector = extraction.generic, classification.vector
    codes = taxonomy.codes
    said = dict(zip(codes, classification.categories.tolist(), strict=True))
    categories = learnt.reread(CATEGORY, text, vector, said)
    kinds = learnt.reread(KIND, text, vector, {k.value: p for k, p in classification.kinds.items()})
    if categories is not None:
        array = np.array([categories.get(code, 0.0) for code in codes])
        classification = replace(classification, categories=array)
    if kinds is not None:
        named = {kind: kinds.get(kind.value, 0.0) for kind in AppealKind}
        classification = replace(classification, kinds=named)
    return classification
