"""A DOCX is a ZIP of XML: weighed before anything in it is unpacked, and refused with a DTD."""

import zipfile
from io import BytesIO
from typing import Final
from xml.sax import SAXException  # nosec B406 -- the exception only; parsing is defusedxml's
from xml.sax.handler import ContentHandler  # nosec B406 -- the empty handler only

from defusedxml.common import DefusedXmlException
from defusedxml.sax import parseString

from knowledge_base.policies.errors import (
    DamagedFileError,
    EncryptedFileError,
    FileTooLargeError,
    UnknownFileTypeError,
)

_MOST_PARTS: Final = 2_000
_MOST_BYTES: Final = 100 * 1024 * 1024  # unpacked, all parts together
_MOST_XML_BYTES: Final = 30 * 1024 * 1024  # one part: lxml takes about ten times as much memory
_MOST_RATIO: Final = 200  # plain XML packs to a twentieth; a bomb to a thousandth
_RATIO_FROM: Final = 1024 * 1024  # smaller parts harm nobody
_ENCRYPTED_FLAG: Final = 0x1
_XML: Final = (".xml", ".rels")
_DOCUMENT: Final = "word/document.xml"


def check_package(data: bytes, name: str) -> None:
    """Pass a DOCX that is safe to open.

    Raises:
        DamagedFileError: no ZIP, a broken one, or XML with a DTD or entities.
        EncryptedFileError: a part needs a password.
        FileTooLargeError: too many parts, or too large unpacked (a zip bomb).
        UnknownFileTypeError: a ZIP of something else.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            _weigh(package.infolist(), name)
            if _DOCUMENT not in package.namelist():
                raise UnknownFileTypeError(name, "压缩包里没有 Word 正文")
            for part in package.infolist():
                if part.filename.endswith(_XML):
                    _check_xml(_read(package, part, name), name)
    # NotImplementedError is what zipfile raises for a compression that it does not know.
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise DamagedFileError(name, "文档压缩结构已损坏") from error


def _weigh(parts: list[zipfile.ZipInfo], name: str) -> None:
    if len(parts) > _MOST_PARTS:
        raise FileTooLargeError(name, f"文档内含 {len(parts)} 个部件，超过 {_MOST_PARTS} 个")
    if any(part.flag_bits & _ENCRYPTED_FLAG for part in parts):
        raise EncryptedFileError(name)
    if sum(part.file_size for part in parts) > _MOST_BYTES:
        raise FileTooLargeError(name, "文档解压后过大，疑似压缩炸弹")
    for part in parts:
        ratio = part.file_size / max(part.compress_size, 1)
        if part.file_size > _RATIO_FROM and ratio > _MOST_RATIO:
            raise FileTooLargeError(name, "文档压缩率异常，疑似压缩炸弹")
        if part.filename.endswith(_XML) and part.file_size > _MOST_XML_BYTES:
            raise FileTooLargeError(name, "文档正文解压后过大")


def _read(package: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> bytes:
    # The directory may lie about the size: no more is unpacked than it says.
    with package.open(part) as stream:
        content = stream.read(part.file_size + 1)
    if len(content) > part.file_size:
        raise FileTooLargeError(name, "文档压缩目录与内容不符，疑似压缩炸弹")
    return content


def _check_xml(content: bytes, name: str) -> None:
    try:
        parseString(content, ContentHandler(), forbid_dtd=True)
    except (DefusedXmlException, SAXException, ValueError) as error:
        raise DamagedFileError(name, "文档内的 XML 不合规，或含有不允许的定义") from error
