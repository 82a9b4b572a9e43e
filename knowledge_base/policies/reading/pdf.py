"""PDF with text, by PDFium: characters with their places, joined to lines and paragraphs.

The build of PDFium runs no scripts, and no form or link is opened.
"""

import ctypes
import re
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pypdfium2
import pypdfium2.raw as pdfium

from knowledge_base.policies.errors import (
    DamagedFileError,
    EncryptedFileError,
    FileTooLargeError,
    ScannedDocumentError,
    WrongEncodingError,
)
from knowledge_base.policies.reading.lines import EDGES, MAX_CHARACTERS, Reading, paragraph
from knowledge_base.policies.reading.wrapping import Line, Margins, margins_of, rejoined

_MOST_PAGES: Final = 1_000
_UNMAPPED_SHARE: Final = 0.05  # of characters without a meaning: the font has no table of them
_MARGIN_SHARE: Final = 0.12  # of the page's height: where heads and feet stand
_PAGE_NUMBER = re.compile(
    r"[-—–―·\s]*(?:第\s*)?(?:\d{1,4}|[ivxlc]{1,6})\s*(?:页)?(?:\s*[/，,共]\s*共?\s*\d{1,4}\s*页?)?[-—–―·\s]*"
)
_GAP: Final = 0.7  # of a character: narrower blanks are the printer's, not the author's
_SAME_LINE: Final = 0.5  # of a character's height
# PDFium keeps state of its own between calls and may be called by one thread at a time.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Glyph:
    text: str
    left: float
    right: float
    bottom: float
    top: float


@dataclass(frozen=True, slots=True)
class _Printed:
    """A line where it stands: ``middle`` is its height on the page, 0 the foot, 1 the head."""

    line: Line
    middle: float


def read_pdf(data: bytes, name: str) -> Reading:
    """Return the paragraphs of a PDF, without page numbers and what is printed on every page.

    Raises:
        DamagedFileError: it cannot be opened.
        EncryptedFileError: it needs a password.
        FileTooLargeError: over 1,000 pages or 1,000,000 characters.
        ScannedDocumentError: no page holds text.
        WrongEncodingError: its fonts do not say which characters they draw.
    """
    with _one_at_a_time:
        pages = _pages(data, name)
    if not any(pages):
        raise ScannedDocumentError(name)
    words = "".join(one.line.text for page in pages for one in page)
    unmapped = sum(one == "\ufffd" or "\ue000" <= one <= "\uf8ff" for one in words)
    if unmapped > _UNMAPPED_SHARE * len(words):
        raise WrongEncodingError(name)
    empty = [str(number) for number, page in enumerate(pages, start=1) if not page]
    remarks = (f"第 {'、'.join(empty)} 页没有文字（空白或扫描图片），未导入",) if empty else ()
    found = (paragraph(text) for text in rejoined(_with_margins(_without_heads(pages))))
    return Reading(tuple(one for one in found if one is not None), remarks=remarks)


def _pages(data: bytes, name: str) -> list[list[_Printed]]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if (
            pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD
            or "password" in str(error).lower()
        ):
            raise EncryptedFileError(name) from error
        raise DamagedFileError(name, "PDF 已损坏或不是 PDF") from error
    try:
        return _read_pages(document, name)
    except pypdfium2.PdfiumError as error:
        raise DamagedFileError(name, "PDF 有无法读取的页面") from error
    finally:
        document.close()


def _read_pages(document: pypdfium2.PdfDocument, name: str) -> list[list[_Printed]]:
    if len(document) > _MOST_PAGES:
        raise FileTooLargeError(name, f"共 {len(document)} 页，超过 {_MOST_PAGES} 页")
    pages: list[list[_Printed]] = []
    characters = 0
    for page in document:
        text_page = page.get_textpage()
        characters += text_page.count_chars()
        if characters > MAX_CHARACTERS:
            raise FileTooLargeError(name, f"文字超过 {MAX_CHARACTERS} 字")
        glyphs = _glyphs(text_page)
        pages.append(_lines(glyphs, page.get_height()))
        text_page.close()
        page.close()
    return pages


def _glyphs(text_page: pypdfium2.PdfTextPage) -> list[_Glyph]:
    found: list[_Glyph] = []
    box = pdfium.FS_RECTF()
    for index in range(text_page.count_chars()):
        # Blanks and line ends that PDFium makes up are left out: the places tell more.
        if pdfium.FPDFText_IsGenerated(text_page.raw, index) == 1:
            continue
        code = pdfium.FPDFText_GetUnicode(text_page.raw, index)
        if code in (0, 10, 13) or 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 -- ends, surrogates
            continue
        if pdfium.FPDFText_GetLooseCharBox(text_page.raw, index, ctypes.byref(box)):
            found.append(_Glyph(chr(code), box.left, box.right, box.bottom, box.top))
    return found


def _lines(glyphs: Sequence[_Glyph], height: float) -> list[_Printed]:
    rows: list[list[_Glyph]] = []
    ink: _Glyph | None = None
    for glyph in glyphs:
        blank = not glyph.text.strip(EDGES)
        if rows and (blank or ink is None or _same_line(ink, glyph)):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
        # A blank may have no box of its own, so that its height says nothing.
        ink = ink if blank else glyph
    return [one for row in rows if (one := _printed(row, height)) is not None]


def _same_line(before: _Glyph, after: _Glyph) -> bool:
    size = min(before.top - before.bottom, after.top - after.bottom) or 1.0
    level = abs((before.top + before.bottom) - (after.top + after.bottom)) / 2
    return level <= _SAME_LINE * size and after.left >= before.left - size


def _printed(row: Sequence[_Glyph], height: float) -> _Printed | None:
    inked = [glyph for glyph in row if glyph.text.strip(EDGES)]
    if not inked:
        return None
    size = max(inked[0].top - inked[0].bottom, 1.0)
    words, last = "", None
    for glyph in row:
        if last is not None and glyph.left - last > _GAP * size and not words.endswith(" "):
            words += " "
        words += glyph.text
        last = glyph.right
    line = Line(words.strip(EDGES), inked[0].left, inked[-1].right, size)
    return _Printed(line, (inked[0].top + inked[0].bottom) / 2 / max(height, 1.0))


def _without_heads(pages: Sequence[Sequence[_Printed]]) -> list[list[_Printed]]:
    """Return the pages without page numbers and lines that stand in the margin of most pages."""
    often = Counter(
        pattern for page in pages for pattern in {_pattern(one) for one in page if _in_margin(one)}
    )
    most = max(2, len(pages) // 2)
    return [
        [
            one
            for one in page
            if not _in_margin(one)
            or not (_PAGE_NUMBER.fullmatch(one.line.text) or often[_pattern(one)] >= most)
        ]
        for page in pages
    ]


def _in_margin(one: _Printed) -> bool:
    return one.middle < _MARGIN_SHARE or one.middle > 1 - _MARGIN_SHARE


def _pattern(one: _Printed) -> tuple[str, int]:
    """Return the line with any number in it, and where it stands, in hundredths of the page."""
    return re.sub(r"\d+", "0", one.line.text), round(one.middle * 100)


def _with_margins(pages: Sequence[Sequence[_Printed]]) -> list[tuple[Line, Margins]]:
    """Return the lines, each with the margins of left or right pages (they may differ)."""
    margins = {}
    for side in (0, 1):
        lines = [one.line for page in pages[side::2] for one in page]
        if lines:
            margins[side] = margins_of(lines)
    return [(one.line, margins[index % 2]) for index, page in enumerate(pages) for one in page]
