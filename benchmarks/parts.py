"""The parts of a message by themselves: retrieval and routing in this process, and bare Rasa."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import httpx

from benchmarks.retrieval import WARM_UP, Remembering
from bot.conversation.following.kinship import mates_of
from bot.conversation.rasa_client import RasaClient
from bot.conversation.reading import TurnReader
from bot.conversation.schemas import DialogueState, Turn
from bot.conversation.wishes import WishReader
from connectors.staged_routing import StagedRouting
from foundation.clock import SystemClock
from foundation.settings import Settings
from foundation.text.personal_information import PersonalValues
from knowledge_base.bundles.loader import load_bundles
from knowledge_base.library import Library
from retrieval.bundle_recognition import BundleRecogniser
from retrieval.encoder.protocol import Encoder
from retrieval.service import Retriever
from routing.city_data import load_taxonomy
from routing.deadlines.service import load_deadline_service

Milliseconds = dict[str, list[float]]
_JUST_READ = 60


@dataclass(frozen=True, slots=True)
class Parts:
    """Retrieval and routing as the service builds them, the encoder in."""

    retriever: Retriever
    searching: Retriever  # knows each text's vector already: what is left is all but encoding
    routing: StagedRouting
    encoder: Encoder
    questions: list[str]
    appeals: list[str]
    other_appeals: list[str]

    @classmethod
    def build(cls, settings: Settings, library: Library, count: int) -> "Parts":
        """Load everything; an index that does not fit the library is built anew in its folder."""
        clock = SystemClock()
        retriever, searching = Retriever(library, settings), Retriever(library, settings)
        retriever.warm_up()
        searching.warm_up()
        engine = searching.present.engine
        encoder, index = engine.load_dense()
        engine.use_dense((Remembering(encoder), index))
        routing = StagedRouting(library, settings, load_deadline_service(settings, clock), clock)
        routing.warm_up(encoder)
        texts = [appeal.text for appeal in load_taxonomy().appeals]
        return cls(
            retriever,
            searching,
            routing,
            encoder,
            _spread(_sample_questions(library), count + WARM_UP),
            _spread(texts[::2], count + WARM_UP),
            _spread(texts[1::2], count + WARM_UP),
        )

    def retrieval(self) -> Milliseconds:
        """Time encoding, the rest of a question, and a whole question."""
        for text in self.questions:
            self.searching.ask(text)
        return {
            "encode one text": _timed(self._encode, self.questions),
            "ask besides encoding": _timed(self.searching.ask, self.questions),
            "ask, whole": _timed(self.retriever.ask, self.questions),
        }

    def routing_alone(self) -> Milliseconds:
        """Time the reading of a text, which each message takes, and a proposal."""
        return {
            "read a question": _timed(self.routing.read, self.questions),
            "read an appeal": _timed(self.routing.read, self.appeals),
            # texts that were not read just before: readings of the last 128 are kept
            "propose, not read before": _timed(self.routing.propose, self.other_appeals),
            "propose, just read": _timed(self.routing.propose, self.other_appeals[-_JUST_READ:]),
        }

    def _encode(self, text: str) -> object:
        return self.encoder.encode_queries([text])

    def turn(self, text: str) -> Turn:
        """Return what the service would send to Rasa for a first message."""
        bundles = load_bundles(self.retriever.library)
        recogniser = BundleRecogniser(bundles, lambda: self.encoder)
        wishes = WishReader(self.retriever, recogniser)
        reader = TurnReader(self.retriever, self.routing, wishes, mates_of(bundles))
        return reader.read(text, DialogueState(), PersonalValues(), None)


async def bare_rasa(settings: Settings, parts: Parts, texts: list[str]) -> Milliseconds:
    """Time Rasa with nothing of a conversation around it.

    ``parse`` is its pipeline alone (``POST /model/parse``). No rule of the assistant answers
    without an action, so a turn always contains one call back to the service.
    """
    taken: Milliseconds = {"parse": [], "turn, new sender": [], "turn, tenth of a sender": []}
    async with (
        httpx.AsyncClient(timeout=settings.rasa_timeout_seconds) as http,
        RasaClient(settings) as client,
    ):

        async def decide(text: str, sender: str) -> float:
            turn = parts.turn(text)
            started = time.perf_counter()
            await client.decide(turn, sender, resume=False)
            return (time.perf_counter() - started) * 1000

        for text in texts:
            started = time.perf_counter()
            parsed = await http.post(f"{settings.rasa_url}/model/parse", json={"text": text})
            taken["parse"].append((time.perf_counter() - started) * 1000)
            parsed.raise_for_status()
            sender = uuid.uuid4().hex
            taken["turn, new sender"].append(await decide(text, sender))
        for text in islice(texts, max(1, len(texts) // 5)):
            sender = uuid.uuid4().hex
            turns = [await decide(text, sender) for _ in range(10)]
            taken["turn, tenth of a sender"].append(turns[-1])
    return taken


def _timed(work: Callable[[str], object], texts: list[str]) -> list[float]:
    """Return milliseconds per text; the first ten only warm up, for no text counts twice."""
    for text in texts[:WARM_UP]:
        work(text)
    taken = []
    for text in texts[WARM_UP:]:
        started = time.perf_counter()
        work(text)
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def _sample_questions(library: Library) -> list[str]:
    return [text for matter in library.matters.values() for text in matter.sample_questions]


def _spread(texts: list[str], count: int) -> list[str]:
    """Return at most ``count`` of the texts, evenly over all of them."""
    step = max(1, len(texts) // count)
    return texts[::step][:count]
