"""The keys of this installation: a file outside the database, made on first run, mode 0600."""

import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from foundation.errors import ConfigurationError

_KEY_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Keyring:
    """Encryption keys by id, and one secret for each purpose that signs or indexes."""

    active: str
    encryption: dict[str, bytes]
    secrets: dict[str, bytes]

    def encrypt(self, plain: str, purpose: str) -> bytes:
        """Return ``key id, NUL, nonce, ciphertext`` (AES-256-GCM, ``purpose`` authenticated)."""
        return self.encrypt_bytes(plain.encode(), purpose)

    def encrypt_bytes(self, plain: bytes, purpose: str) -> bytes:
        """Return the same for content that is no text."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self.encryption[self.active]).encrypt(nonce, plain, purpose.encode())
        return self.active.encode() + b"\0" + nonce + sealed

    def decrypt(self, stored: bytes, purpose: str) -> str:
        """Undo ``encrypt``; raises ``InvalidTag`` when the bytes or the purpose differ."""
        return self.decrypt_bytes(stored, purpose).decode()

    def decrypt_bytes(self, stored: bytes, purpose: str) -> bytes:
        """Undo ``encrypt_bytes``; raises as ``decrypt``."""
        key_id, _, rest = stored.partition(b"\0")
        key = self.encryption[key_id.decode()]
        nonce, sealed = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        return AESGCM(key).decrypt(nonce, sealed, purpose.encode())

    def blind_index(self, value: str, purpose: str) -> str:
        """Return a keyed digest (64 hex digits) to look an encrypted value up by equality."""
        message = f"{purpose}\0{value}".encode()
        return hmac.digest(self.secrets["blind_index"], message, "sha256").hex()

    def secret(self, name: str) -> bytes:
        """Return the 32-byte secret of one purpose: ``event_chain``, ``session``, ``actions``."""
        return self.secrets[name]


_PURPOSES = ("blind_index", "event_chain", "session", "actions")


def load_keyring(path: Path) -> Keyring:
    """Read the key file, making it on first use (mode 0600).

    Raises:
        ConfigurationError: others may read the file, or it is damaged.
    """
    if not path.exists():
        _create(path)
    if path.stat().st_mode & 0o077:
        raise ConfigurationError(f"key file {path} may be read by others: chmod 600 it")
    try:
        stored = json.loads(path.read_text())
        return Keyring(
            active=stored["active"],
            encryption={name: bytes.fromhex(key) for name, key in stored["encryption"].items()},
            secrets={name: bytes.fromhex(stored["secrets"][name]) for name in _PURPOSES},
        )
    except (KeyError, ValueError) as error:
        raise ConfigurationError(f"key file {path} is damaged: restore it from backup") from error


def new_keyring() -> Keyring:
    """Return fresh random keys (first run, throw-away databases)."""
    return Keyring(
        active="k1",
        encryption={"k1": secrets.token_bytes(_KEY_BYTES)},
        secrets={name: secrets.token_bytes(_KEY_BYTES) for name in _PURPOSES},
    )


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = new_keyring()
    content = json.dumps(
        {
            "active": fresh.active,
            "encryption": {name: key.hex() for name, key in fresh.encryption.items()},
            "secrets": {name: key.hex() for name, key in fresh.secrets.items()},
        },
        indent=2,
    )
    # Written beside and linked into place, so that two first starts agree on one file.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


_installed: Keyring | None = None


def install_keyring(keyring: Keyring) -> None:
    """Make ``keyring`` the one that encrypted columns use in this process."""
    global _installed  # noqa: PLW0603 -- SQLAlchemy column types have no place to pass it in
    _installed = keyring


def installed_keyring() -> Keyring:
    """Return the keyring in use.

    Raises:
        ConfigurationError: none was installed before an encrypted column was touched.
    """
    if _installed is None:
        raise ConfigurationError("no keyring installed: call install_keyring() at start-up")
    return _installed
