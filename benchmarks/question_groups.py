"""How well open questions are grouped: ``python -m benchmarks.question_groups``.

Every sample and calibration question of one matter stands for paraphrases of each other. They come
in at random, as the queue takes them; pairs put into one group are right when their matter is one.
"""

from itertools import combinations
from random import Random
from types import SimpleNamespace

from foundation.settings import load_settings
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.questions import grouping
from knowledge_base.questions.grouping import Signature, mean_with, nearest, signatures
from retrieval.calibration.samples import read_questions
from retrieval.encoder.preparation import load_encoder
from retrieval.question_meaning import QuestionMeaning

_SEED = 12345


def labelled(library: Library) -> list[tuple[str, str]]:
    """Return (matter, question) in an order of no meaning, the same every time."""
    found = [(one.code, text) for one in library.matters.values() for text in one.sample_questions]
    found += [(one.codes[0], one.text) for one in read_questions() if len(one.codes) == 1]
    Random(_SEED).shuffle(found)
    return found


def grouped(placed: list[Signature]) -> list[int]:
    """Return the group of each question, joined one by one as in the queue."""
    groups: dict[int, tuple[Signature, int]] = {}
    chosen = []
    for one in placed:
        group_id = nearest(one, [(key, mean) for key, (mean, _) in groups.items()])
        if group_id is None:
            group_id = len(groups)
            groups[group_id] = (one, 1)
        else:
            mean, count = groups[group_id]
            groups[group_id] = (_grown(mean, count, one), count + 1)
        chosen.append(group_id)
    return chosen


def _grown(mean: Signature, count: int, one: Signature) -> Signature:
    words = mean_with(mean.words, count, one.words)
    if mean.meaning is None or one.meaning is None:
        return Signature(words)
    return Signature(words, mean_with(mean.meaning, count, one.meaning), mean.encoder)


def quality(codes: list[str], groups: list[int]) -> SimpleNamespace:
    """Return pairwise precision and recall, and how many groups there are."""
    together = right = same = 0
    for (code, group), (other, other_group) in combinations(zip(codes, groups, strict=True), 2):
        together += group == other_group
        same += code == other
        right += group == other_group and code == other
    return SimpleNamespace(
        precision=right / max(1, together), recall=right / same, groups=len(set(groups))
    )


def main() -> None:
    library, encoder = load_library(), load_encoder(load_settings())
    questions = labelled(library)
    codes = [code for code, _ in questions]
    placed = signatures([text for _, text in questions], QuestionMeaning(lambda: encoder))
    words = [Signature(one.words) for one in placed]
    print(f"{len(questions)} questions, {len(set(codes))} matters")
    for name, rows, setting in (
        ("meaning and words", placed, "JOINS_FROM"),
        ("words alone", words, "JOINS_FROM_WORDS"),
    ):
        chosen = getattr(grouping, setting)
        for threshold in (chosen - 0.1, chosen - 0.05, chosen, chosen + 0.05, chosen + 0.1):
            setattr(grouping, setting, threshold)
            found = quality(codes, grouped(rows))
            print(
                f"{name} from {threshold:.2f}: precision {found.precision:.2f}, "
                f"recall {found.recall:.2f}, {found.groups} groups"
            )
        setattr(grouping, setting, chosen)


if __name__ == "__main__":
    main()
