"""Two thousand conversations at once: nobody's context reaches another's, and memory stays.

    .venv/bin/python -m benchmarks.soak [--citizens 2000] [--at-a-time 16] [--svg F] [--json F]

Starts service and Rasa on free ports of this machine. Every citizen asks about a matter, asks on
("那要多少钱"), complains of a place that is theirs alone, asks on about the matter in the middle of
the form, leaves a telephone number that is theirs alone, and submits. All conversations are open
together: each turn is said by all citizens, in a new order, before the next begins. What each
hears is compared with what was heard in a conversation that was alone; memory of both processes
is read all along.
"""

import argparse
import asyncio
import json
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.citizens import client
from benchmarks.figures import machine, percentiles
from benchmarks.processes import SERVICE, Running, both, start_up, throw_away
from benchmarks.rounds import turns_without_rasa
from foundation.settings import load_settings
from knowledge_base.library import Library
from knowledge_base.loader import load_library

_MATTERS = 40
_ESTATE = "小区"
_FOLLOW_UP, _INTERRUPTION, _SUBMIT = "那要多少钱", "刚才那件事在哪里办", "对，提交吧"
_COMPLAINT = "我要投诉，{place}楼下的烧烤店昨天半夜还在冒油烟"
_TURNS = ("question", "follow-up", "complaint", "interruption", "telephone", "submit")
_ABOUT_A_MATTER = (0, 1, 3)
_NUMBER = re.compile(r"(?<!\d)\d{8}-\d{6}(?!\d)")
_SAMPLES_A_TURN = 10


@dataclass(slots=True)
class Caller:
    """One conversation: what is said in it and what was heard, turn by turn."""

    token: str
    said: tuple[str, ...]
    place: str
    digits: str
    heard: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # turns that the service did not take

    async def speak(self, http: httpx.AsyncClient, turn: int) -> float:
        """Say the turn's words; return the milliseconds until the answer is there."""
        started = time.perf_counter()
        answered = await http.post(
            "/api/chat/messages",
            json={"id": f"{self.digits}-soak-{turn}", "text": self.said[turn]},
            headers={"X-Chat-Session": self.token},
        )
        taken = (time.perf_counter() - started) * 1000
        if answered.is_success:
            self.heard.append("\n".join(each["text"] for each in answered.json()["entries"]))
        else:
            self.heard.append("")
            self.refused.append(f"{_TURNS[turn]}: HTTP {answered.status_code}")
        return taken


