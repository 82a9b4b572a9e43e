"""Measure routing on appeals that nothing was fitted on: ``python -m benchmarks.routing_blind``.

The appeals in ``data/routing_blind.yml`` were written after the examples, cues and patterns and
enter no index and no fit. Once the classifier is changed with these misses in view they tell
nothing any more, and new ones have to be written.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import yaml

from foundation.clock import SystemClock
from foundation.settings import load_settings
from routing.proposals.assembly import load_routing_service
from routing.taxonomy import KIND_BY_LABEL

DATA = Path(__file__).with_name("data") / "routing_blind.yml"


def main() -> None:
    """Print the figures, and the misses with ``--misses``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--lexical", action="store_true", help="words only, no encoder")
    options = parser.parse_args()
    appeals = yaml.safe_load(DATA.read_text(encoding="utf-8"))["appeals"]
    service = load_routing_service(load_settings(), SystemClock(), dense=not options.lexical)
    service.warm_up()
    hits = []
    times = []
    for appeal in appeals:
        begun = time.perf_counter()
        proposal = service.propose(appeal["text"])
        times.append(1000 * (time.perf_counter() - begun))
        bodies = [candidate.code for candidate in proposal.candidates]
        category = proposal.reading.category
        code = "" if category is None else category.code
        hit = (
            proposal.lead == appeal["lead"],
            appeal["lead"] in bodies[:3],
            code == appeal["category"],
            code[:3] == appeal["category"][:3],
            proposal.reading.kind is KIND_BY_LABEL[appeal["kind"]],
            proposal.emergency_line is None,
        )
        hits.append((*hit, proposal.confidence))
        if options.misses and not all(hit):
            print(hit, code, bodies[:2], appeal)
    table = np.array(hits, dtype=float)
    names = ("lead top-1", "lead top-3", "category", "first level", "kind", "no alarm")
    print(f"{len(appeals)} appeals")
    for name, value in zip(names, table.mean(0), strict=False):
        print(f"{name}: {value:.3f}")
    sure = np.argsort(-table[:, 6])[: int(0.8 * len(table))]
    print(f"lead top-1 of the surest 80 %: {table[sure, 0].mean():.3f}")
    print("propose: p50 {:.1f} ms, p95 {:.1f} ms".format(*np.percentile(times, [50, 95])))


if __name__ == "__main__":
    main()
