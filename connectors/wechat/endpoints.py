"""The two addresses WeChat calls: the URL check and the messages."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from connectors.wechat.channel import WeChatChannel
from connectors.wechat.crypto import MessageCrypto
from connectors.wechat.errors import StaleRequestError, UnreadableMessageError
from connectors.wechat.messages import envelope, parse_envelope, parse_message, text_reply
from foundation.clock import Clock

_FRESH_FOR = timedelta(minutes=5)
# A text message is at most 2,048 bytes; sealed and wrapped it stays far below.
_BODY_BYTES = 32 * 1024
_XML = "application/xml; charset=utf-8"

_Parameter = Annotated[str, Query(max_length=512)]


def router(crypto: MessageCrypto, channel: WeChatChannel, clock: Clock) -> APIRouter:
    """Return the routes of one official account."""
    routes = APIRouter(prefix="/wechat", tags=["wechat"])

    @routes.get("")
    def check_url(
        timestamp: _Parameter,
        nonce: _Parameter,
        echostr: _Parameter,
        signature: _Parameter = "",
        msg_signature: _Parameter = "",
    ) -> Response:
        """Answer WeChat's check of this address (服务器配置)."""
        _refuse_stale(timestamp, clock)
        if msg_signature:
            crypto.verify(msg_signature, timestamp, nonce, echostr)
            return Response(crypto.decrypt(echostr), media_type="text/plain")
        crypto.verify(signature, timestamp, nonce)
        return Response(echostr, media_type="text/plain")

    @routes.post("")
    async def receive(
        request: Request, msg_signature: _Parameter, timestamp: _Parameter, nonce: _Parameter
    ) -> Response:
        """Take one encrypted message and return the sealed reply."""
        _refuse_stale(timestamp, clock)
        encrypted = parse_envelope(await _limited_body(request))
        crypto.verify(msg_signature, timestamp, nonce, encrypted)
        message = parse_message(crypto.decrypt(encrypted))
        text = await channel.answer(message)
        if not text:
            return Response("success", media_type="text/plain")
        sealed = crypto.encrypt(text_reply(message, text, clock.now()))
        stamp = str(int(clock.now().timestamp()))
        body = envelope(sealed, crypto.sign(stamp, nonce, sealed), stamp, nonce)
        return Response(body, media_type=_XML)

    return routes


def _refuse_stale(timestamp: str, clock: Clock) -> None:
    try:
        age = abs(clock.now().timestamp() - int(timestamp))
    except ValueError as error:
        raise UnreadableMessageError("wechat timestamp is no number") from error
    if age > _FRESH_FOR.total_seconds():
        raise StaleRequestError("wechat request is too old")


async def _limited_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_BYTES:
            raise UnreadableMessageError("wechat body too large")
    return bytes(body)
