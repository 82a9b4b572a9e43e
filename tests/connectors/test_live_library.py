"""What is published is answered at once, by every process, and a failure changes nothing."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest

from connectors.assembly import Services, build_services
from connectors.present_library import present_library
from foundation.access.permissions import Role
from foundation.access.service import Account
from foundation.database.session import Database
from foundation.health import PartState
from foundation.settings import Settings
from knowledge_base.entries.content import Content, guide_form
from knowledge_base.entries.schemas import Saved
from knowledge_base.library import Library
from knowledge_base.policies.parsing import parse_file
from knowledge_base.policies.schemas import Source
from knowledge_base.policies.service import PolicyService
from retrieval.encoder.onnx_encoder import OnnxEncoder
from retrieval.encoder.preparation import load_encoder
from retrieval.encoder.protocol import Encoder, Vectors
from retrieval.schemas import EntryKind
from tests.database_fixtures import write_run_keys
from tests.killed_publisher import publish_and_be_killed
from tests.patience import PATIENCE_SECONDS  # five are promised of a machine with nothing else
from tests.service_fixtures import RunningService, serving, with_prepared_models

CODE, QUESTION = "M0103", "身份证丢了补办要多少钱"
OTHER = "M0102"
OVERRIDE = "演练发布"


def accounts(services: Services) -> tuple[Account, Account]:
    """An editor and a reviewer, made on first use."""
    with services.database.transaction() as session:
        known = {account.username: account for account in services.access.accounts(session)}
        for name, role in (
            ("editor", Role.KNOWLEDGE_EDITOR),
            ("reviewer", Role.KNOWLEDGE_REVIEWER),
        ):
            if name not in known:
                known[name] = services.access.create_account(session, name, "long enough", [role])
    return known["editor"], known["reviewer"]


def with_fee(services: Services, amount: float, **changed: object) -> Content:
    content = guide_form(services.library.matter(CODE))
    (item, *others) = content["fee"]["items"]
    fee = {**content["fee"], "items": [{**item, "amount_yuan": amount}, *others]}
    return {**content, "fee": fee, **changed}


def submit(services: Services, content: Content) -> Saved:
    editor, _ = accounts(services)
    with services.database.transaction() as session:
        lock = services.entries.views.entry(session, editor, CODE).lock_version
        services.entries.drafts.save(session, editor, content, "调整收费", lock)
        return services.entries.drafts.submit(session, editor, CODE, lock + 1)


def publish(services: Services, content: Content) -> Saved:
    lock = submit(services, content).lock_version
    return services.entries.publish(accounts(services)[1], CODE, lock, "核对无误", OVERRIDE)


def until(holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> float:
    """Wait until ``holds``; return how long that took."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < seconds, "not visible in time"
        time.sleep(0.05)
    return time.monotonic() - started


def answered(services: Services) -> tuple[int, bool]:
    """(version cited, whether the answer says 20 yuan)."""
    answer = services.retriever.ask(QUESTION)
    return answer.sources[0].version, "20元" in answer.text


@asynccontextmanager
async def running(database: Database, folders: list[Path]) -> AsyncIterator[list[Services]]:
    """The service several times over one database, warm."""
    async with AsyncExitStack() as stack:
        every = []
        for folder in folders:
            folder.mkdir()
            write_run_keys(folder)
            settings = Settings(
                data_dir=with_prepared_models(folder),
                database_url=database.url,
                rasa="off",
                log_level="WARNING",
            )
            services = build_services(settings)
            await stack.enter_async_context(services.running())
            await asyncio.to_thread(services.retriever.warm_up)
            every.append(services)
        yield every


