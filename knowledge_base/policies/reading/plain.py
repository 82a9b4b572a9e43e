"""TXT: decoded as UTF-8 or GB18030, hard-wrapped lines joined again."""

import codecs
import re
from typing import Final

from charset_normalizer import from_bytes

from knowledge_base.policies.errors import FileTooLargeError, WrongEncodingError
from knowledge_base.policies.reading.lines import Reading, paragraph
from knowledge_base.policies.reading.wrapping import Line, joined_lines

MAX_TEXT_BYTES: Final = 5 * 1024 * 1024
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Others that a Chinese text may be in: where one of them fits better, it was not GB18030.
_RIVALS: Final = ["gb18030", "big5", "shift_jis", "euc_kr", "cp1252"]
_COMMON_SHARE: Final = 0.95  # of an official text's characters, GB 2312 holds all but rare names
_GARBLED = re.compile(r"锟斤拷|烫烫烫|屯屯屯|\ufffd{2}|[\ue000-\uf8ff]{3}")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def read_plain(data: bytes, name: str) -> Reading:
    """Return the paragraphs of a text file.

    Raises:
        FileTooLargeError: over 5 MiB.
        WrongEncodingError: neither UTF-8 nor GB18030, or garbled.
    """
    if len(data) > MAX_TEXT_BYTES:
        raise FileTooLargeError(name, f"纯文本不能超过 {MAX_TEXT_BYTES // 1024 // 1024} MB")
    lines = [Line.measured(line) for line in decoded(data, name).splitlines()]
    found = (paragraph(line) for line in joined_lines(lines))
    return Reading(tuple(one for one in found if one is not None))


def decoded(data: bytes, name: str) -> str:
    """Return the text; UTF-8 first, UTF-16 only with its mark, then GB18030 where it fits best.

    Raises:
        WrongEncodingError: none of them, or text that was garbled before.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _sound(_strict(data, encoding, name), name)
    try:
        return _sound(data.decode("utf-8"), name)
    except UnicodeDecodeError:
        text = _strict(data, "gb18030", name)
    best = from_bytes(data, cp_isolation=_RIVALS).best()
    if best is None or (best.encoding != "gb18030" and not _is_common(text)):
        raise WrongEncodingError(name)
    if not _is_common(text):
        raise WrongEncodingError(name)
    return _sound(text, name)


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise WrongEncodingError(name) from error


def _is_common(text: str) -> bool:
    """Whether nearly every character beyond ASCII is one that GB 2312 holds."""
    beyond = [one for one in text if one > "\x7f" and not one.isspace()]
    held = sum(_in_gb2312(one) for one in beyond)
    return bool(beyond) and held >= _COMMON_SHARE * len(beyond)


def _in_gb2312(one: str) -> bool:
    try:
        one.encode("gb2312")
    except UnicodeEncodeError:
        return one in "〇—·"
    return True


def _sound(text: str, name: str) -> str:
    if _GARBLED.search(text) or _CONTROL.search(text):
        raise WrongEncodingError(name)
    return text
