"""Citizens of the web chat who wait for each answer, over HTTP and over WebSocket."""

import asyncio
import json
import random
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import httpx
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.processes import Running
from knowledge_base.library import Library

# Follow-ups repeat, as they do in life; a matter's question never does.
_FOLLOW_UPS = ("那要多少钱", "在哪里办", "多久能办好", "需要什么材料", "网上能办吗")
_COMPLAINT = "我要投诉，{place}楼下的烧烤店半夜还在冒油烟"
_FORM_ANSWERS = ("昨天晚上十一点", "13800138000", "对，提交吧")
_ESTATE = "小区"
# Five messages in five seconds are allowed to one session.
_SECONDS_BETWEEN = 1.05
_TIMEOUT_SECONDS = 30.0
# A citizen at full speed says this many things before the next one comes.
_MESSAGES_A_CITIZEN = 3


class Sayings:
    """What citizens say: a first question or complaint comes again only after all others.

    The service keeps the readings of the last 128 texts; a benchmark that repeats itself would
    measure that.
    """

    def __init__(self, library: Library) -> None:
        questions = [text for each in library.matters.values() for text in each.sample_questions]
        random.Random(7).shuffle(questions)
        self._questions = cycle(questions)
        self._places = cycle([place.name for place in library.places if place.kind == _ESTATE])
        self._follow_ups = cycle(_FOLLOW_UPS)

    def question(self) -> str:
        """Return the next sample question of the library."""
        return next(self._questions)

    def dialogue(self) -> list[str]:
        """Return ten turns: questions (1, 4, 7, 10), each with two follow-ups."""
        return [self.question() if turn % 3 == 0 else next(self._follow_ups) for turn in range(10)]

    def complaint(self) -> list[str]:
        """Return four turns: the form opens, is filled twice, is submitted."""
        return [_COMPLAINT.format(place=next(self._places)), *_FORM_ANSWERS]


@dataclass(slots=True)
class Citizen:
    """One session; ``say`` returns the milliseconds until the whole answer is there."""

    http: httpx.AsyncClient
    token: str
    said_at: float = 0.0

    async def say(self, text: str) -> float:
        """Send one message over HTTP; waits first, where the session has just spoken."""
        await asyncio.sleep(max(0.0, self.said_at + _SECONDS_BETWEEN - time.perf_counter()))
        return await self.say_now(text)

    async def say_now(self, text: str) -> float:
        """Send one message over HTTP at once."""
        self.said_at = time.perf_counter()
        response = await self.http.post(
            "/api/chat/messages",
            json={"id": uuid.uuid4().hex, "text": text},
            headers={"X-Chat-Session": self.token},
        )
        taken = (time.perf_counter() - self.said_at) * 1000
        response.raise_for_status()
        if not response.json()["entries"]:
            raise RuntimeError(f"no answer: {text}")
        return taken


def client(running: Running) -> httpx.AsyncClient:
    """Return a keep-alive client of the service."""
    return httpx.AsyncClient(base_url=running.url, timeout=_TIMEOUT_SECONDS)


async def play(running: Running, scripts: Sequence[Sequence[str]]) -> list[list[float]]:
    """Play each script in a session of its own, one message at a time.

    Returns:
        Milliseconds by turn: ``result[k]`` holds turn k of each session.

    Raises:
        RuntimeError: a message got no answer.
    """
    async with client(running) as http:
        citizens = [Citizen(http, token) for token in running.tokens(len(scripts))]
        # Turn by turn through all sessions: each has its pause while the others speak.
        return [
            [await citizen.say(text) for citizen, text in zip(citizens, texts, strict=True)]
            for texts in zip(*scripts, strict=True)
        ]


async def play_over_sockets(
    running: Running, scripts: Sequence[Sequence[str]]
) -> list[list[float]]:
    """Play each script over a socket of its own, one message at a time; as ``play``."""
    turns: list[list[float]] = [[] for _ in scripts[0]]
    for token, script in zip(running.tokens(len(scripts)), scripts, strict=True):
        url = running.url.replace("http://", "ws://") + "/api/chat/socket"
        async with connect(url, origin=running.url) as socket:  # type: ignore[arg-type]  # a str is an Origin
            await socket.send(json.dumps({"type": "hello", "token": token}))
            await _until(socket, "ready")
            for turn, text in zip(turns, script, strict=True):
                started = time.perf_counter()
                message = {"type": "message", "id": uuid.uuid4().hex, "text": text}
                await socket.send(json.dumps(message))
                await _until(socket, "entry", author="assistant")
                turn.append((time.perf_counter() - started) * 1000)
    return turns


async def _until(socket: ClientConnection, kind: str, author: str | None = None) -> None:
    async with asyncio.timeout(_TIMEOUT_SECONDS):
        while True:
            frame = json.loads(await socket.recv())
            if frame["type"] == "error":
                raise RuntimeError(f"refused: {frame['message']}")
            if frame["type"] == kind and author in {None, frame.get("author")}:
                return


async def at_full_speed(
    running: Running, sayings: Sayings, citizens: int, seconds: float
) -> list[float]:
    """Let so many ask without a pause for so long; return all milliseconds."""
    taken: list[float] = []
    until = time.perf_counter() + seconds

    async def ask_on(http: httpx.AsyncClient) -> None:
        while time.perf_counter() < until:
            citizen = Citizen(http, running.tokens(1)[0])
            said = (sayings.question() for _ in range(_MESSAGES_A_CITIZEN))
            taken.extend([await citizen.say_now(text) for text in said])

    async with client(running) as http:
        await asyncio.gather(*(ask_on(http) for _ in range(citizens)))
    return taken
