"""One round: both processes started, every section measured, both ended."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from benchmarks.citizens import Sayings, at_full_speed, play, play_over_sockets
from benchmarks.figures import Round, percentiles
from benchmarks.parts import Milliseconds, Parts, bare_rasa
from benchmarks.processes import RASA, Running, both, start_up
from foundation.settings import Settings

_IN_PROCESS = {"retrieval", "routing"}
_CITIZENS = (1, 8)
_WARM_UP_SESSIONS = 5
_LEAST_FORMS = 3


def one_round(
    settings: Settings, parts: Parts, sayings: Sayings, options: argparse.Namespace
) -> dict[str, Round]:
    """Measure what ``options.only`` names; return each section's rows."""
    wanted, found = set(options.only), dict[str, Round]()
    if "retrieval" in wanted:
        found["retrieval"] = _as_round(parts.retrieval())
    if "routing" in wanted:
        found["routing"] = _as_round(parts.routing_alone())
    if not wanted <= _IN_PROCESS:
        with both(settings) as running:
            found["startup"] = start_up(running, sayings.question())
            _Served(running, parts, sayings, options, found).measure(wanted)
    if {"messages", "rasa"} <= wanted:
        found["ratio"] = _ratio(found)
    return found


@dataclass(frozen=True, slots=True)
class _Served:
    """What is measured on the running processes, section by section into ``found``."""

    running: Running
    parts: Parts
    sayings: Sayings
    options: argparse.Namespace
    found: dict[str, Round]

    def measure(self, wanted: set[str]) -> None:
        if wanted <= {"startup", *_IN_PROCESS}:
            return
        asyncio.run(play(self.running, self._dialogues(_WARM_UP_SESSIONS)))
        asyncio.run(play(self.running, self._complaints()))
        memory = _memory(self.running, "warm")
        self._take("rasa", wanted, self._rasa)
        self._take("messages", wanted, self._messages)
        self._take("throughput", wanted, self._throughput)
        self.found["memory"] = memory | _memory(self.running, "after the round")
        self._take("degraded", wanted & {"messages"} and {"degraded"}, self._degraded)

    def _take(self, name: str, wanted: set[str], work: Callable[[], Round]) -> None:
        if name in wanted:
            print(f"  {name}", file=sys.stderr, flush=True)
            self.found[name] = work()

    def _rasa(self) -> Round:
        """Rasa with nothing of a conversation around it."""
        texts = [self.sayings.question() for _ in range(self.options.count)]
        return _as_round(asyncio.run(bare_rasa(self.running.settings, self.parts, texts)))

    def _messages(self) -> Round:
        """Whole messages, one at a time, and the processor time each takes."""
        running, dialogues = self.running, self._dialogues(self.options.count)
        before, alone_before = running.cpu_seconds(), turns_without_rasa(running)
        dialogue = asyncio.run(play(running, dialogues))
        spoken = sum(len(turn) for turn in dialogue)
        used = {
            f"processor time a message, {title}": (total - before[title]) * 1000 / spoken
            for title, total in running.cpu_seconds().items()
        }
        form = asyncio.run(play(running, self._complaints()))
        sockets = [script[:2] for script in self._dialogues(self.options.count)]
        over_socket = asyncio.run(play_over_sockets(running, sockets))
        rows = _as_round(
            {
                "question, first turn": dialogue[0],
                "follow-up, second turn": dialogue[1],
                "question, tenth turn": dialogue[9],
                "all ten turns": [value for turn in dialogue for value in turn],
                "complaint opens the form": form[0],
                "form turn (when, contact)": form[1] + form[2],
                "form submitted, ticket stored": form[3],
                "question over WebSocket, first turn": over_socket[0],
                "follow-up over WebSocket, second turn": over_socket[1],
            }
        )
        self.found["processor"] = {name: {"mean": value} for name, value in used.items()}
        rows["turns that went without Rasa"] = {"n": turns_without_rasa(running) - alone_before}
        return rows

    def _throughput(self) -> Round:
        rows: Round = {}
        for citizens in _CITIZENS:
            before, alone = self.running.cpu_seconds(), turns_without_rasa(self.running)
            started = time.perf_counter()
            seconds = self.options.seconds
            taken = asyncio.run(at_full_speed(self.running, self.sayings, citizens, seconds))
            elapsed = time.perf_counter() - started
            used = {
                f"{title}, cores": (total - before[title]) / elapsed
                for title, total in self.running.cpu_seconds().items()
            }
            rows[f"{citizens} at a time"] = {
                "messages/s": len(taken) / elapsed,
                **percentiles(taken),
                **used,
                "without Rasa": turns_without_rasa(self.running) - alone,
            }
        return rows

    def _degraded(self) -> Round:
        """The same messages after Rasa has ended."""
        self.running.stop(RASA)
        short = [script[:2] for script in self._dialogues(self.options.count)]
        dialogue = asyncio.run(play(self.running, short))
        form = asyncio.run(play(self.running, self._complaints()))
        return _as_round(
            {
                "question, first turn": dialogue[0],
                "follow-up, second turn": dialogue[1],
                "complaint opens the form": form[0],
                "form turn (when, contact)": form[1] + form[2],
                "form submitted, ticket stored": form[3],
            }
        )

    def _dialogues(self, count: int) -> list[list[str]]:
        return [self.sayings.dialogue() for _ in range(count)]

    def _complaints(self) -> list[list[str]]:
        count = max(_LEAST_FORMS, self.options.count // 3)
        return [self.sayings.complaint() for _ in range(count)]


def turns_without_rasa(running: Running) -> float:
    """Return how many turns the service has answered without Rasa since its start."""
    lines = httpx.get(f"{running.url}/metrics", timeout=10).text.splitlines()
    counts = [line for line in lines if line.startswith("hotline_degraded_turns_total")]
    return sum(float(line.rsplit(" ", 1)[1]) for line in counts)


def _ratio(found: dict[str, Round]) -> Round:
    whole = found["messages"]["question, first turn"]["p50"]
    return {
        f"whole message / {name}": {"p50": whole / found["rasa"][name]["p50"]}
        for name in ("parse", "turn, new sender")
    }


def _memory(running: Running, when: str) -> Round:
    return {f"{title}, {when}": sizes for title, sizes in running.memory().items()}


def _as_round(taken: Milliseconds) -> Round:
    return {name: percentiles(values) for name, values in taken.items()}
