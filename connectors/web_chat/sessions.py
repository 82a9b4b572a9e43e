"""The token that makes a browser the same citizen again.

128 random bits, the moment of issue and our signature: a token we did not issue is refused
without asking the database. The conversation is kept under the token's digest, so that neither
database nor log holds what would open it.
"""

import base64
import binascii
import hmac
import secrets
from datetime import timedelta
from hashlib import sha256

from connectors.web_chat.errors import SessionRefusedError
from foundation.clock import Clock
from foundation.database.keyring import Keyring

_RANDOM_BYTES = 16
_TIME_BYTES = 5
_TAG_BYTES = 16
_LIFETIME = timedelta(days=7)
_PURPOSE = b"web_chat.session\0"


class ChatSessions:
    """Issues and reads tokens; keeps nothing."""

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._secret = keyring.secret("session")
        self._clock = clock

    def issue(self) -> str:
        """Return a new token (50 characters, URL-safe, never put into a URL)."""
        issued = int(self._clock.now().timestamp())
        payload = secrets.token_bytes(_RANDOM_BYTES) + issued.to_bytes(_TIME_BYTES)
        return base64.urlsafe_b64encode(payload + self._tag(payload)).decode().rstrip("=")

    def key(self, token: str) -> str:
        """Return the conversation key of a token (64 hex digits).

        Raises:
            SessionRefusedError: not issued by us, damaged, or older than seven days.
        """
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error) as error:
            raise SessionRefusedError("token is not base64") from error
        payload, tag = raw[:-_TAG_BYTES], raw[-_TAG_BYTES:]
        if len(raw) != _RANDOM_BYTES + _TIME_BYTES + _TAG_BYTES or not hmac.compare_digest(
            tag, self._tag(payload)
        ):
            raise SessionRefusedError("token was not issued here")
        age = self._clock.now().timestamp() - int.from_bytes(payload[_RANDOM_BYTES:])
        if age > _LIFETIME.total_seconds():
            raise SessionRefusedError("token is too old")
        return sha256(payload).hexdigest()

    def _tag(self, payload: bytes) -> bytes:
        return hmac.new(self._secret, _PURPOSE + payload, sha256).digest()[:_TAG_BYTES]
