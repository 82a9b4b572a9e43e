"""Rasa's ResponseSelector, the FAQ way of its own documentation; runs inside Rasa's Python 3.10.

Same JSON as ``benchmarks.baselines.worker``; every text of a matter is an example of its response.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.model_training import train_nlu
from rasa.utils.log_utils import configure_structlog
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

_RETRIEVAL_INTENT = "guide"


def main() -> None:
    given = json.load(sys.stdin)
    # Rasa prints while it trains: only the result goes to standard output
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    configure_structlog(logging.WARNING)  # it would print every question
    with tempfile.TemporaryDirectory() as folder:
        json.dump(asyncio.run(_measured(given, Path(folder))), output)
    output.close()


async def _measured(given: dict[str, Any], folder: Path) -> dict[str, Any]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = time.perf_counter()
    agent = _trained(given["texts"], folder, given["epochs"])
    built = time.perf_counter() - started
    for question in given["questions"][:5]:
        await _search(agent, question)
    found, taken = [], []
    for question in given["questions"]:
        began = time.perf_counter()
        found.append(await _search(agent, question))
        taken.append((time.perf_counter() - began) * 1000)
    return {
        "found": found,
        "milliseconds": taken,
        "build_seconds": built,
        "memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before,
    }


def _trained(texts: list[dict[str, str]], folder: Path, epochs: int) -> Any:
    examples: dict[str, list[str]] = {}
    for each in texts:
        examples.setdefault(each["code"], []).append(" ".join(each["text"].split()))
    config = {
        "recipe": "default.v1",
        "language": "zh",
        "assistant_id": "baseline",
        "pipeline": [
            {"name": "JiebaTokenizer"},
            {"name": "CountVectorsFeaturizer"},
            {
                "name": "CountVectorsFeaturizer",
                "analyzer": "char_wb",
                "min_ngram": 1,
                "max_ngram": 4,
            },
            {
                "name": "ResponseSelector",
                "retrieval_intent": _RETRIEVAL_INTENT,
                "epochs": epochs,
                "random_seed": 12345,
            },
        ],
    }
    nlu = [
        {"intent": f"{_RETRIEVAL_INTENT}/{code}", "examples": "".join(f"- {t}\n" for t in texts)}
        for code, texts in examples.items()
    ]
    responses = {f"utter_{_RETRIEVAL_INTENT}/{code}": [{"text": code}] for code in examples}
    data = {"version": "3.1", "nlu": nlu, "responses": responses}
    # JSON is YAML
    (folder / "config.yml").write_text(json.dumps(config), encoding="utf-8")
    _write_yaml(folder / "nlu.yml", data)
    path = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder / "models"))
    return Agent.load(path)


def _write_yaml(path: Path, data: dict[str, Any]) -> None:
    for each in data["nlu"]:
        each["examples"] = LiteralScalarString(each["examples"])
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(data, file)


async def _search(agent: Any, question: str) -> list[str]:
    parsed = await agent.parse_message(question)
    ranking = parsed["response_selector"][_RETRIEVAL_INTENT]["ranking"]
    return [each["intent_response_key"].split("/", 1)[1] for each in ranking]


if __name__ == "__main__":
    main()
