"""Column types for what must not lie readable in the database."""

from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from foundation.database.keyring import installed_keyring


class EncryptedText(TypeDecorator[str]):
    """Text stored under AES-256-GCM with its key id; ``purpose`` binds it to its column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else installed_keyring().encrypt(value, self.purpose)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Decrypt on the way out."""
        return None if value is None else installed_keyring().decrypt(value, self.purpose)


def blind_index(value: str, purpose: str) -> str:
    """Return the keyed digest under which an encrypted value is looked up (64 hex digits)."""
    return installed_keyring().blind_index(value, purpose)
