import io
import socket
import struct
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from fpdf import FPDF

from foundation.errors import MalformedInputError
from knowledge_base.policies import errors
from knowledge_base.policies.parsing import parse_file
from knowledge_base.policies.reading.files import read_bytes
from knowledge_base.policies.reading.lines import MAX_FILE_BYTES
from tests.knowledge_base.policies import documents

FILES = {
    "utf8.txt": documents.TEXT.encode,
    "mark.txt": lambda: documents.TEXT.encode("utf-8-sig"),
    "gb18030.txt": lambda: documents.TEXT.encode("gb18030"),
    "wrapped.txt": lambda: documents.wrapped().encode(),
    "notice.docx": documents.word,
    "notice.pdf": documents.pdf,
    "notice.html": lambda: documents.web().encode(),
    "gbk.html": lambda: documents.web().replace("utf-8", "gbk").encode("gb18030"),
}


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_gives_the_whole_text_and_nothing_else(name: str) -> None:
    assert parse_file(FILES[name](), name).document.text == documents.TEXT


def test_pdf_paragraphs_run_over_pages_whose_heads_and_numbers_are_no_text() -> None:
    import pypdfium2  # noqa: PLC0415 -- only this test looks at the raw pages

    pages = [
        page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(documents.pdf())
    ]
    # What is left out was there, and at least one sentence is cut by the end of a page.
    assert len(pages) > 3
    assert all("规范性文件" in page for page in pages)
    assert any(not page.split("—")[0].strip().endswith(("。", "；", "：")) for page in pages)

    text = read_bytes(documents.pdf(), "a.pdf").text

    assert "规范性文件" not in text
    assert "—" not in text


def test_table_is_one_row_a_paragraph_in_word_and_web_pages() -> None:
    for data, name in ((documents.word(), "a.docx"), (documents.web().encode(), "a.html")):
        rows = [one.text for one in read_bytes(data, name).paragraphs if one.row]
        assert rows[-3:] == list(documents.ROWS)


def test_web_page_keeps_neither_scripts_nor_navigation_nor_hidden_text() -> None:
    page = documents.web().replace("<p>", '<p style="display:none">暗文</p><p>', 1)

    text = read_bytes(page.encode(), "a.html").text

    assert "申领条件" in text
    for absent in ("被执行的脚本", "政务公开", "版权所有", "注释", "暗文", "color"):
        assert absent in page
        assert absent not in text


def test_web_page_keeps_no_links_to_places_within_itself() -> None:
    links = '<p><a href="#t1">1</a>&emsp;<a href="#t2">2</a></p>'
    page = (
        f"<html><body><h1>证件寄存办法</h1>{links}"
        "<p id=t1>&emsp;<b>第一条</b>&emsp;免费，见<a href='/fees.html'>收费目录</a>。</p>"
        "</body></html>"
    )

    lines = read_bytes(page.encode(), "a.html").text.split("\n")

    assert lines == ["证件寄存办法", "第一条\u2003免费，见收费目录。"]


def test_web_page_is_read_without_opening_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    linked = documents.web().replace("<head>", '<head><link href="http://127.0.0.1:9/a.css">')

    assert parse_file(linked.encode(), "a.html").document.number == "江公规〔2024〕12号"


def test_web_page_that_leaves_its_paragraphs_open_is_read() -> None:
    page = "<html><body>" + "".join(f"<p>第{n}段。" for n in range(300))

    lines = read_bytes(page.encode(), "a.html").text.split("\n")

    assert lines == [f"第{n}段。" for n in range(300)]


def test_word_writes_out_automatic_numbers() -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    numbering.insert(
        0,
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">'
            '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
            '<w:lvlText w:val="第%1条"/></w:lvl>'
            '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
            '<w:lvlText w:val="（%2）"/></w:lvl></w:abstractNum>'
        ),
    )
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>')
    )
    for text, level in (
        ("甲。", 0),
        ("乙：", 0),
        ("丙；", 1),
        ("丁。", 1),
        ("戊。", 0),
        ("己。", 1),
    ):
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(
            parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>'
            )
        )

    lines = read_bytes(documents.saved(document), "a.docx").text.split("\n")

    assert lines == [
        "第一条\u3000甲。",
        "第二条\u3000乙：",
        "（一）丙；",
        "（二）丁。",
        "第三条\u3000戊。",
        "（一）己。",
    ]


def test_word_reads_content_controls_and_text_boxes_and_leaves_out_what_was_struck() -> None:
    document = docx.Document()
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>控件中的段落。</w:t></w:r></w:p>"
            "</w:sdtContent></w:sdt>"
        ),
    )
    document.element.body.insert(
        1,
        parse_xml(
            f"<w:p {nsdecls('w')}><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>红头文件</w:t></w:r>"
            "</w:p></w:txbxContent></w:pict></w:r><w:del><w:r><w:delText>删去</w:delText></w:r>"
            "</w:del><w:ins><w:r><w:t>增加的文字。</w:t></w:r></w:ins></w:p>"
        ),
    )

    reading = read_bytes(documents.saved(document), "a.docx")

    assert reading.text == "控件中的段落。\n红头文件\n增加的文字。"
    assert len(reading.remarks) == 1
    assert "修订" in reading.remarks[0]


