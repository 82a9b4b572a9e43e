"""Measure life safety by who wrote: ``python -m benchmarks.safety_voices``.

For each writer who had never seen the screen: the screen alone, and with the second look behind
it, learnt without this writer and with the threshold chosen on the others, before and after it
takes alarms back (how calm is calm: from the others too). ``--shipped`` adds
the weights as they ship, which have learnt from these very texts.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from routing.safety import SafetyAlert, find_danger, load_second_look, screen
from routing.safety.screen import load_screen
from scripts.train_second_look import (
    BLIND_WRITERS,
    WRITERS,
    Judged,
    Model,
    Voice,
    harmless,
    judged,
    left_out,
    taken_back,
    threshold,
    voices,
)

_LONGEST = 2000  # characters that are read of a message


def main() -> None:
    """Print the figures, and the texts that went wrong with ``--misses``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--shipped", action="store_true", help="also the weights as they ship")
    parser.add_argument("--screen-only", action="store_true")
    options = parser.parse_args()
    said = voices()
    ordinary = harmless()
    for writer in WRITERS:
        theirs = [voice for voice in said if voice.writer == writer]
        report(
            f"{writer} screen", theirs, [line_of(screen(v.text)) for v in theirs], options.misses
        )
        if options.shipped:
            found = [line_of(find_danger(v.text)) for v in theirs]
            report(f"{writer} as shipped", theirs, found, options.misses)
    if not options.screen_only:
        models = {writer: left_out(said, ordinary, writer) for writer in BLIND_WRITERS}
        alerts = judged(said, ordinary)
        for writer in BLIND_WRITERS:
            _both(said, models, alerts, writer, options.misses)
    _ordinary(ordinary)
    _times([v.text for v in said], ordinary)


def _both(
    said: Sequence[Voice],
    models: dict[str, Model],
    alerts: Sequence[Judged],
    writer: str,
    misses: bool,
) -> None:
    scored = []
    for other in models.keys() - {writer}:
        held = [v for v in said if v.writer == other and screen(v.text) is None]
        scores = models[other].scores([v.text for v in held])
        scored += [(float(s), v.line is not None) for s, v in zip(scores, held, strict=True)]
    chosen = threshold(scored)
    theirs = [voice for voice in said if voice.writer == writer]
    texts = [voice.text for voice in theirs]
    over = models[writer].scores(texts) > chosen
    lines = models[writer].lines(texts)
    alone = [line if hit else None for hit, line in zip(over, lines, strict=True)]
    report(f"{writer} second look, left out", theirs, alone, misses=False)
    both = [line_of(screen(text)) or line for text, line in zip(texts, alone, strict=True)]
    report(f"{writer} both, left out (threshold {chosen})", theirs, both, misses=False)
    gone = {alert.text for alert in taken_back(alerts, writer)}
    settled = [None if text in gone else line for text, line in zip(texts, both, strict=True)]
    report(f"{writer} both, alarms taken back", theirs, settled, misses)


def report(head: str, theirs: Sequence[Voice], found: Sequence[str | None], misses: bool) -> None:
    """Print recall, right lines and false alarms of what was found."""
    pairs = list(zip(theirs, found, strict=True))
    danger = [(v, line) for v, line in pairs if v.line is not None]
    quiet = [(v, line) for v, line in pairs if v.line is None]
    heard = [(v, line) for v, line in danger if line is not None]
    right = sum(line in {v.line, *v.also} for v, line in heard)
    alarms = [(v, line) for v, line in quiet if line is not None]
    missed = Counter(v.line for v, line in danger if line is None)
    print(
        f"{head}: recall {len(heard)}/{len(danger)} = {len(heard) / len(danger):.3f}, "
        f"line right {right / max(len(heard), 1):.3f}, "
        f"false alarms {len(alarms)}/{len(quiet)} = {len(alarms) / len(quiet):.3f}, "
        f"missed {dict(missed)}"
    )
    if misses:
        for voice, line in alarms:
            print("  FALSE ALARM", line, voice.text)
        for voice, line in danger:
            if line is None:
                print("  MISSED", voice.line, voice.text)


def _ordinary(ordinary: Sequence[str]) -> None:
    by_screen = sum(screen(text) is not None for text in ordinary)
    print(f"ordinary messages: {len(ordinary)}, screen {by_screen}")


def _times(said: Sequence[str], ordinary: Sequence[str]) -> None:
    one = [*said, *ordinary[:2000]]
    long_text = "，".join(ordinary)[:_LONGEST]
    plain, long_plain = [load_screen().plain(t) for t in one], load_screen().plain(long_text)
    score = load_second_look().score
    print(f"a message: screen {_ms(screen, one):.3f} ms, weights {_ms(score, plain):.3f} ms")
    print(
        f"2,000 characters: screen {_ms(screen, [long_text]):.2f} ms, "
        f"weights {_ms(score, [long_plain]):.2f} ms"
    )


def _ms(run: Callable[[str], object], texts: Sequence[str]) -> float:
    times = []
    for _ in range(3):
        begun = time.process_time()
        for text in texts:
            run(text)
        times.append(time.process_time() - begun)
    return 1000 * float(np.min(times)) / len(texts)


def line_of(alert: SafetyAlert | None) -> str | None:
    """Return the line of an alert."""
    return None if alert is None else alert.line


if __name__ == "__main__":
    main()