def callers(running: Running, library: Library, count: int) -> list[Caller]:
    """Return so many citizens; matters are shared by some, place and telephone by nobody."""
    step = max(1, len(library.matters) // _MATTERS)
    questions = [each.sample_questions[0] for each in list(library.matters.values())[::step]]
    estates = [place.name for place in library.places if place.kind == _ESTATE]
    found = []
    for number, token in enumerate(running.tokens(count)):
        place = f"{estates[number % len(estates)]}{number // len(estates) + 1}号楼"
        # 1000 to 9999, and no two the same among 2,000
        digits = f"{1000 + number * 4 % 9000:04d}"
        said = (
            questions[number % len(questions)],
            *(_FOLLOW_UP, _COMPLAINT.format(place=place), _INTERRUPTION),
            f"1380013{digits}",
            _SUBMIT,
        )
        found.append(Caller(token, said, place, digits))
    return found


async def play(
    running: Running, everyone: Sequence[Caller], at_a_time: int
) -> tuple[dict[str, list[float]], list[dict[str, Any]]]:
    """Let all say each turn before anyone says the next.

    Returns:
        Milliseconds by turn, and the memory of both processes along the way (MiB).
    """
    taken: dict[str, list[float]] = {name: [] for name in _TURNS}
    memory, said, order = list[dict[str, Any]](), 0, random.Random(12345)
    every = max(1, len(everyone) // _SAMPLES_A_TURN)
    async with client(running) as http:
        for turn, name in enumerate(_TURNS):
            print(f"  {name}", file=sys.stderr, flush=True)
            waiting = iter(order.sample(everyone, len(everyone)))

            async def some(turn: int, name: str, waiting: Any) -> None:
                nonlocal said
                for caller in waiting:
                    taken[name].append(await caller.speak(http, turn))
                    said += 1
                    if said % every == 0:
                        memory.append({"messages": said, **running.memory()})

            await asyncio.gather(*(some(turn, name, waiting) for _ in range(at_a_time)))
    return taken, memory


def faults(alone: Sequence[Caller], everyone: Sequence[Caller]) -> Counter[str]:
    """Count what a citizen heard and should not have, by kind; empty when all is well."""
    expected = {caller.said[0]: caller.heard for caller in alone}
    found, numbers = Counter[str](), Counter[str]()
    for caller in everyone:
        found.update(caller.refused)
        for turn in _ABOUT_A_MATTER:
            if caller.heard[turn] != expected[caller.said[0]][turn]:
                found[f"{_TURNS[turn]}: other words than alone"] += 1
        read_back = caller.heard[_TURNS.index("telephone")]
        if caller.place not in read_back:
            found["read-back without the citizen's own place"] += 1
        if f"****{caller.digits}" not in read_back:
            found["read-back without the citizen's own telephone"] += 1
        number = _NUMBER.search(caller.heard[-1])
        if number is None:
            found["no appeal number"] += 1
        else:
            numbers[number[0]] += 1
    found["number given twice"] = sum(count - 1 for count in numbers.values())
    return +found


def growth(memory: Sequence[dict[str, Any]], title: str) -> dict[str, float]:
    """Return MiB at the start, middle and end, and MiB per 1,000 messages in the second half."""
    resident = [each[title]["RSS"] for each in memory]
    half = len(memory) // 2
    messages = [each["messages"] for each in memory[half:]]
    slope = float(np.polyfit(messages, resident[half:], 1)[0]) * 1000
    return {
        "first": resident[0],
        "middle": resident[half],
        "last": resident[-1],
        "per 1,000 messages, second half": slope,
    }


def draw(memory: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the curve of both processes as SVG."""
    import matplotlib as mpl  # noqa: PLC0415 -- slow, and only for the picture

    mpl.use("svg")
    import matplotlib.pyplot as plt  # noqa: PLC0415 -- after the choice of output

    mpl.rcParams["svg.hashsalt"] = "soak"
    figure, axes = plt.subplots(figsize=(7, 3.6))
    for title in memory[0].keys() - {"messages"}:
        resident = [each[title]["RSS"] for each in memory]
        axes.plot([each["messages"] for each in memory], resident, label=title)
    axes.set(xlabel="messages", ylabel="resident memory, MiB")
    axes.set_ylim(bottom=0)
    axes.legend()
    axes.grid(visible=True, color="#dddddd")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main() -> int:
    """Run the soak; exit 1 when anyone heard what was not theirs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--citizens", type=int, default=2000)
    parser.add_argument("--at-a-time", type=int, default=16, help="messages under way at once")
    parser.add_argument("--svg", type=Path, help="draw the memory here")
    parser.add_argument("--json", type=Path, help="write every figure here")
    parser.add_argument("--log", type=Path, help="keep what the service wrote here")
    options = parser.parse_args()
    installed, library = load_settings(), load_library()
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        settings = throw_away(installed, Path(name) / "service")
        with both(settings) as running:
            start_up(running, "身份证丢了怎么补办")
            everyone = callers(running, library, options.citizens + _MATTERS * 2)
            alone, everyone = everyone[: _MATTERS * 2], everyone[_MATTERS * 2 :]
            asyncio.run(play(running, alone, 1))
            began, without = time.perf_counter(), turns_without_rasa(running)
            taken, memory = asyncio.run(play(running, everyone, options.at_a_time))
            seconds = time.perf_counter() - began
            without = turns_without_rasa(running) - without
        if options.log:
            shutil.copy(settings.data_dir / f"{SERVICE}.log", options.log)
    wrong = faults(alone, everyone)
    report = {
        "machine": machine(),
        "citizens": len(everyone),
        "messages a second": len(everyone) * len(_TURNS) / seconds,
        "turns without Rasa": without,
        "milliseconds": {name: percentiles(values) for name, values in taken.items()},
        "memory, MiB": {title: growth(memory, title) for title in memory[0].keys() - {"messages"}},
        "faults": dict(wrong),
    }
    print(json.dumps(report, ensure_ascii=False, indent=1))
    if options.json:
        curve = json.dumps(report | {"curve": memory}, ensure_ascii=False, indent=1)
        options.json.write_text(curve + "\n", encoding="utf-8")
    if options.svg:
        draw(memory, options.svg)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
