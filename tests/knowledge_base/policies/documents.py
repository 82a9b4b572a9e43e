"""Official documents written for these tests, and each of the four kinds of file made of them."""

import unicodedata
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import docx
import mplfonts
from docx.document import Document
from fpdf import FPDF

FONT = Path(mplfonts.__file__).parent / "fonts" / "NotoSansCJKsc-Regular.otf"

NOTICE = (
    "江南省公安厅文件",
    "江公规〔2024〕12号",
    "江南省公安厅关于印发《江南省居民",
    "身份证管理实施办法》的通知",
    "各地级以上市公安局，厅机关各部门：",
    "为规范居民身份证管理工作，现将《江南省居民身份证管理实施办法》印发给你们，并就有关事项通知如下。",
    "一、申领条件",
    "（一）年满十六周岁的公民，应当申请领取居民身份证。十六周岁至二十五周岁的，发给有效期10年的居民身份证。",
    "（二）未满十六周岁的公民，由监护人代为申请，并提交下列材料：",
    "1.监护人的居民身份证；",
    "2.能够证明监护关系的居民户口簿、出生医学证明或者其他文件的原件，各地不得要求提供规定以外的证明材料；",
    "（1）原件当场核对后退还。",
    "二、办理期限。公安机关应当自受理之日起20个工作日内发放证件；交通不便的地区可以延长，延长不超过30个工作日。",
    "延长办理期限的，应当告知申请人。",
    "三、本通知自2024年5月1日起施行，有效期5年。《关于居民身份证管理的若干意见》（江公规〔2019〕3号）同时废止。",
    "附件：1.江南省居民身份证管理实施办法",
    "2.收费标准表",
    "江南省公安厅　江南省财政厅",
    "2024年3月28日",
    "（此件公开发布）",
)
REGULATION = (
    "附件1",
    "江南省居民身份证管理实施办法",
    "第一章　总　则",
    "第一条　为了保障公民的合法权益，根据《中华人民共和国居民身份证法》，制定本办法。",
    "第二条　本办法适用于本省行政区域内居民身份证的申领、换领、补领。",
    "依照第三条规定办理的，不受前款限制。",
    "第三条规定以外的证件，另行规定。",
    "第二章　申领和发放",
    "第三条　申请领取居民身份证，应当提交下列材料：",
    "（一）居民户口簿；",
    "（二）由公安机关采集的照片：",
    "1.一年内拍摄；",
    "2.免冠。",
    "材料不齐的，公安机关应当一次性告知。",
    "第三条之一　跨省通办适用前条规定。",
    "第四条　本办法所称有效期，是指证件有效期限。",
    "第三章　附　则",
    "第五条　本办法自2024年5月1日起施行。",
)
ANNEX_HEADING = ("附件2", "收费标准表")
TABLE = (("项目", "标准"), ("首次申领", "免费"), ("丢失补领", "40元/证"))
WHOLE = (*NOTICE, *REGULATION, *ANNEX_HEADING)
ROWS = tuple(" | ".join(row) for row in TABLE)
TEXT = "\n".join((*WHOLE, *ROWS))


def word(paragraphs: Sequence[str] = WHOLE, table: Sequence[Sequence[str]] = TABLE) -> bytes:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "江南省公安厅规范性文件"
    document.sections[0].footer.paragraphs[0].text = "— 1 —"
    for text in paragraphs:
        document.add_paragraph("\u3000\u3000" + text)
    if table:
        grid = document.add_table(rows=0, cols=len(table[0]))
        for row in table:
            for cell, text in zip(grid.add_row().cells, row, strict=True):
                cell.text = text
    return saved(document)


def saved(document: Document) -> bytes:
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


class _Paper(FPDF):
    """A head on every page and its number at the foot."""

    def header(self) -> None:
        self.set_font("noto", size=9)
        self.set_y(8)
        self.cell(0, 5, "江南省公安厅规范性文件", align="R")
        self.set_y(30)

    def footer(self) -> None:
        self.set_font("noto", size=9)
        self.set_y(-14)
        self.cell(0, 5, f"— {self.page_no()} —", align="C")


def pdf(paragraphs: Sequence[str] = (*WHOLE, *ROWS), *, front: int = 4) -> bytes:
    """Return pages of few lines, so that paragraphs run over them; the head is centred."""
    paper = _Paper(format=(148, 130))
    paper.add_font("noto", "", FONT)
    paper.set_margins(20, 30, 20)
    paper.set_auto_page_break(auto=True, margin=20)
    paper.add_page()
    for index, text in enumerate(paragraphs):
        paper.set_font("noto", size=12)
        signs = text.startswith(("江南省公安厅　", "2024年3月"))
        align = "C" if index < front else "R" if signs else "L"
        indent = "" if align != "L" or text.endswith("各部门：") else "\u3000\u3000"
        paper.multi_cell(
            0, 7, indent + text, align=align, new_x="LMARGIN", new_y="NEXT", wrapmode="CHAR"
        )
    return bytes(paper.output())


def web(paragraphs: Sequence[str] = WHOLE, table: Sequence[Sequence[str]] = TABLE) -> str:
    rows = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in table)
    body = "\n".join(f"<p>&emsp;&emsp;{text}</p>" for text in paragraphs)
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>省公安厅网站</title>
<script>document.write('被执行的脚本')</script><style>p{{color:red}}</style></head><body>
<nav><ul><li><a href="/">首页</a></li><li><a href="/zw">政务公开栏目很长的名字</a></li></ul></nav>
<table><tr><td>发文字号：</td><td>江公规〔2024〕12号</td></tr>
<tr><td>时效性：</td><td>有效</td></tr></table>
<div class="wrap"><div id="side"><a href="/x">相关链接</a></div>
<div class="main"><!-- 注释 --><div class="txt">{body}<table>{rows}</table></div></div></div>
<img src="http://127.0.0.1:9/never.png"><footer>版权所有 江南省公安厅</footer></body></html>"""


def wrapped(paragraphs: Sequence[str] = (*WHOLE, *ROWS), columns: int = 60) -> str:
    """Return plain text broken at a width, as old web pages and mail do."""
    return "\n".join(line for text in paragraphs for line in _broken(text, columns))


def _broken(text: str, columns: int) -> list[str]:
    lines, width = ["\u3000\u3000"], 4
    for one in text:
        wide = 2 if unicodedata.east_asian_width(one) in "WF" else 1
        if width + wide > columns:
            lines.append("")
            width = 0
        lines[-1] += one
        width += wide
    return lines
