"""Which encoding a text file is in: UTF-8 as it should be, GB18030 as many spreadsheets save it."""

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from knowledge_base.exchange.errors import UnknownEncodingError

_SAMPLE = 256 * 1024
_CHUNK = 64 * 1024
# GB18030 decodes almost any bytes: it is believed only where no other encoding of ours or of our
# neighbours reads better.
_CANDIDATES = ["gb18030", "gbk", "gb2312", "big5", "shift_jis", "euc_kr", "cp1252"]
_CHINESE = {"gb18030", "gbk", "gb2312"}


def encoding_of(path: Path) -> str:
    """Return ``utf-8-sig`` or ``gb18030``, having decoded the whole file once.

    Raises:
        UnknownEncodingError: neither reads it; the log says at which byte.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    if b"\x00" in sample:
        raise UnknownEncodingError("zero bytes: UTF-16, or no text at all")
    problem = _undecodable(path, "utf-8-sig")
    if problem is None:
        return "utf-8-sig"
    if sample.startswith(codecs.BOM_UTF8):
        raise UnknownEncodingError(f"marked as UTF-8, but {problem}")
    if _undecodable(path, "gb18030") is not None or not _reads_chinese(sample):
        raise UnknownEncodingError(problem)
    return "gb18030"


def _undecodable(path: Path, encoding: str) -> str | None:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return str(error.reason)
    return None


def _reads_chinese(sample: bytes) -> bool:
    # A sample cut within a character would speak against every encoding.
    whole = sample if len(sample) < _SAMPLE else sample[: sample.rfind(b"\n") + 1] or sample
    best = from_bytes(whole, cp_isolation=_CANDIDATES).best()
    return best is not None and bool({best.encoding, *best.could_be_from_charset} & _CHINESE)
