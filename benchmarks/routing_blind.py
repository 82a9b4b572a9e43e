"""Measure routing on appeals that nothing was fitted on: ``python -m benchmarks.routing_blind``.

Two sets: ``--set evaluation`` (default) reads ``tests/evaluation/appeals``, whose sentences are
never printed, only figures and confusions by code; ``--set routing`` reads
``data/routing_blind.yml``, written after the examples, cues and patterns. Neither enters an index
or a fit. Once the classifier is changed with a set's misses in view that set tells nothing more.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from foundation.clock import SystemClock
from foundation.settings import load_settings
from routing.city_data import load_taxonomy
from routing.proposals.assembly import load_routing_service
from routing.proposals.service import RoutingService
from routing.schemas import Proposal
from routing.taxonomy import Taxonomy

ROOT = Path(__file__).parent.parent
SETS = {
    "evaluation": ROOT / "tests" / "evaluation" / "appeals" / "appeals.yml",
    "routing": Path(__file__).with_name("data") / "routing_blind.yml",
    "fourth": Path(__file__).with_name("data") / "routing_fourth.yml",
}
_SURE = 0.8
_SHOWN = 25


@dataclass(frozen=True)
class Row:
    """One appeal with what is right; ``category`` holds the levels that are settled."""

    text: str
    kind: str
    category: tuple[str, ...]
    leads: tuple[str, ...]  # acceptable, best first
    place: bool  # whether it says where


def read_rows(name: str, taxonomy: Taxonomy) -> list[Row]:
    """Return the appeals of a set."""
    data = yaml.safe_load(SETS[name].read_text(encoding="utf-8"))
    return [_row(entry, taxonomy) for entry in (data if name == "evaluation" else data["appeals"])]


def _row(entry: dict[str, Any], taxonomy: Taxonomy) -> Row:
    category = entry["category"]
    if isinstance(category, str):
        known = taxonomy.categories[category]
        category = (known.level1, known.level2, known.level3)
    lead = entry["lead"]
    leads = tuple(lead) if isinstance(lead, list) else (lead,)
    place = "place" in entry or not isinstance(lead, list)
    return Row(entry["text"], entry["kind"], tuple(category), leads, place)


def hits(row: Row, proposal: Proposal) -> dict[str, float]:
    """Return what of a proposal is right, 0 or 1 each.

    A body that depends on a place that is not said is asked for (``lead`` is null): then the
    first candidate counts, and ``lead as sent`` tells how often a lead was named and right.
    """
    bodies = [candidate.code for candidate in proposal.candidates]
    asked = proposal.lead is None and proposal.asks == "where" and not row.place
    lead = proposal.lead if not asked else next(iter(bodies), None)
    named = proposal.reading.category
    levels = () if named is None else (named.level1, named.level2, named.level3)
    depth = len(row.category)
    return {
        "lead top-1": float(lead in row.leads or asked),
        "lead top-3": float(asked or bool(set(bodies[:3]) & set(row.leads))),
        "lead top-1, the best body alone": float(lead == row.leads[0]),
        "lead as sent (null is a miss)": float(proposal.lead in row.leads),
        "first level": float(levels[:1] == row.category[:1]),
        "second level": float(levels[:2] == row.category[:2]),
        "category": float(levels[:depth] == row.category),
        "kind": float(proposal.reading.kind.label == row.kind),
        "no alarm": float(proposal.emergency_line is None),
    }


def main() -> None:
    """Print the figures; misses with ``--misses``, but never those of the evaluation set."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--set", choices=sorted(SETS), default="evaluation")
    parser.add_argument("--misses", action="store_true", help="print misses (not of evaluation)")
    parser.add_argument("--confusions", action="store_true", help="print confusions by code")
    parser.add_argument("--lexical", action="store_true", help="words only, no encoder")
    options = parser.parse_args()
    taxonomy = load_taxonomy()
    rows = read_rows(options.set, taxonomy)
    service = load_routing_service(load_settings(), SystemClock(), dense=not options.lexical)
    service.warm_up()
    proposals, times = _propose(service, rows)
    found = [hits(row, proposal) for row, proposal in zip(rows, proposals, strict=True)]
    _report(rows, proposals, found, times)
    if options.confusions:
        _confusions(rows, proposals)
    if options.misses and options.set != "evaluation":
        for row, proposal, hit in zip(rows, proposals, found, strict=True):
            if not all(hit.values()):
                wrong = [name for name, value in hit.items() if not value]
                print(wrong, proposal.lead, proposal.reading.category, row)


def _propose(service: RoutingService, rows: Sequence[Row]) -> tuple[list[Proposal], list[float]]:
    proposals, times = [], []
    for row in rows:
        begun = time.perf_counter()
        proposals.append(service.propose(row.text))
        times.append(1000 * (time.perf_counter() - begun))
    return proposals, times


def _report(
    rows: Sequence[Row],
    proposals: Sequence[Proposal],
    found: Sequence[dict[str, float]],
    times: Sequence[float],
) -> None:
    print(f"{len(rows)} appeals, {sum(not row.place for row in rows)} without a place")
    for name in found[0]:
        print(f"{name}: {np.mean([hit[name] for hit in found]):.3f}")
    confidence = np.array([proposal.confidence for proposal in proposals])
    right = np.array([hit["lead top-1"] for hit in found])
    sure = np.argsort(-confidence, kind="stable")[: round(_SURE * len(rows))]
    print(f"lead top-1 of the surest 80 %: {right[sure].mean():.3f}")
    print(f"confidence: mean {confidence.mean():.3f} against {right.mean():.3f} right")
    for low, high in ((0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
        within = (confidence >= low) & (confidence < high)
        if within.any():
            said, true = confidence[within].mean(), right[within].mean()
            print(f"  said {said:.2f}, right {true:.2f} ({within.sum()} appeals)")
    print("propose: p50 {:.1f} ms, p95 {:.1f} ms".format(*np.percentile(times, [50, 95])))


def _confusions(rows: Sequence[Row], proposals: Sequence[Proposal]) -> None:
    leads, kinds, levels = Counter[str](), Counter[str](), Counter[str]()
    for row, proposal in zip(rows, proposals, strict=True):
        named = proposal.reading.category
        if proposal.lead not in row.leads:
            leads[f"{'/'.join(row.leads)} → {proposal.lead} ({proposal.outcome.value})"] += 1
        if proposal.reading.kind.label != row.kind:
            kinds[f"{row.kind} → {proposal.reading.kind.label}"] += 1
        if named is None or named.level1 != row.category[0]:
            levels[f"{row.category[0]} → {named.level1 if named else None}"] += 1
    for title, counted in (("lead", leads), ("kind", kinds), ("first level", levels)):
        print(f"confusions of {title}:")
        for pair, count in counted.most_common(_SHOWN):
            print(f"  {count} × {pair}")


if __name__ == "__main__":
    main()
