"""Which reader a file goes to: told by its content, never by its name alone."""

import re
from pathlib import Path
from typing import Final

from knowledge_base.policies.errors import (
    DamagedFileError,
    EncryptedFileError,
    FileTooLargeError,
    UnknownFileTypeError,
)
from knowledge_base.policies.reading.lines import (
    MAX_CHARACTERS,
    MAX_FILE_BYTES,
    MAX_PARAGRAPHS,
    Reading,
)
from knowledge_base.policies.reading.pdf import read_pdf
from knowledge_base.policies.reading.plain import read_plain
from knowledge_base.policies.reading.web import read_web
from knowledge_base.policies.reading.word import read_word

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old Word, and the shell of encrypted new Word
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_PDF_WITHIN: Final = 1024  # bytes: its mark may follow a little rubbish
_HTML = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|div|p|table|meta|h[1-6]|article|section)\b",
    re.IGNORECASE | re.DOTALL,
)
_SNIFFED: Final = 4096  # bytes


def read_file(path: Path) -> bytes:
    """Return the content of a file on disk, of one that is too large only the beginning."""
    with path.open("rb") as stream:
        return stream.read(MAX_FILE_BYTES + 1)


def read_bytes(data: bytes, name: str) -> Reading:
    """Return the paragraphs of a file.

    Args:
        data: the whole file.
        name: for messages, and to tell HTML from plain text.

    Raises:
        MalformedInputError: one of the refusals in ``knowledge_base.policies.errors``.
    """
    if len(data) > MAX_FILE_BYTES:
        raise FileTooLargeError(name, f"文件不能超过 {MAX_FILE_BYTES // 1024 // 1024} MB")
    if not data.strip():
        raise DamagedFileError(name, "文件是空的")
    reading = _read(data, name)
    if len(reading.paragraphs) > MAX_PARAGRAPHS or len(reading.text) > MAX_CHARACTERS:
        raise FileTooLargeError(name, f"文字超过 {MAX_CHARACTERS} 字或 {MAX_PARAGRAPHS} 段")
    return reading


def _read(data: bytes, name: str) -> Reading:
    suffix = Path(name).suffix.lower()
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return read_pdf(data, name)
    if data.startswith(b"PK"):
        return read_word(data, name)
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise EncryptedFileError(name)
        raise UnknownFileTypeError(name, "旧版 Word（.doc）或 WPS 文件，请另存为 .docx")
    if data.startswith(_PICTURES):
        raise UnknownFileTypeError(name, "这是图片")
    if suffix in {".pdf", ".docx"}:
        raise DamagedFileError(name, f"内容与扩展名 {suffix} 不符")
    if suffix in {".html", ".htm", ".shtml", ".xhtml"} or _HTML.match(data[:_SNIFFED]):
        return read_web(data, name)
    if suffix not in {".txt", ".text", ""}:
        raise UnknownFileTypeError(name, f"扩展名为 {suffix}")
    return read_plain(data, name)
