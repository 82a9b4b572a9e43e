"""Purity of hot issues: ``python -m benchmarks.hot_issues``.

A week of appeals is put together from what is written in this repository: as background every
labelled appeal of ``--appeals`` once and, at random places, single examples of the categories;
among them planted issues, each several examples of one category told of one place (each a
different citizen's words). Categories are given wrong for ``--wrong`` of the appeals, as by a
classifier.
The clusters that the service's own code finds are compared with what was planted. Sentences are
read by the program alone; figures are printed, no text.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ruamel.yaml import YAML

from foundation.clock import SHANGHAI
from foundation.settings import ROOT
from knowledge_base.loader import load_library
from routing.city_data import load_taxonomy
from routing.extraction.places import bare_place
from routing.hot_issues.clustering import Cluster, Said, clusters
from routing.taxonomy import CategoryRecord, Taxonomy

NOW = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)
_LARGEST = 10
_WHERE = ("", "门口", "楼下", "附近", "旁边", "对面", "3号楼", "东门")


@dataclass(frozen=True, slots=True)
class Spoken:
    """One appeal, and which planted issue it belongs to; ``None``: background."""

    said: Said
    issue: int | None


def main() -> None:
    """Put the week together, cluster it, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--appeals", type=Path, default=ROOT / "tests/evaluation/appeals/appeals.yml"
    )
    parser.add_argument("--issues", type=int, default=30)
    parser.add_argument("--background", type=int, default=2_000)
    parser.add_argument("--least", type=int, default=5)
    parser.add_argument("--wrong", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=20261122)
    given = parser.parse_args()
    chance, taxonomy = random.Random(given.seed), load_taxonomy()
    spoken = _week(given, taxonomy, chance)
    issue_of = {one.said.id: one.issue for one in spoken}
    planted = Counter(one.issue for one in spoken if one.issue is not None)
    found = clusters([one.said for one in spoken], given.least)
    _say(f"{len(spoken):,} appeals, {len(planted)} planted issues of 5 to 12, {len(found)} found")
    _table(found, issue_of, planted)


def _week(given: argparse.Namespace, taxonomy: Taxonomy, chance: random.Random) -> list[Spoken]:
    known = [one for one in load_library().places if one.kind not in {"区县", "街道乡镇"}]
    places = [(one.name, one.district) for one in known]
    names = sorted((one.name for one in known), key=len, reverse=True)
    categories = [taxonomy.categories[code] for code in sorted(taxonomy.categories)]
    drawn = list(_labelled(given.appeals, categories, names))
    for _ in range(given.background):
        category, (name, district) = chance.choice(categories), chance.choice(places)
        words = chance.choice(taxonomy.phrases[category.code])
        drawn.append(_Drawn(words, name + chance.choice(_WHERE), district, category))
    rich = [one for one in categories if len(taxonomy.phrases[one.code]) >= 5]
    for issue in range(given.issues):
        category, (name, district) = chance.choice(rich), chance.choice(places)
        phrases = taxonomy.phrases[category.code]
        told = chance.sample(phrases, min(len(phrases), chance.randint(5, 12)))
        drawn.extend(
            _Drawn(words, name + chance.choice(_WHERE), district, category, issue) for words in told
        )
    chance.shuffle(drawn)
    read = [
        chance.choice(categories) if chance.random() < given.wrong else one.category
        for one in drawn
    ]
    return [_spoken(at, one, kind) for at, (one, kind) in enumerate(zip(drawn, read, strict=True))]


@dataclass(frozen=True, slots=True)
class _Drawn:
    text: str
    place: str
    district: str | None
    category: CategoryRecord
    issue: int | None = None


def _labelled(
    path: Path, categories: Sequence[CategoryRecord], names: Sequence[str]
) -> Iterator[_Drawn]:
    by_name = {(one.level1, one.level2, one.level3): one for one in categories}
    for row in YAML(typ="safe").load(path):
        category = by_name.get(tuple(row["category"]))
        if category is not None:
            text = row["text"]
            place = next((name for name in names if name in text), "")
            yield _Drawn(text, place, (row.get("place") or {}).get("district"), category)


def _spoken(number: int, drawn: _Drawn, read: CategoryRecord) -> Spoken:
    place, text = drawn.place, drawn.text
    said = Said(
        id=number,
        text=f"{place}{text}" if place not in text else text,
        place=bare_place(place, drawn.district),
        district=drawn.district,
        category_code=read.code,
        category=f"{read.level1}/{read.level2}/{read.level3}",
        confidential=False,
        registered_at=NOW - timedelta(minutes=number),
    )
    return Spoken(said, drawn.issue)


def _table(
    found: Sequence[Cluster], issue_of: dict[int, int | None], planted: Counter[int | None]
) -> None:
    """Print the largest clusters, then how much of all of them is right."""
    right = total = 0
    met = set[int]()
    for at, cluster in enumerate(found):
        counted = Counter(issue_of[one.id] for one in cluster.members)
        issue, count = counted.most_common(1)[0]
        ours = count if issue is not None else 0
        right, total = right + ours, total + len(cluster.members)
        if issue is not None and 2 * count >= len(cluster.members):
            met.add(issue)
        if at < _LARGEST:
            share, size = ours / len(cluster.members), len(cluster.members)
            whole = planted[issue] if issue is not None else 0
            title = (
                f"{cluster.place or cluster.district}：{(cluster.category[1] or '').split('/')[-1]}"
            )
            _say(f"{at + 1:2d} | {title} | {size} | {ours} of {whole} | {share:.2f}")
    _say(f"purity {right / max(1, total):.3f} over {total} members; planted issues met: {len(met)}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
