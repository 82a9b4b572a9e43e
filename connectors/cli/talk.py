"""``hotline talk``: the real assistant in a terminal, on a database that is thrown away."""

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, TextIO

import typer
from pydantic import BaseModel, ConfigDict, SecretStr, StrictStr, ValidationError
from rich.console import Console
from sqlalchemy.engine import URL

from bot.conversation.errors import RasaUnavailableError
from bot.conversation.links import link_lines, offer_lines
from bot.conversation.schemas import IncomingMessage
from bot.conversation.transcript import Entry, Receipt
from connectors.assembly import Services, build_services
from connectors.cli.machine_form import JsonObject, answer_lines, json_only_output
from connectors.cli.own_rasa import with_rasa
from connectors.present_library import present_library
from foundation.settings import Settings, load_settings

_GOODBYES = frozenset({"退出", "再见", "exit", "quit"})


class Said(BaseModel):
    """One turn of a script."""

    model_config = ConfigDict(frozen=True)

    user: StrictStr


class Script(BaseModel):
    """One line of the machine form."""

    model_config = ConfigDict(frozen=True)

    id: Any
    turns: tuple[Said, ...]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("talk", help="与助手对话；--jsonl 逐行读写 JSON 脚本。")(talk)


def talk(
    *,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="从标准输入逐行读 JSON。")] = False,
    without_rasa: Annotated[
        bool, typer.Option("--without-rasa", help="不用 Rasa，走降级路径。")
    ] = False,
) -> None:
    """Talk, or play one script a line with ``--jsonl``. Nothing is kept."""
    if not jsonl:
        asyncio.run(_chat(without_rasa=without_rasa))
        return
    with json_only_output() as output:
        failed = asyncio.run(_play_all(list(sys.stdin), output, without_rasa=without_rasa))
    if failed:
        raise typer.Exit(1)


class Player:
    """Plays scripts through the conversation exactly as a channel would."""

    def __init__(self, services: Services, *, may_degrade: bool) -> None:
        self._services = services
        self._may_degrade = may_degrade

    async def play(self, line: JsonObject) -> JsonObject:
        """Play one line of the machine form (``docs/cli/talk.schema.json``).

        Raises:
            ValueError: the line has no ``turns`` of ``{"user"}``.
            RasaUnavailableError: a turn went without Rasa although it must not.
        """
        try:
            script = Script.model_validate(line)
        except ValidationError as error:
            faults = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            raise ValueError("; ".join(faults)) from error
        key, turns, degraded = f"talk:{uuid.uuid4().hex}", [], None
        for said in script.turns:
            receipt = await self.say(key, said.user)
            degraded = degraded or receipt.degraded
            turns.append(self._as_json(said.user, receipt))
        return {"id": script.id, "degraded": degraded, "turns": turns}

    async def say(self, key: str, text: str) -> Receipt:
        """Say one thing and return what came of it."""
        message = IncomingMessage(
            channel="cli", conversation_key=key, message_id=uuid.uuid4().hex, text=text
        )
        receipt = await self._services.conversations.receive(message)
        if receipt.degraded is not None and not self._may_degrade:
            raise RasaUnavailableError(receipt.degraded)
        return receipt

    def _as_json(self, user: str, receipt: Receipt) -> JsonObject:
        summary = receipt.summary
        code = summary.matter
        title = self._services.library.matter(code).title if code else None
        return {
            "user": user,
            "bot": texts(receipt),
            "matter": {"code": code, "title": title} if code else None,
            "policy": self._policy(summary.policy),
            "facet": summary.facet,
            "decision": summary.decision,
            "ticket_no": summary.ticket_no,
            "handover": summary.handover,
            "emergency_line": summary.emergency_line,
            "asks": summary.asks,
        }

    def _policy(self, code: str | None) -> JsonObject | None:
        if code is None:
            return None
        return {"code": code, "title": self._services.retriever.present.title(code)}


def texts(receipt: Receipt) -> list[str]:
    """Return what the hotline said, also what could not be saved."""
    said = [text for one in receipt.entries for text in _with_links(one)]
    return said + [one.text for one in receipt.unsaved]


def _with_links(entry: Entry) -> list[str]:
    """Return an entry as a channel of text alone shows it: pages as paths, then what is offered."""
    return ["\n".join([entry.text, *link_lines(entry, "")]), *offer_lines(entry)]


async def _play_all(lines: list[str], output: TextIO, *, without_rasa: bool) -> bool:
    failed = False
    async with _throw_away(without_rasa=without_rasa) as services:
        player = Player(services, may_degrade=without_rasa)
        loop = asyncio.get_running_loop()

        def play(line: JsonObject) -> JsonObject:
            nonlocal failed
            try:
                return asyncio.run_coroutine_threadsafe(player.play(line), loop).result()
            except RasaUnavailableError:
                failed = True
                raise

        # The reader of lines waits for each answer; the loop stays free to give it.
        await asyncio.to_thread(answer_lines, lines, play, output)
    return failed


async def _chat(*, without_rasa: bool) -> None:
    console = Console()
    async with _throw_away(without_rasa=without_rasa) as services:
        player, key = Player(services, may_degrade=True), f"talk:{uuid.uuid4().hex}"
        console.print("请输入（“退出”结束；本次对话不保存）")
        while True:
            try:
                text = await asyncio.to_thread(console.input, "[bold]您：[/]")
            except EOFError:
                return
            if text.strip() in _GOODBYES:
                return
            for said in texts(await player.say(key, text)):
                console.print(f"助手：{said}", markup=False)


@asynccontextmanager
async def _throw_away(*, without_rasa: bool) -> AsyncIterator[Services]:
    """Yield the whole assistant on a database of its own, with Rasa unless told otherwise."""
    with TemporaryDirectory(prefix="hotline-talk-") as folder:
        installed = load_settings()
        library = await asyncio.to_thread(present_library, installed)
        settings = _on_own_database(installed, Path(folder))
        if without_rasa:
            alone = settings.model_copy(update={"rasa": "off"})
            services = build_services(alone, library=library)
            async with _ready(services):
                yield services
            return
        async with with_rasa(settings) as settled:
            services = build_services(settled.settings, library=library)
            async with _ready(services), settled.serving(services):
                yield services


@asynccontextmanager
async def _ready(services: Services) -> AsyncIterator[None]:
    async with services.running():
        await asyncio.to_thread(services.retriever.warm_up)
        yield


def _on_own_database(settings: Settings, folder: Path) -> Settings:
    url = URL.create("sqlite", database=str(folder / "talk.db")).render_as_string()
    return settings.model_copy(update={"database_url": SecretStr(url)})
