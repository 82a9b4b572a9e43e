"""How well several issues in one appeal are told apart: ``python -m benchmarks.several_issues``.

Two appeals of ``data/routing_blind.yml`` for different bodies are put together with a word that
links them; each should become a part with its own body. And what is one appeal should stay one:
the same appeals, the calibration appeals and those of ``tests/evaluation`` (counted, never shown)
one by one. An appeal counts as one where a single lead is right for it; some of them do tell of a
second thing.
"""

import argparse
import random
from collections.abc import Sequence

from benchmarks.routing_blind import Row, read_rows
from foundation.clock import SystemClock
from foundation.settings import load_settings
from routing.city_data import load_taxonomy
from routing.proposals.assembly import load_routing_service
from routing.proposals.service import RoutingService

_LINKS = ("，另外", "。还有", "，顺便反映一下", "。此外，")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    taxonomy = load_taxonomy()
    service = load_routing_service(load_settings(), SystemClock())
    service.warm_up()
    rows = read_rows("routing", taxonomy)
    _pairs(service, rows, options.pairs, random.Random(options.seed))
    singles = {
        "data/routing_blind.yml": [row.text for row in rows],
        "calibration appeals": [one.text for one in taxonomy.appeals],
        "tests/evaluation": [row.text for row in read_rows("evaluation", taxonomy)],
    }
    for name, texts in singles.items():
        cut = sum(bool(service.propose(text).parts) for text in texts)
        print(f"{name}: {cut} of {len(texts)} single appeals become several")


def _pairs(service: RoutingService, rows: Sequence[Row], count: int, chance: random.Random) -> None:
    split = both = some = 0
    for _ in range(count):
        one, other = chance.sample(rows, 2)
        while set(one.leads) & set(other.leads):
            one, other = chance.sample(rows, 2)
        text = f"{one.text.rstrip('。')}{chance.choice(_LINKS)}{other.text}"
        parts = service.propose(text).parts
        split += bool(parts)
        if len(parts) == 2:
            right = [
                part.proposal.lead in row.leads or part.proposal.lead is None
                for part, row in zip(parts, (one, other), strict=True)
            ]
            both += all(right)
            some += not all(right)
    print(
        f"{count} pairs: {split} become several, {both} of them two with the right bodies, ", end=""
    )
    print(f"{some} two with a wrong one")


if __name__ == "__main__":
    main()