def _zip(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return stream.getvalue()


def _with_document(change: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(documents.word())) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    return _zip({**parts, "word/document.xml": change})


def _lying() -> bytes:
    """A package whose directory says that its document unpacks to ten bytes."""
    packed = bytearray(_with_document(b"<a>" + b" " * 5_000_000 + b"</a>"))
    directory = packed.rfind(b"word/document.xml") - 46
    header = packed.find(b"word/document.xml") - 30
    assert packed[directory : directory + 4] == b"PK\x01\x02"
    struct.pack_into("<I", packed, directory + 24, 10)
    struct.pack_into("<I", packed, header + 22, 10)
    return bytes(packed)


def _pictures() -> bytes:
    paper = FPDF()
    paper.add_page()
    paper.rect(10, 10, 100, 100, style="F")
    return bytes(paper.output())


def _locked_pdf() -> bytes:
    paper = FPDF()
    paper.set_encryption(owner_password="o", user_password="u")
    paper.add_page()
    paper.set_font("helvetica", size=12)
    paper.cell(text="secret")
    return bytes(paper.output())


def _locked_zip() -> bytes:
    packed = bytearray(documents.word())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = packed.find(mark)
        while position >= 0:
            packed[position + offset] |= 1
            position = packed.find(mark, position + 4)
    return bytes(packed)


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTITIES = b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
_OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
REFUSED = {
    "empty": ("a.txt", lambda: b" \n", errors.DamagedFileError),
    "picture": ("a.txt", lambda: b"\x89PNG\r\n\x1a\n123", errors.UnknownFileTypeError),
    "sheet": ("a.xlsx", lambda: _zip({"xl/workbook.xml": b"<a/>"}), errors.UnknownFileTypeError),
    "program": ("a.exe", "程序。".encode, errors.UnknownFileTypeError),
    "old word": ("a.doc", lambda: _OLE + b"x" * 600, errors.UnknownFileTypeError),
    "encrypted word": (
        "a.docx",
        lambda: _OLE + "EncryptedPackage".encode("utf-16-le"),
        errors.EncryptedFileError,
    ),
    "encrypted parts": ("a.docx", _locked_zip, errors.EncryptedFileError),
    "encrypted pdf": ("a.pdf", _locked_pdf, errors.EncryptedFileError),
    "scanned pdf": ("a.pdf", _pictures, errors.ScannedDocumentError),
    "broken pdf": ("a.pdf", lambda: b"%PDF-1.7\nrubbish", errors.DamagedFileError),
    "text named pdf": ("a.pdf", "正文。".encode, errors.DamagedFileError),
    "broken word": ("a.docx", lambda: documents.word()[:3000], errors.DamagedFileError),
    "entities": ("a.docx", lambda: _with_document(_ENTITIES), errors.DamagedFileError),
    "outside entity": ("a.docx", lambda: _with_document(_OUTSIDE), errors.DamagedFileError),
    "zip bomb": (
        "a.docx",
        lambda: _with_document(b"<a>" + b" " * 20_000_000 + b"</a>"),
        errors.FileTooLargeError,
    ),
    "lying zip": ("a.docx", _lying, MalformedInputError),
    "many parts": (
        "a.docx",
        lambda: _zip({"word/document.xml": b"<a/>"} | {f"p{n}": b"" for n in range(2500)}),
        errors.FileTooLargeError,
    ),
    "huge": ("a.txt", lambda: b"a" * (MAX_FILE_BYTES + 1), errors.FileTooLargeError),
    "long text": ("a.txt", lambda: b"a" * (5 * 1024 * 1024 + 1), errors.FileTooLargeError),
    "huge page": ("a.html", lambda: b"<p>" + b"a" * 6_000_000, errors.FileTooLargeError),
    "many tags": ("a.html", lambda: b"<html>" + b"<b></b>" * 150_000, errors.FileTooLargeError),
    "deep page": ("a.html", lambda: b"<html>" + b"<div>" * 5_000, errors.FileTooLargeError),
    "unclosed page": ("a.html", lambda: b"<html>" + b"<p>a" * 15_000, errors.FileTooLargeError),
    "big5": (
        "a.txt",
        lambda: ("臺灣地區居民來往大陸，應當申請領取證件。" * 20).encode("big5"),
        errors.WrongEncodingError,
    ),
    "latin": (
        "a.txt",
        lambda: ("Ã¤Ã¶Ã¼ ça été " * 50).encode("latin-1"),
        errors.WrongEncodingError,
    ),
    "half character": (
        "a.txt",
        lambda: documents.TEXT.encode()[:2000] + b"\xff" + documents.TEXT.encode()[2000:],
        errors.WrongEncodingError,
    ),
    "garbled": (
        "a.txt",
        ("关于锟斤拷锟斤拷的通知。" * 9).encode,
        errors.WrongEncodingError,
    ),
    "binary": ("a.txt", lambda: bytes(range(256)) * 4, errors.WrongEncodingError),
    "no title": ("a.txt", "今天天气很好。".encode, errors.NoPolicyTextError),
    "no body": ("a.txt", "关于证件的通知".encode, errors.NoPolicyTextError),
}


@pytest.mark.parametrize("case", REFUSED)
def test_unfit_file_is_refused_in_one_chinese_sentence(case: str) -> None:
    name, data, error = REFUSED[case]

    with pytest.raises(error) as refusal:
        parse_file(data(), name)

    assert refusal.value.status_code == 422
    assert refusal.value.user_message.endswith("。")


def test_a_page_without_text_between_others_is_named() -> None:
    paper = FPDF()
    paper.add_font("noto", "", Path(documents.FONT))
    for text in ("关于证件的通知", "", "一、证件免费发放，自2024年1月1日起施行。"):
        paper.add_page()
        paper.set_font("noto", size=12)
        paper.multi_cell(0, 8, text)

    remarks = parse_file(bytes(paper.output()), "a.pdf").remarks

    assert any("第 2 页没有文字" in remark for remark in remarks)
