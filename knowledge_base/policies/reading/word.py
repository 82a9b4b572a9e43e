"""DOCX: paragraphs and tables in their order, automatic numbers written out.

The package is walked as XML, because python-docx leaves out what official documents use: content
controls, text boxes (红头), list numbers. Nothing is run and no link is followed.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml.etree import XMLSyntaxError

from knowledge_base.policies.errors import DamagedFileError
from knowledge_base.policies.reading.lines import EDGES, Paragraph, Reading, paragraph
from knowledge_base.policies.reading.numbering import Numbering
from knowledge_base.policies.reading.packed import check_package

_Element = Any  # lxml has no types
_CELL: Final = " | "
_BREAKS: Final = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t", qn("w:noBreakHyphen"): "-"}
# Struck out or moved away in tracked changes; fields' code; the second form of a drawing.
_SKIPPED: Final = frozenset(
    {qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:pPr"), qn("w:rPr")}
    | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
)
_BOX: Final = qn("w:txbxContent")
_WRAPPERS: Final = frozenset(
    {
        qn("w:sdt"),
        qn("w:sdtContent"),
        qn("w:customXml"),
        qn("w:smartTag"),
        qn("w:ins"),
        qn("w:moveTo"),
    }
)


def read_word(data: bytes, name: str) -> Reading:
    """Return the paragraphs of a DOCX.

    Raises:
        DamagedFileError: no Word document, or with content that such a file never needs.
        EncryptedFileError: it needs a password.
        FileTooLargeError: a zip bomb.
    """
    check_package(data, name)
    try:
        document = docx.Document(BytesIO(data))
        found = tuple(_blocks(document.element.body, Numbering.of(document)))
    except (
        KeyError,
        ValueError,
        AttributeError,
        PackageNotFoundError,
        XMLSyntaxError,
        BadZipFile,
    ) as error:
        raise DamagedFileError(name, "不是完整的 Word 文档") from error
    return Reading(found, remarks=_remarks(document))


def _remarks(document: Document) -> tuple[str, ...]:
    body = document.element.body
    if next(body.iter(qn("w:del"), qn("w:ins"), qn("w:moveFrom")), None) is None:
        return ()
    return ("文档含未接受的修订，已按接受后的文字导入，请核对原文",)


def _blocks(parent: _Element, numbering: Numbering) -> Iterator[Paragraph]:
    for child in parent.iterchildren():
        if child.tag == qn("w:p"):
            yield from _paragraphs(child, numbering)
        elif child.tag == qn("w:tbl"):
            yield from _rows(child, numbering)
        elif child.tag in _WRAPPERS:
            yield from _blocks(child, numbering)


def _paragraphs(element: _Element, numbering: Numbering) -> Iterator[Paragraph]:
    for box in _boxes(element):
        yield from _blocks(box, numbering)
    text = "".join(_words(element)).lstrip(EDGES)
    label = numbering.next_label(element)
    for line in (label + text if text.strip(EDGES) else "").split("\n"):
        if (one := paragraph(line)) is not None:
            yield one


def _boxes(element: _Element) -> Iterator[_Element]:
    for child in element.iterchildren():
        if child.tag == _BOX:
            yield child
        elif child.tag not in _SKIPPED:
            yield from _boxes(child)


def _words(element: _Element) -> Iterator[str]:
    for child in element.iterchildren():
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag == qn("w:r") and _is_hidden(child):
            continue
        elif child.tag not in _SKIPPED and child.tag != _BOX:
            yield from _words(child)


def _is_hidden(run: _Element) -> bool:
    vanish = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return vanish is not None and vanish.get(qn("w:val")) not in {"0", "false"}


def _rows(table: _Element, numbering: Numbering) -> Iterator[Paragraph]:
    """Return a row as one paragraph; a table of one column is only a frame around paragraphs."""
    rows = [
        [list(_blocks(cell, numbering)) for cell in _children(row, qn("w:tc"))]
        for row in _children(table, qn("w:tr"))
    ]
    framed = all(len(row) <= 1 for row in rows)
    for row in rows:
        if framed:
            yield from (one for cell in row for one in cell)
            continue
        cells = [" ".join(one.text for one in cell) for cell in row]
        if any(cells) and (one := paragraph(_CELL.join(cells), row=True)) is not None:
            yield one


def _children(element: _Element, tag: str) -> Iterator[_Element]:
    for child in element.iterchildren():
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, tag)
