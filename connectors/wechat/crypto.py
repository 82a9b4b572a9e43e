"""WeChat's encrypted mode (安全模式): signatures and AES-256-CBC messages.

Layout of a plain block: 16 random bytes, the length of the message (4 bytes, network order), the
message, the app id; padded as PKCS#7 to 32 bytes. Source: 微信公众平台《消息加解密说明》.
"""

import base64
import binascii
import hmac
import os
import struct
from hashlib import sha1

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from connectors.wechat.errors import SignatureMismatchError, UnreadableMessageError
from foundation.errors import ConfigurationError

_RANDOM_BYTES = 16
_LENGTH_BYTES = 4
_BLOCK_BYTES = 32
_KEY_CHARACTERS = 43


class MessageCrypto:
    """Signs, checks, opens and seals messages of one official account."""

    def __init__(self, token: str, aes_key: str, app_id: str) -> None:
        if len(aes_key) != _KEY_CHARACTERS:
            raise ConfigurationError("HOTLINE_WECHAT_AES_KEY must have 43 characters")
        self._token = token
        self._key = base64.b64decode(f"{aes_key}=")
        self._app_id = app_id.encode()

    def sign(self, timestamp: str, nonce: str, *parts: str) -> str:
        """Return the signature (40 hex digits) over token, timestamp, nonce and ``parts``."""
        joined = "".join(sorted([self._token, timestamp, nonce, *parts]))
        # SHA-1 is WeChat's choice.
        return sha1(joined.encode(), usedforsecurity=False).hexdigest()

    def verify(self, signature: str, timestamp: str, nonce: str, *parts: str) -> None:
        """Pass, or raise ``SignatureMismatchError``; compared in constant time."""
        expected = self.sign(timestamp, nonce, *parts)
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            raise SignatureMismatchError("wechat signature does not match")

    def decrypt(self, encrypted: str) -> str:
        """Return the message inside ``encrypted`` (base64).

        Raises:
            UnreadableMessageError: not base64, not whole blocks, wrong padding, another app id.
        """
        try:
            sealed = base64.b64decode(encrypted, validate=True)
            decryptor = Cipher(AES(self._key), CBC(self._key[:16])).decryptor()
            plain = _unpad(decryptor.update(sealed) + decryptor.finalize())
            return self._message(plain)
        except (binascii.Error, ValueError, struct.error) as error:
            raise UnreadableMessageError(f"wechat message unreadable: {error}") from error

    def encrypt(self, message: str) -> str:
        """Return ``message`` sealed for this account (base64)."""
        body = message.encode()
        plain = os.urandom(_RANDOM_BYTES) + struct.pack("!I", len(body)) + body + self._app_id
        encryptor = Cipher(AES(self._key), CBC(self._key[:16])).encryptor()
        return base64.b64encode(encryptor.update(_pad(plain)) + encryptor.finalize()).decode()

    def _message(self, plain: bytes) -> str:
        start = _RANDOM_BYTES + _LENGTH_BYTES
        (length,) = struct.unpack("!I", plain[_RANDOM_BYTES:start])
        if plain[start + length :] != self._app_id:
            raise ValueError("sealed for another app id")
        return plain[start : start + length].decode()


def _pad(plain: bytes) -> bytes:
    missing = _BLOCK_BYTES - len(plain) % _BLOCK_BYTES
    return plain + bytes([missing]) * missing


def _unpad(padded: bytes) -> bytes:
    if not padded:
        raise ValueError("empty")
    count = padded[-1]
    if not 1 <= count <= _BLOCK_BYTES or padded[-count:] != bytes([count]) * count:
        raise ValueError("wrong padding")
    return padded[:-count]
