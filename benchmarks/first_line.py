"""The whole first line, measured: start-up, retrieval, Rasa, messages, routing, memory, load.

    .venv/bin/python -m benchmarks.first_line [--rounds 3] [--count 30] [--json FILE] [--quick]

Needs what ``make setup`` prepares. Each round starts the two real processes on free ports of
this machine with an empty database in a temporary folder, measures everything, ends them. All
figures of one round are taken beside one another, so that ratios mean something on a busy
machine; the tables give the median over the rounds with least–most.
"""

import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.figures import Round, machine, markdown, over_rounds
from bot.training import train
from foundation.settings import load_settings
from knowledge_base.loader import load_library

SECTIONS = ("startup", "retrieval", "rasa", "messages", "routing", "memory", "throughput")
_TITLES = {
    "startup": "Start-up, seconds",
    "retrieval": "Retrieval, milliseconds",
    "rasa": "Rasa alone, milliseconds",
    "messages": "Whole messages with Rasa, milliseconds",
    "processor": "Processor time of a message, milliseconds",
    "degraded": "Whole messages after Rasa has ended, milliseconds",
    "ratio": "First question, whole, against Rasa alone",
    "routing": "Routing, milliseconds",
    "memory": "Memory, MiB",
    "throughput": "Citizens who ask without a pause, milliseconds",
}


def report(rounds: list[dict[str, Round]], before: dict[str, Any], after: dict[str, Any]) -> str:
    """Return everything as Markdown; ``before`` and ``after``: the machine around the run."""
    load_before, load_after = before["load_1_5_15_min"][0], after["load_1_5_15_min"][0]
    lines = [
        f"{len(rounds)} rounds; median (least–most). {_told(before)}",
        f"Load (1 min): {load_before} before, {load_after} after.\n",
    ]
    for name, title in _TITLES.items():
        present = [each[name] for each in rounds if name in each]
        if present:
            lines.append(markdown(title, over_rounds(present), 0 if name == "memory" else 1))
    return "\n".join(lines)


def _told(at: dict[str, Any]) -> str:
    return (
        f"{at['processor']}, {at['cores']} cores, {at['memory_gib']} GiB, Python {at['python']}, "
        f"{at['at']}."
    )


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="fresh starts of both processes")
    parser.add_argument("--count", type=int, default=30, help="sessions a measurement")
    parser.add_argument("--questions", type=int, default=200, help="sample questions, retrieval")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each throughput check")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--quick", action="store_true", help="one small round, to try it out")
    parser.add_argument("--json", type=Path, help="write every figure of every round here")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.count, options.questions, options.seconds = 1, 4, 20, 5.0
    return options


def _keep_torch_out() -> None:
    """Make ``import torch`` fail, as the service does: spaCy's thinc imports it where it can."""
    sys.modules["torch"] = None  # type: ignore[assignment]  # documented, but not in the stubs


def main() -> None:
    """Measure, print the tables, write the figures."""
    options = read_options()
    # A stop from outside unwinds like Ctrl-C: the processes started here are ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    _keep_torch_out()
    # Slow imports, and the first of them looks for torch.
    from benchmarks.citizens import Sayings  # noqa: PLC0415 -- see above
    from benchmarks.parts import Parts  # noqa: PLC0415 -- same
    from benchmarks.processes import throw_away  # noqa: PLC0415 -- same
    from benchmarks.rounds import one_round  # noqa: PLC0415 -- same

    installed, library = load_settings(), load_library()
    train(installed)
    before, rounds, sayings = machine(), [], Sayings(library)
    with tempfile.TemporaryDirectory(prefix="first-line-") as folder:
        prepared = throw_away(installed, Path(folder) / "prepared")
        parts = Parts.build(prepared, library, options.questions)
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
            settings = throw_away(prepared, Path(folder) / f"round-{number + 1}")
            rounds.append(one_round(settings, parts, sayings, options))
            # After each round: a long run that is stopped keeps what it has.
            _write(options.json, {"before": before, "after": machine(), "rounds": rounds})
    print(report(rounds, before, machine()))


def _write(path: Path | None, figures: dict[str, Any]) -> None:
    if path is not None:
        path.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
