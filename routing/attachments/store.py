"""The files of attachments: encrypted, outside the database, named by nothing that tells."""

import os
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag

from foundation.database.keyring import installed_keyring
from routing.attachments.errors import AttachmentNotFoundError

FOLDER = "attachments"


class FileStore:
    """Keeps files under AES-256-GCM; the attachment and the version are authenticated."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def write(self, attachment_id: str, content: bytes, *, cleared: bool = False) -> str:
        """Keep a file; on disk when this returns.

        Returns:
            The SHA-256 of the content, 64 hex digits.
        """
        path = self._path(attachment_id, cleared=cleared)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        sealed = installed_keyring().encrypt_bytes(content, _purpose(attachment_id, cleared))
        draft = path.with_suffix(".new")
        with draft.open("wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        return sha256(content).hexdigest()

    def read(self, attachment_id: str, expected: str, *, cleared: bool = False) -> bytes:
        """Return a file's content.

        Raises:
            AttachmentNotFoundError: it is not there, or is not the file that was kept.
        """
        path = self._path(attachment_id, cleared=cleared)
        if not path.exists():
            raise AttachmentNotFoundError(attachment_id)
        purpose = _purpose(attachment_id, cleared)
        try:
            content = installed_keyring().decrypt_bytes(path.read_bytes(), purpose)
        except InvalidTag as error:
            raise AttachmentNotFoundError(attachment_id) from error
        if sha256(content).hexdigest() != expected:
            raise AttachmentNotFoundError(attachment_id)
        return content

    def remove(self, attachment_id: str) -> None:
        """Take away what was written for an attachment that came to nothing."""
        for cleared in (False, True):
            self._path(attachment_id, cleared=cleared).unlink(missing_ok=True)

    def _path(self, attachment_id: str, *, cleared: bool) -> Path:
        suffix = ".cleared" if cleared else ".kept"
        return self._folder / attachment_id[:2] / f"{attachment_id}{suffix}"


def _purpose(attachment_id: str, cleared: bool) -> str:
    return f"attachment:{attachment_id}:{'cleared' if cleared else 'kept'}"
