"""Measure routing on a writer left out: ``python -m benchmarks.routing_writers [--without 3]``.

Every calibration appeal marked ``blind`` is read by what the other writers taught: examples,
readings of the wording and weights. ``--without`` puts writers aside altogether, which shows what
they bring to the others; ``--misses`` prints the appeals that went wrong.
"""

import argparse

import numpy as np
from numpy.typing import NDArray

from benchmarks.routing_quality import cross_validate, leads, rank_of_lead, report
from benchmarks.routing_study import Floats, Study

_SURE = 0.8


def main() -> None:
    """Print the figures of all writers, then of each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--without", type=int, nargs="*", default=[])
    parser.add_argument("--lexical", action="store_true", help="by words only")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    study = Study(dense=not options.lexical, by_writer=True, without=options.without)
    p_category, p_bodies, p_kind, weights = cross_validate(study)
    ranking = leads(study, p_bodies, p_kind, weights)[: study.blind]
    report(study, p_category, p_kind, ranking, options.misses)
    blind = study.appeals[: study.blind]
    place = np.array(
        [rank_of_lead(study, a, e, r) for a, e, r in zip(blind, study.read, ranking, strict=False)]
    )
    top = np.array([ranked[0][1] for ranked in ranking])
    for writer in sorted({appeal.writer for appeal in blind}):
        theirs = np.array([appeal.writer == writer for appeal in blind])
        print(
            f"writer {writer}: {theirs.sum()} appeals, {_said(study, theirs, p_category, p_kind)}"
        )
        sure = np.argsort(-top[theirs])[: int(_SURE * theirs.sum())]
        hit = place[theirs]
        print(
            f"  lead top-1 {np.mean(hit == 0):.3f}, top-3 {np.mean(hit < 3):.3f}, "
            f"of the surest 80 % {np.mean(hit[sure] == 0):.3f}"
        )


def _said(study: Study, theirs: NDArray[np.bool_], p_category: Floats, p_kind: Floats) -> str:
    """Return how often category, first level and kind of these appeals are right."""
    n, codes = study.blind, study.taxonomy.codes
    best = p_category[:n].argmax(axis=1)
    first = np.array(
        [codes[b][:3] == a.category[:3] for a, b in zip(study.appeals, best, strict=False)]
    )
    right = best == study.categories[:n]
    kind = p_kind[:n].argmax(axis=1) == study.kinds[:n]
    shares = (np.mean(hits[theirs]) for hits in (right, first, kind))
    return "category {:.3f}, first level {:.3f}, kind {:.3f}".format(*shares)


if __name__ == "__main__":
    main()