def test_two_services_on_one_database_both_answer_what_one_publishes(
    database: Database, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with running(database, [tmp_path / "a", tmp_path / "b"]) as (first, second):
            assert answered(first) == answered(second) == (1, False)

            await asyncio.to_thread(publish, first, with_fee(first, 20.0))

            for services in (first, second):
                await asyncio.to_thread(until, lambda one=services: answered(one) == (2, True))
            assert second.live_library.state is PartState.OK

    asyncio.run(scenario())


def test_many_published_at_once_are_taken_up_as_one_change(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with running(sqlite_database, [tmp_path / "a"]) as (services,):
            editor, reviewer = accounts(services)
            locks = {CODE: submit(services, with_fee(services, 20.0)).lock_version}
            drafts, other = services.entries.drafts, services.library.matter(OTHER)
            content = {**guide_form(other), "summary": "到窗口办理换领。"}
            with services.database.transaction() as session:
                drafts.save(session, editor, content, "改写", 0)
                locks[OTHER] = drafts.submit(session, editor, OTHER, 1).lock_version
            renewed: list[int] = []
            renew = services.retriever.renew

            def counted(library: Library) -> None:
                renewed.append(library.matter(OTHER).version)
                renew(library)

            monkeypatch.setattr(services.retriever, "renew", counted)
            lines = await asyncio.to_thread(
                services.entries.bulk.publish, reviewer, locks, "核对无误", OVERRIDE
            )
            assert [one.refusal for one in lines] == [None, None]

            await asyncio.to_thread(until, lambda: answered(services) == (2, True))
            assert services.retriever.compose(OTHER).sources[0].version == 2
            assert renewed == [2]

    asyncio.run(scenario())


KENNELS = (
    "江南市犬只寄养服务管理办法\n江南规〔2025〕7号\n江南市农业农村局\n"
    "第一条 为了规范犬只寄养服务，制定本办法。\n"
    "第二条 犬只寄养场所应当每日对笼舍消毒两次，并保存消毒记录不少于六个月。\n"
    "第三条 本办法自2025年3月1日起施行，有效期5年。"
)


def quoted(services: Services) -> tuple[str, str | None, str | None] | None:
    """(document, its number, the clause) that a question is answered from; None: from none."""
    answer = services.retriever.ask("犬只寄养场所笼舍每日消毒几次")
    if answer.kind is not EntryKind.CLAUSE or "每日对笼舍消毒两次" not in answer.text:
        return None
    (source,) = answer.sources
    return source.title, source.number, source.clause


def test_policy_document_is_quoted_by_every_service_until_it_is_withdrawn(
    database: Database, tmp_path: Path
) -> None:
    """Imported and published over one of two services, ended over the other."""

    async def scenario() -> None:
        async with running(database, [tmp_path / "a", tmp_path / "b"]) as every:
            first, second = every
            editor, reviewer = accounts(first)
            policies = [PolicyService(one.access, one.clock) for one in every]
            parsed, source = parse_file(KENNELS.encode(), "a.txt"), Source.of(b"", "a.txt")
            with first.database.transaction() as session:
                saved = policies[0].import_document(session, editor, parsed, source)
            assert [quoted(one) for one in every] == [None, None]

            with first.database.transaction() as session:
                lock = saved.lock_version
                saved = policies[0].publish(session, reviewer, saved.code, lock)
            whole = ("江南市犬只寄养服务管理办法", "江南规〔2025〕7号", "第二条")
            for services in every:
                await asyncio.to_thread(until, lambda one=services: quoted(one) == whole)

            with second.database.transaction() as session:
                lock = saved.lock_version
                policies[1].expire(session, reviewer, saved.code, "已有新规定", lock)
            for services in every:
                await asyncio.to_thread(until, lambda one=services: quoted(one) is None)
            assert answered(first) == answered(second) == (1, False)

    asyncio.run(scenario())


def test_start_answers_what_was_published_before(sqlite_database: Database, tmp_path: Path) -> None:
    async def publishing() -> None:
        async with running(sqlite_database, [tmp_path / "before"]) as (services,):
            await asyncio.to_thread(
                publish, services, with_fee(services, 20.0, valid_from="2026-11-01")
            )

    async def starting() -> None:
        async with running(sqlite_database, [tmp_path / "after"]) as (services,):
            source = services.retriever.ask(QUESTION).sources[0]
            assert (source.version, source.valid_from) == (2, "2026-11-01")
            assert present_library(services.settings).matter(CODE) == services.library.matter(CODE)

    asyncio.run(publishing())
    asyncio.run(starting())


def test_failure_keeps_the_old_library_and_shows_in_readiness(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object) -> None:
        raise MemoryError("no room for another index")

    async def scenario() -> None:
        async with running(sqlite_database, [tmp_path / "a"]) as (services,):
            with monkeypatch.context() as patched:
                patched.setattr("retrieval.search.PassageIndex.changed", damaged)
                await asyncio.to_thread(publish, services, with_fee(services, 20.0))
                await asyncio.to_thread(
                    until, lambda: services.live_library.state is PartState.PARTIAL
                )
                health = await services.health.look()
            assert (health.ready, health.parts["library"].state) == (True, PartState.PARTIAL)
            assert answered(services) == (1, False)

            assert await services.live_library.refresh()
            assert answered(services) == (2, True)
            assert services.live_library.state is PartState.OK

    asyncio.run(scenario())


class Counting:
    """An encoder that counts the passages it is given."""

    def __init__(self, encoder: OnnxEncoder) -> None:
        self._encoder = encoder
        self.encoded: list[str] = []

    @property
    def dimensions(self) -> int:
        return self._encoder.dimensions

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    def encode_queries(self, texts: list[str]) -> Vectors:
        return self._encoder.encode_queries(texts)

    def encode_passages(self, texts: list[str]) -> Vectors:
        self.encoded += texts
        return self._encoder.encode_passages(texts)


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Counting]]:
    made: list[Counting] = []

    def load(settings: Settings) -> Encoder:
        made.append(Counting(load_encoder(settings)))
        return made[-1]

    with monkeypatch.context() as patched:
        patched.setattr("retrieval.search.mended_encoder", load)
        yield made


