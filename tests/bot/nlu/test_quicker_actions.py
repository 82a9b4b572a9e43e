"""What is replaced in Rasa's action calls, in Rasa's own environment."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.serving import rasa_python, training_environment
from foundation.settings import load_settings

# Calls a small server three times, which notes the connections it was called over and what came
# with it; then has responses validated.
_IN_RASA = """
import asyncio, json, sys
from aiohttp import web
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import EndpointConfig
from bot.nlu.quicker_actions import make_action_calls_quicker

make_action_calls_quicker()
connections, secrets, answers = set(), set(), []

async def answer(request):
    connections.add(request.transport.get_extra_info("peername"))
    secrets.add(request.headers["X-Secret"])
    return web.json_response({"said": (await request.json())["said"]})

async def main():
    application = web.Application()
    application.router.add_post("/", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    endpoint = EndpointConfig(f"http://127.0.0.1:{port}/", headers={"X-Secret": "s"})
    for number in range(3):
        answers.append((await endpoint.request(json={"said": number}))["said"])

asyncio.run(main())

def valid(response):
    try:
        return RemoteAction("action_greet", None)._validate_action_result(response)
    except ValidationError:
        return False

found = [valid(response) for response in json.load(sys.stdin)]
print(json.dumps([len(connections), sorted(secrets), answers, found]))
"""
_RESPONSES: list[tuple[Any, bool]] = [
    ({"events": [{"event": "slot", "name": "a", "value": None}], "responses": [{}]}, True),
    ({}, True),
    (None, False),
    ([], False),
    ({"events": {}}, False),
    ({"events": [{"name": "a"}]}, False),
    ({"events": [], "responses": ["a"]}, False),
]


@pytest.mark.rasa
def test_calls_share_a_connection_and_what_is_no_response_is_refused(tmp_path: Path) -> None:
    finished = subprocess.run(
        [rasa_python(), "-c", _IN_RASA],
        input=json.dumps([response for response, _ in _RESPONSES]),
        env=training_environment(load_settings()),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    connections, secrets, answers, found = json.loads(finished.stdout.splitlines()[-1])

    assert connections == 1
    assert (secrets, answers) == (["s"], [0, 1, 2])
    assert found == [valid for _, valid in _RESPONSES]
