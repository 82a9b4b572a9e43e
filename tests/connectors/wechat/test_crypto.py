"""WeChat's encrypted mode against the values its vendor publishes with the sample code."""

import base64

import pytest

from connectors.wechat.crypto import MessageCrypto
from connectors.wechat.errors import SignatureMismatchError, UnreadableMessageError
from connectors.wechat.messages import parse_message
from foundation.errors import ConfigurationError

# Tencent, 企业微信 / 公众平台 加解密库示例代码 (Sample): token, key, app id and two requests.
TOKEN = "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
APP_ID = "wx5823bf96d3bd56c7"
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
MESSAGE = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj"
    "911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06"
    "DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQ"
    "H03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo"
    "6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+q"
    "N+E7Q=="
)


@pytest.fixture
def crypto() -> MessageCrypto:
    return MessageCrypto(TOKEN, AES_KEY, APP_ID)


def test_verify_and_decrypt_open_the_published_message(crypto: MessageCrypto) -> None:
    crypto.verify("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149", MESSAGE)

    message = parse_message(crypto.decrypt(MESSAGE))

    assert (message.open_id, message.account) == ("mycreate", APP_ID)
    assert (message.kind, message.text) == ("text", "hello")
    assert message.message_id == "4561255354251345929"


def test_verify_accepts_the_published_url_check() -> None:
    signed = MessageCrypto(TOKEN, AES_KEY, APP_ID)

    signed.verify("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780", ECHO)

    assert signed.decrypt(ECHO).isdigit()


def test_verify_refuses_another_signature(crypto: MessageCrypto) -> None:
    with pytest.raises(SignatureMismatchError):
        crypto.verify("0" * 40, "1409659813", "1372623149", MESSAGE)


def test_encrypt_is_undone_by_decrypt(crypto: MessageCrypto) -> None:
    for length in (0, 1, 11, 12, 13, 31, 32, 33, 500):
        text = "办" * length
        assert crypto.decrypt(crypto.encrypt(text)) == text


@pytest.mark.parametrize(
    "damaged",
    ["", "不是编码", "AAAA", MESSAGE[:-8], base64.b64encode(bytes(64)).decode()],
)
def test_decrypt_refuses_damaged_messages(crypto: MessageCrypto, damaged: str) -> None:
    with pytest.raises(UnreadableMessageError):
        crypto.decrypt(damaged)


def test_decrypt_refuses_a_message_for_another_account() -> None:
    other = MessageCrypto(TOKEN, AES_KEY, "wx0000000000000000")

    with pytest.raises(UnreadableMessageError):
        other.decrypt(MESSAGE)


def test_crypto_refuses_a_short_key() -> None:
    with pytest.raises(ConfigurationError):
        MessageCrypto(TOKEN, "short", APP_ID)


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "<xml>",
        "<xml><MsgType>text</MsgType></xml>",
        '<!DOCTYPE x [<!ENTITY a "b">]><xml><FromUserName>&a;</FromUserName></xml>',
    ],
)
def test_parse_message_refuses_what_is_no_message(xml: str) -> None:
    with pytest.raises(UnreadableMessageError):
        parse_message(xml)