def test_only_changed_passages_are_encoded(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with running(sqlite_database, [tmp_path / "a"]) as (services,):
            (encoder,) = made
            # Encoded in the background, once the encoder is there; no part of what is counted.
            await asyncio.to_thread(services.bundle_recogniser.warm_up)
            encoder.encoded.clear()
            before = {one.text for one in services.retriever.present.engine.passages}
            aliases = [*services.library.matter(CODE).aliases, "补身份证要花多少钱呀"]

            await asyncio.to_thread(publish, services, with_fee(services, 20.0, aliases=aliases))
            await asyncio.to_thread(until, lambda: answered(services) == (2, True))

            engine = services.retriever.present.engine
            after = [one.text for one in engine.passages]
            assert encoder.encoded == [text for text in after if text not in before]
            assert encoder.encoded == ["补身份证要花多少钱呀"]
            # Taken over or encoded: each passage has its own vector, also where rows moved.
            assert engine._dense is not None
            rows = [0, after.index("补身份证要花多少钱呀"), len(after) - 1]
            held = engine._dense[1].vectors(np.array(rows, dtype=np.int64))
            anew = encoder.encode_passages([after[row] for row in rows])
            assert np.allclose(held, anew, atol=0.02)  # int8: a batch changes the last digits

    with counted(monkeypatch) as made:
        asyncio.run(scenario())


def said(service: RunningService, question: str) -> dict[str, object]:
    """The last answer on the web page to a question, with its sources."""
    with httpx.Client(base_url=service.url, timeout=60) as client:
        token = client.post("/api/chat/sessions").json()["token"]
        message = {"id": "0" * 31 + "1", "text": question}
        answer = client.post("/api/chat/messages", json=message, headers={"X-Chat-Session": token})
    entry: dict[str, object] = answer.json()["entries"][-1]
    return entry


def test_web_page_answers_the_new_fee_and_after_a_kill_the_old_one(tmp_path: Path) -> None:
    with serving(with_prepared_models(tmp_path)) as service:
        services = service.services
        service.run(asyncio.to_thread(services.retriever.warm_up), 120)
        lock = submit(services, with_fee(services, 20.0)).lock_version
        publish_and_be_killed(services.database.url, CODE, lock)
        time.sleep(1.5)  # longer than the watcher's pause: there is nothing to see
        assert "40元" in str(said(service, QUESTION)["text"])

        services.entries.publish(accounts(services)[1], CODE, lock, "核对无误", OVERRIDE)

        until(lambda: "20元" in str(said(service, QUESTION)["text"]))
        sources = said(service, QUESTION)["sources"]
        assert isinstance(sources, list)
        assert (sources[0]["code"], sources[0]["version"]) == (CODE, 2)
