"""Learn which matter a message means after another: ``python -m scripts.train_following``.

From the turns of the written dialogues: the matter that a turn demands, given those that the turns
before it demanded. Prints how many turns are read right where the file they stand in was left
out; writes ``bot/conversation/following/weights.json``. Takes some minutes and the prepared models.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.conversation.following.features import Row, Said, asked_part, rows_of
from bot.conversation.following.kinship import mates_of
from bot.conversation.following.reader import WEIGHTS_FILE
from bot.conversation.slips import put_right
from connectors.assembly import Services, build_services
from foundation.settings import load_settings
from foundation.text.normalise import normalise
from tests.bot.dialogues.script import WANTED, Dialogue, read_dialogues

_STRENGTH = 0.5  # inverse regularisation; 0.1 to 3 differ by at most 5 of 215 unseen turns
_REMEMBERED = 5  # matters
_OF_A_MATTER = frozenset({"answer_question", "audience", "return"})
_OF_NONE = frozenset(
    {
        "appeal",
        "thanks",
        "greet",
        "goodbye",
        "abuse",
        "out_of_scope",
        "handover",
        "cancel_appeal",
        "progress",
        "rate",
        "fallback",
    }
)

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One turn after another: what was said, and which matters it may mean (empty: none)."""

    file: str
    text: str
    focus: str
    earlier: tuple[str, ...]
    meant: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weighable:
    """A turn's candidates: features float64, shape (n_candidates, n_features); right ones 1."""

    file: str
    features: Numbers
    right: Numbers


def turns_of(dialogue: Dialogue) -> Iterator[Labelled]:
    """Yield the turns that follow a matter, as if all before them had gone as written."""
    focus: str | None = None
    earlier: tuple[str, ...] = ()
    within_appeal = False
    for turn in dialogue.turns:
        acts, meant = set(turn.act or ()), tuple(turn.matter or ())
        plain = acts <= _OF_A_MATTER
        clear = turn.decision != "clarify" and "none" not in meant
        if focus is not None and not within_appeal and "$" not in turn.say:
            file = dialogue.name.split("/")[0]
            if (meant and plain and clear) or (not meant and acts and acts <= _OF_NONE):
                text = put_right(normalise(turn.say))
                yield Labelled(file, text, focus, earlier, meant)
        if turn.draft or acts & {"appeal", "submit_appeal", "cancel_appeal"}:
            within_appeal = True
        named = [code for code in meant if code != "none"]
        if named:
            within_appeal = within_appeal and not plain
            new = focus if focus in named else named[0]
            before = dict.fromkeys(one for one in (focus, *earlier) if one not in {None, new})
            earlier = tuple(one for one in before if one is not None)[:_REMEMBERED]
            focus = new


def fitted(turns: Sequence[Weighable]) -> Numbers:
    """Return the weights under which the right candidates are likeliest, float64."""
    features = np.concatenate([one.features for one in turns])
    right = np.concatenate([one.right for one in turns])
    sizes = np.array([len(one.right) for one in turns])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    scale = features.std(axis=0) + 1e-6
    scaled = features / scale

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        logits = scaled @ weights
        powers = np.exp(logits - np.repeat(np.maximum.reduceat(logits, starts), sizes))
        every = np.add.reduceat(powers, starts)
        good = np.add.reduceat(powers * right, starts)
        excess = powers / np.repeat(every, sizes) - powers * right / np.repeat(good, sizes)
        lost = float(np.log(every / good).sum() + weights @ weights / (2 * _STRENGTH))
        return lost, scaled.T @ excess + weights / _STRENGTH

    start = np.zeros(features.shape[1])
    found: Numbers = minimize(loss, start, jac=True, method="L-BFGS-B").x / scale
    return found


def right_of(turns: Sequence[Weighable], weights: Numbers) -> int:
    """Return of how many turns the likeliest candidate is a right one."""
    return sum(int(one.right[int((one.features @ weights).argmax())]) for one in turns)


def left_out(turns: Sequence[Weighable]) -> Mapping[str, tuple[int, int]]:
    """Return by file how many turns are read right without that file, and of how many."""
    figures = {}
    for file in sorted({one.file for one in turns}):
        inside = [one for one in turns if one.file == file]
        weights = fitted([one for one in turns if one.file != file])
        figures[file] = (right_of(inside, weights), len(inside))
    return figures


def _read(services: Services) -> tuple[list[str], list[Weighable]]:
    """Return the names of the features, and all turns with theirs."""
    found: list[tuple[Labelled, tuple[str | None, ...], list[Row]]] = []
    present, mates = services.retriever.present, mates_of(services.bundles)
    # What stands in wanted/ is right to demand as well, and so to be learnt.
    dialogues = (*read_dialogues(), *read_dialogues(WANTED))
    for turn in (turn for dialogue in dialogues for turn in turns_of(dialogue)):
        issue = services.routing.read(turn.text).appeal_probability
        beside = mates.get(turn.focus, frozenset())
        said = Said(turn.text, turn.focus, turn.earlier, issue, beside)
        codes, rows = rows_of(said, present.weigh(asked_part(turn.text)), present.library)
        found.append((turn, codes, rows))
    names = sorted({name for _, _, rows in found for row in rows for name in row})
    turns = []
    for turn, codes, rows in found:
        right = [code in turn.meant if turn.meant else code is None for code in codes]
        if any(right):  # else the search has not found it, and nothing is to be learnt
            features = [[row.get(name, 0.0) for name in names] for row in rows]
            turns.append(Weighable(turn.file, np.array(features), np.array(right, dtype=float)))
    return names, turns


def main() -> None:
    """Print the figures and write the weights."""
    services = build_services(load_settings())
    services.retriever.warm_up()
    assert services.retriever.encoder is not None
    services.routing.warm_up(services.retriever.encoder)
    names, turns = _read(services)
    figures = left_out(turns)
    for file, (right, all_of_them) in figures.items():
        sys.stdout.write(f"{file}: {right} of {all_of_them}\n")
    total = sum(right for right, _ in figures.values())
    sys.stdout.write(f"left out: {total} of {len(turns)}\n")
    weights = fitted(turns)
    learnt = {name: round(float(one), 4) for name, one in zip(names, weights, strict=True)}
    content = {"turns": len(turns), "left_out_right": total, "weights": learnt}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    WEIGHTS_FILE.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
