"""A bare Rasa to compare with: the assistant's own NLU, each intent answered by one sentence.

No rule of the assistant answers without an action, so an utterance-only message cannot be sent to
it. This one has the same pipeline, examples and policies; its rules utter a fixed text, nothing
is called and nothing is stored.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from ruamel.yaml import YAML

from bot.serving import CONFIG, DATA, DOMAIN, rasa_python, training_environment
from foundation.settings import Settings

_MODEL = "utterances"
_TRAIN_SECONDS, _START_SECONDS, _STOP_SECONDS = 900.0, 300.0, 15.0


def train_utterances(settings: Settings, folder: Path) -> Path:
    """Train it in ``folder``; return the model's file."""
    yaml = YAML(typ="safe")
    intents = yaml.load(DOMAIN.read_text(encoding="utf-8"))["intents"]
    rules = [
        {"rule": f"on {name}", "steps": [{"intent": name}, {"action": "utter_answer"}]}
        for name in [*intents, "nlu_fallback"]  # of the pipeline, where no intent is sure enough
    ]
    domain = {
        "version": "3.1",
        "intents": [*intents, "nlu_fallback"],
        "responses": {"utter_answer": [{"text": "好的，已经收到。"}]},
        "session_config": {"session_expiration_time": 0, "carry_over_slots_to_new_session": False},
    }
    config = yaml.load(CONFIG.read_text(encoding="utf-8"))
    # The assistant's fallback is an action of the service; here nothing is called.
    config["policies"] = [{"name": "RulePolicy", "enable_fallback_prediction": False}]
    yaml.dump(config, folder / "config.yml")
    yaml.dump(domain, folder / "domain.yml")
    yaml.dump({"version": "3.1", "rules": rules}, folder / "rules.yml")
    subprocess.run(
        [
            *(rasa_python(), "-m", "rasa", "train", "--config", "config.yml"),
            *("--domain", "domain.yml", "--data", "rules.yml", str(DATA / "nlu")),
            *("--out", ".", "--fixed-model-name", _MODEL),
        ],
        cwd=folder,
        env=training_environment(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
        timeout=_TRAIN_SECONDS,
    )
    return folder / f"{_MODEL}.tar.gz"


@contextmanager
def utterance_rasa(settings: Settings, model: Path) -> Iterator[str]:
    """Run ``model`` on a free port of this machine; yield its address; end it afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    (model.parent / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    (model.parent / "endpoints.yml").write_text("{}\n", encoding="utf-8")
    with (model.parent / "rasa.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(rasa_python(), "-m", "rasa", "run", "--model", str(model)),
                *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
                *("--interface", "127.0.0.1", "--port", str(port)),
            ],
            cwd=model.parent,
            env=training_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(process, url)
        yield url
    finally:
        _end(process)


def _wait(process: "subprocess.Popen[bytes]", url: str) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{url}/", timeout=5).is_success:
                return
        time.sleep(0.2)
    raise TimeoutError("the bare Rasa did not start")


def _end(process: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
            return
