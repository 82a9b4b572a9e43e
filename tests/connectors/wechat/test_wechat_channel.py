"""WeChat end to end: sealed requests in, sealed replies out, the one conversation between."""

import asyncio
import uuid
from datetime import datetime
from xml.etree.ElementTree import fromstring

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.conversation import replies
from bot.conversation.schemas import Act, Author, Outcome, Turn
from connectors.http.errors import install_error_handlers
from connectors.wechat.channel import ACKNOWLEDGED, ONLY_TEXT, WeChatChannel
from connectors.wechat.crypto import MessageCrypto
from connectors.wechat.endpoints import router
from connectors.wechat.rendering import MORE, RATE_HINT, cut
from foundation.clock import SHANGHAI, FixedClock
from knowledge_base.questions.models import OpenQuestion
from knowledge_base.questions.states import QuestionSource
from tests.bot.conversation.conftest import conversations_with, performer_of
from tests.patience import PATIENCE_SECONDS
from tests.service_fixtures import RunningService

# The vendor's published sample values (see test_crypto.py).
TOKEN = "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
APP_ID = "wx5823bf96d3bd56c7"
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI)
STAMP = str(int(NOW.timestamp()))
CRYPTO = MessageCrypto(TOKEN, AES_KEY, APP_ID)


class Phone:
    """A citizen's WeChat: seals what they write, opens what comes back."""

    def __init__(self, service: RunningService, channel: WeChatChannel) -> None:
        self._service = service
        self.open_id = f"o{uuid.uuid4().hex}"
        self._app = FastAPI()
        install_error_handlers(self._app)
        self._app.include_router(router(CRYPTO, channel, FixedClock(NOW)))

    async def send(self, text: str, message_id: str | None = None) -> str:
        """Send one text; return what WeChat would show."""
        response = await self.post(self.xml(text, message_id))
        assert response.status_code == 200
        if response.text == "success":
            return ""
        root = fromstring(response.text)
        sealed = root.findtext("Encrypt") or ""
        stamp, nonce = root.findtext("TimeStamp") or "", root.findtext("Nonce") or ""
        CRYPTO.verify(root.findtext("MsgSignature") or "", stamp, nonce, sealed)
        reply = fromstring(CRYPTO.decrypt(sealed))
        assert reply.findtext("ToUserName") == self.open_id
        return reply.findtext("Content") or ""

    def xml(self, text: str, message_id: str | None = None, kind: str = "text") -> str:
        return (
            f"<xml><ToUserName>{APP_ID}</ToUserName><FromUserName>{self.open_id}</FromUserName>"
            f"<CreateTime>{STAMP}</CreateTime><MsgType>{kind}</MsgType>"
            f"<Content><![CDATA[{text}]]></Content>"
            f"<MsgId>{message_id or uuid.uuid4().int >> 70}</MsgId></xml>"
        )

    async def post(
        self, xml: str, *, stamp: str = STAMP, signature: str | None = None, body: str | None = None
    ) -> httpx.Response:
        sealed = CRYPTO.encrypt(xml)
        query = {
            "timestamp": stamp,
            "nonce": "n1",
            "msg_signature": signature or CRYPTO.sign(stamp, "n1", sealed),
            "encrypt_type": "aes",
        }
        content = body if body is not None else f"<xml><Encrypt>{sealed}</Encrypt></xml>"
        async with self.client() as client:
            return await client.post("/wechat", params=query, content=content.encode())

    def client(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self._app)
        return httpx.AsyncClient(transport=transport, base_url="http://localhost")


@pytest.fixture
def phone(running_service: RunningService) -> Phone:
    services = running_service.services
    channel = WeChatChannel(
        services.conversations, services.database, answer_within_seconds=PATIENCE_SECONDS
    )
    return Phone(running_service, channel)


def test_url_check_returns_the_echo(running_service: RunningService, phone: Phone) -> None:
    async def check() -> tuple[httpx.Response, httpx.Response]:
        query = {"timestamp": STAMP, "nonce": "n", "echostr": "12345"}
        sealed = {"timestamp": STAMP, "nonce": "n", "echostr": ECHO}
        async with phone.client() as client:
            plain = await client.get(
                "/wechat", params={**query, "signature": CRYPTO.sign(STAMP, "n")}
            )
            opened = await client.get(
                "/wechat", params={**sealed, "msg_signature": CRYPTO.sign(STAMP, "n", ECHO)}
            )
            return plain, opened

    plain, opened = running_service.run(check())

    assert (plain.status_code, plain.text) == (200, "12345")
    assert (opened.status_code, opened.text) == (200, CRYPTO.decrypt(ECHO))


def test_question_gets_the_answer_that_everybody_gets(
    running_service: RunningService, phone: Phone
) -> None:
    question = "身份证丢了怎么补办"
    expected = running_service.services.retriever.ask(question)

    shown = running_service.run(phone.send(question))

    assert shown.startswith(cut(expected.text)[0].removesuffix(MORE).rstrip())


