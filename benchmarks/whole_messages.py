"""A whole message through the web chat against an utterance-only message to a bare Rasa.

    .venv/bin/python -m benchmarks.whole_messages [--rounds 3] [--messages 240] [--json FILE]

Starts the service, its Rasa and a bare Rasa of the same NLU (see ``utterance_rasa``). In each
round, at 1, 8 and 32 citizens at a time, the same questions go to the bare Rasa (a fresh sender
each) and, right after it, through the web chat (a fresh conversation each, the question answered
from a guide), so that the ratios hold on a busy machine. Then whole conversations of thirty turns:
what the thirtieth costs against the second.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from benchmarks.citizens import Citizen, Sayings, client, play
from benchmarks.figures import Round, machine, markdown, over_rounds, percentiles
from benchmarks.processes import Running, both, start_up, throw_away
from benchmarks.rounds import turns_without_rasa
from benchmarks.utterance_rasa import train_utterances, utterance_rasa
from foundation.settings import load_settings
from knowledge_base.loader import load_library

_CITIZENS = (1, 8, 32)
_TURNS, _CONVERSATIONS = 30, 6
_WARM_UP = 24


async def spoken(
    texts: list[str], at_a_time: int, say: Callable[[str], Awaitable[float]]
) -> tuple[list[float], float]:
    """Say every text, so many at a time.

    Returns:
        Milliseconds of each message, and messages a second over all.
    """
    waiting, taken = iter(texts), list[float]()

    async def one_after_another() -> None:
        for text in waiting:
            taken.append(await say(text))

    started = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(at_a_time)))
    return taken, len(texts) / (time.perf_counter() - started)


async def to_bare_rasa(url: str, texts: list[str], at_a_time: int) -> tuple[list[float], float]:
    """Send each text to the bare Rasa from a sender of its own."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=at_a_time)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as http:

        async def say(text: str) -> float:
            started = time.perf_counter()
            said = {"sender": uuid.uuid4().hex, "message": text}
            answered = await http.post("/webhooks/rest/webhook", json=said)
            taken = (time.perf_counter() - started) * 1000
            if not answered.json():
                raise RuntimeError(f"no utterance: {text}")
            return taken

        return await spoken(texts, at_a_time, say)


async def through_web_chat(
    running: Running, texts: list[str], at_a_time: int
) -> tuple[list[float], float]:
    """Send each text through the web chat in a conversation of its own."""
    tokens = iter(running.tokens(len(texts)))
    async with client(running) as http:

        async def say(text: str) -> float:
            return await Citizen(http, next(tokens)).say_now(text)

        return await spoken(texts, at_a_time, say)


def one_round(running: Running, bare: str, sayings: Sayings, messages: int) -> dict[str, Round]:
    """Measure every concurrency and the long conversations once."""
    times, ratios, throughput = Round(), Round(), Round()
    alone = turns_without_rasa(running)
    for citizens in _CITIZENS:
        texts = [sayings.question() for _ in range(messages)]
        rasa, rasa_rate = asyncio.run(to_bare_rasa(bare, texts, citizens))
        whole, whole_rate = asyncio.run(through_web_chat(running, texts, citizens))
        times[f"{citizens} at a time, bare Rasa"] = under = percentiles(rasa)
        times[f"{citizens} at a time, whole message"] = over = percentiles(whole)
        ratios[f"{citizens} at a time"] = {
            name: over[name] / under[name] for name in ("p50", "p95")
        }
        throughput[f"{citizens} at a time"] = {"bare Rasa": rasa_rate, "whole": whole_rate}
    scripts = [[sayings.question() for _ in range(_TURNS)] for _ in range(_CONVERSATIONS)]
    turns = asyncio.run(play(running, scripts))
    # Neighbours are taken together: a single turn of six conversations is too few to compare.
    early, late = (
        percentiles([v for turn in part for v in turn]) for part in (turns[1:4], turns[-3:])
    )
    long = {"turns 2–4": early, "turns 28–30": late, "ratio": {"p50": late["p50"] / early["p50"]}}
    lost = {"turns answered without Rasa": {"n": turns_without_rasa(running) - alone}}
    return {
        "times": times,
        "ratios": ratios,
        "throughput": throughput,
        "long": long,
        "degraded": lost,
    }


_TITLES = {
    "times": "Milliseconds",
    "ratios": "Whole message against bare Rasa",
    "throughput": "Messages a second",
    "long": "One conversation of thirty turns, milliseconds",
    "degraded": "Turns answered without Rasa",
}


def report(rounds: list[dict[str, Round]]) -> str:
    """Return the tables: the median over the rounds with least–most."""
    return "\n".join(
        markdown(title, over_rounds([each[name] for each in rounds]), 2 if name == "ratios" else 1)
        for name, title in _TITLES.items()
    )


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", type=int, default=240, help="of each concurrency and round")
    parser.add_argument("--json", type=Path, help="write every figure of every round here")
    options = parser.parse_args()
    installed, rounds = load_settings(), list[dict[str, Round]]()
    sayings, figures = Sayings(load_library()), dict[str, Any]()
    with tempfile.TemporaryDirectory(prefix="whole-") as name:
        bare_folder = Path(name) / "bare"
        bare_folder.mkdir()
        print("训练对照的 Rasa", file=sys.stderr, flush=True)
        model = train_utterances(installed, bare_folder)
        settings = throw_away(installed, Path(name) / "service")
        with utterance_rasa(settings, model) as bare, both(settings) as running:
            start_up(running, sayings.question())
            warm = [sayings.question() for _ in range(_WARM_UP)]
            asyncio.run(to_bare_rasa(bare, warm, 2))
            asyncio.run(through_web_chat(running, warm, 2))
            for number in range(options.rounds):
                print(f"round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
                rounds.append(one_round(running, bare, sayings, options.messages))
                figures = {"machine": machine(), "rounds": rounds}
                if options.json:
                    options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"{options.rounds} rounds of {options.messages} messages. {machine()}\n")
    print(report(rounds))


if __name__ == "__main__":
    main()
