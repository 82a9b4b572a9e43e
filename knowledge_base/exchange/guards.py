"""What is looked at before a file is opened: its size, and how far a packed one would grow."""

import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from knowledge_base.exchange.errors import (
    ExpandsTooFarError,
    FileTooLargeError,
    UnreadableFileError,
)
from knowledge_base.exchange.limits import ExchangeLimits

_CHUNK = 256 * 1024
_SMALL = 2**20  # below this no ratio can do harm; tiny parts of one repeated byte are common
_MAX_PARTS = 2_000


def check_size(path: Path, limits: ExchangeLimits) -> None:
    """Refuse a file that is missing, empty or too large.

    Raises:
        UnreadableFileError: it is missing or empty.
        FileTooLargeError: more bytes than allowed.
    """
    if not path.is_file():
        raise UnreadableFileError("没有这个文件")
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFileError("文件是空的")
    if size > limits.file_bytes:
        raise FileTooLargeError(size, limits.file_bytes)


def check_package(path: Path, limits: ExchangeLimits) -> None:
    """Refuse a packed file (xlsx) that grows too far: by what it declares, then by what it does.

    Every part is expanded once, in pieces, and thrown away: a header may lie.

    Raises:
        ExpandsTooFarError: too many bytes, too high a ratio, or entities in the XML.
        UnreadableFileError: it is no zip file, damaged or encrypted.
    """
    try:
        with ZipFile(path) as package:
            parts = package.infolist()
            _check_declared(parts, path.stat().st_size, limits)
            left = limits.expanded_bytes
            for part in parts:
                left = _expand(package, part, left, limits)
    # NotImplementedError is what zipfile raises for a compression that it does not know.
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnreadableFileError("压缩包损坏、加密，或不是 xlsx 文件") from error


def _check_declared(parts: list[ZipInfo], size: int, limits: ExchangeLimits) -> None:
    if len(parts) > _MAX_PARTS:
        raise ExpandsTooFarError(f"{len(parts)} parts")
    declared = sum(part.file_size for part in parts)
    if declared > limits.expanded_bytes:
        raise ExpandsTooFarError(f"declares {declared} bytes")
    if declared > _SMALL and declared > size * limits.expansion_ratio:
        raise ExpandsTooFarError(f"declares {declared} bytes in {size}")


def _expand(package: ZipFile, part: ZipInfo, left: int, limits: ExchangeLimits) -> int:
    grown, before = 0, b""
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            grown += len(chunk)
            if grown > left:
                raise ExpandsTooFarError("expands beyond the maximum")
            if grown > _SMALL and grown > part.compress_size * limits.expansion_ratio:
                raise ExpandsTooFarError(f"{part.filename} packs {part.compress_size} bytes")
            # No writer of spreadsheets declares entities; they are how XML is made to explode.
            if b"<!ENTITY" in before + chunk or b"<!DOCTYPE" in before + chunk:
                raise ExpandsTooFarError(f"{part.filename} declares entities")
            before = chunk[-16:]
    return left - grown
