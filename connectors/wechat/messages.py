"""WeChat's XML: read with a hardened parser, written from a fixed form."""

from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connectors.wechat.errors import UnreadableMessageError


@dataclass(frozen=True, slots=True)
class WeChatMessage:
    """One message of a citizen; ``text`` is empty for kinds that carry none."""

    message_id: str
    open_id: str
    account: str
    kind: str  # text, voice, image, event …
    event: str  # subscribe …; empty unless kind is event
    text: str


def parse_envelope(body: bytes) -> str:
    """Return the sealed part of a request's body."""
    encrypted = _text(_parse(body), "Encrypt")
    if not encrypted:
        raise UnreadableMessageError("wechat body without Encrypt")
    return encrypted


def parse_message(xml: str) -> WeChatMessage:
    """Return the message that was inside the envelope."""
    root = _parse(xml.encode())
    kind, event = _text(root, "MsgType"), _text(root, "Event").lower()
    open_id, created = _text(root, "FromUserName"), _text(root, "CreateTime")
    # Events carry no MsgId: who and when tells them apart (微信公众平台《接收事件推送》).
    message_id = _text(root, "MsgId") or f"{open_id}:{created}:{event}"
    # 语音识别 delivers what was said as Recognition.
    text = _text(root, "Content") if kind == "text" else _text(root, "Recognition")
    if not open_id:
        raise UnreadableMessageError("wechat message without FromUserName")
    return WeChatMessage(message_id, open_id, _text(root, "ToUserName"), kind, event, text)


def text_reply(message: WeChatMessage, text: str, now: datetime) -> str:
    """Return the passive text reply to ``message``."""
    root = Element("xml")
    for name, value in (
        ("ToUserName", message.open_id),
        ("FromUserName", message.account),
        ("CreateTime", str(int(now.timestamp()))),
        ("MsgType", "text"),
        ("Content", text),
    ):
        SubElement(root, name).text = value
    return tostring(root, encoding="unicode")


def envelope(encrypted: str, signature: str, timestamp: str, nonce: str) -> str:
    """Return the body that carries a sealed reply."""
    root = Element("xml")
    for name, value in (
        ("Encrypt", encrypted),
        ("MsgSignature", signature),
        ("TimeStamp", timestamp),
        ("Nonce", nonce),
    ):
        SubElement(root, name).text = value
    return tostring(root, encoding="unicode")


def _parse(body: bytes) -> Element:
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise UnreadableMessageError(f"wechat xml refused: {type(error).__name__}") from error
    return root


def _text(root: Element, name: str) -> str:
    return (root.findtext(name) or "").strip()