def test_answer_is_rated_by_reply_words(running_service: RunningService, phone: Phone) -> None:
    question = "护照丢了怎么办"
    shown = running_service.run(phone.send(question))
    while shown.endswith(MORE):
        shown = running_service.run(phone.send("更多"))
    assert shown.endswith(RATE_HINT)

    told = running_service.run(phone.send("没帮到我"))

    assert told == replies.RATED_NO_HELP
    with running_service.services.database.reading() as session:
        newest = select(OpenQuestion).order_by(OpenQuestion.id.desc()).limit(1)
        queued = session.scalars(newest).one()
    assert (queued.source, queued.channel, queued.masked_text) == (
        QuestionSource.BADLY_RATED,
        "wechat",
        question,
    )


def test_complaint_becomes_a_ticket(running_service: RunningService, phone: Phone) -> None:
    texts = ["我要投诉，文渊阁小区楼下的烧烤店半夜还在冒油烟", "不留", "确认"]

    shown = [running_service.run(phone.send(text)) for text in texts]

    assert "诉求编号" in shown[-1]


def test_same_message_id_is_handled_once(running_service: RunningService, phone: Phone) -> None:
    first = running_service.run(phone.send("护照丢了怎么办", "77001"))
    again = running_service.run(phone.send("护照丢了怎么办", "77001"))

    conversations = running_service.services.conversations
    conversation_id = running_service.run(conversations.open("wechat", phone.open_id))
    entries = running_service.run(conversations.transcript(conversation_id))
    assert again == first
    assert [entry.author for entry in entries] == [Author.CITIZEN, Author.ASSISTANT]


def test_answer_that_missed_the_five_seconds_comes_with_the_retry_or_the_next_message(
    running_service: RunningService,
) -> None:
    services = running_service.services
    performer = performer_of(services)

    class HeldRasa:
        def __init__(self) -> None:
            self.go_on = asyncio.Event()

        async def decide(self, turn: Turn, sender: str, resume: bool) -> Outcome:
            await self.go_on.wait()
            return performer.perform(Act.ANSWER_QUESTION, None, turn)

    rasa = HeldRasa()
    conversations = conversations_with(services, rasa)
    channel = WeChatChannel(conversations, services.database, answer_within_seconds=1.0)
    phone = Phone(running_service, channel)

    async def answered(times: int) -> None:
        conversation_id = await conversations.open("wechat", phone.open_id)
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            conversations.subscribe(conversation_id, after=0) as entries,
        ):
            async for entry in entries:
                times -= entry.author is Author.ASSISTANT
                if not times:
                    return

    async def impatient() -> tuple[str, str, str, str]:
        late = await phone.send("护照丢了怎么办", "88001")
        rasa.go_on.set()
        await answered(1)
        retried = await phone.send("护照丢了怎么办", "88001")
        rasa.go_on.clear()
        lost = await phone.send("护照要多少钱", "88002")
        rasa.go_on.set()
        await answered(2)
        following = await phone.send("继续", "88003")
        return late, retried, lost, following

    late, retried, lost, following = running_service.run(impatient())

    assert late == ACKNOWLEDGED
    assert "护照" in retried
    assert lost == ACKNOWLEDGED
    assert following != ""


def test_long_answer_goes_on_with_more(running_service: RunningService, phone: Phone) -> None:
    async def read_on() -> list[str]:
        shown = [await phone.send("身份证丢了怎么补办")]
        while shown[-1].endswith(MORE) and len(shown) < 9:
            shown.append(await phone.send("更多"))
        return shown

    shown = running_service.run(read_on())
    whole = "".join(part.removesuffix(MORE).strip() for part in shown)
    expected = running_service.services.retriever.ask("身份证丢了怎么补办").text

    assert all(len(part.encode()) <= 2048 for part in shown)
    assert "".join(expected.split()) in "".join(whole.split())


@pytest.mark.parametrize("kind", ["image", "location", "link"])
def test_other_kinds_are_told_what_can_be_read(
    kind: str, running_service: RunningService, phone: Phone
) -> None:
    async def send() -> str:
        response = await phone.post(phone.xml("", kind=kind).replace("Content", "Ignored"))
        sealed = fromstring(response.text).findtext("Encrypt") or ""
        return fromstring(CRYPTO.decrypt(sealed)).findtext("Content") or ""

    assert running_service.run(send()) == ONLY_TEXT


def test_who_follows_the_account_is_greeted(running_service: RunningService, phone: Phone) -> None:
    xml = phone.xml("", kind="event").replace("<Content>", "<Event>subscribe</Event><Content>")

    async def send() -> str:
        response = await phone.post(xml)
        sealed = fromstring(response.text).findtext("Encrypt") or ""
        return fromstring(CRYPTO.decrypt(sealed)).findtext("Content") or ""

    assert running_service.run(send()) == replies.GREETING


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"signature": "0" * 40}, 403),
        ({"stamp": str(int(STAMP) - 3600)}, 403),
        ({"stamp": "yesterday"}, 422),
        ({"body": "no xml"}, 422),
        ({"body": "<xml></xml>"}, 422),
        ({"body": "<xml><Encrypt>" + "A" * 40_000 + "</Encrypt></xml>"}, 422),
        (
            {"body": '<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>'},
            422,
        ),
    ],
)
def test_request_that_is_not_wechats_is_refused(
    changes: dict[str, str], status: int, running_service: RunningService, phone: Phone
) -> None:
    response = running_service.run(phone.post(phone.xml("身份证丢了怎么补办"), **changes))

    assert response.status_code == status
    assert "message" in response.json()
