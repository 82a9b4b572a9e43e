"""The one-time notice on paper: A4, Chinese throughout, fonts embedded."""

from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

from foundation.errors import ConfigurationError
from knowledge_base.library import Library
from knowledge_base.notices.parts import Notice, Part
from knowledge_base.schema import City, Matter

_FONT: Final = "noto"
# The package carries Noto Sans CJK SC (SIL Open Font License) as data; it is never imported.
_FONT_PACKAGE: Final = "mplfonts"
_FONT_FILE: Final = Path("fonts") / "NotoSansCJKsc-Regular.otf"

_MARGIN_MM: Final = 20.0
_BOX_MM: Final = 3.6  # what one ticks off
_TITLE, _HEADING, _BODY, _SMALL = 18, 12, 10.5, 8.5  # points
_GREY: Final = 100
_FOOT: Final = "{title} · 第{version}版 · {valid_from}起施行 · {printed}打印"
_PAGE: Final = "第{page}页，共{{nb}}页"
_ASK: Final = "有不清楚的，请拨打{phone}。"
_DEMO: Final = "演示城市的数据，不能作为办事依据。"


def print_notice(
    matter: Matter, library: Library, printed_on: date, notice: Notice | None = None
) -> bytes:
    """Return the notice as a PDF file; takes about half a second, most of it the font.

    Args:
        matter: the guide.
        library: where its laws, places and expected facets stand.
        printed_on: the day that stands at the foot.
        notice: what is printed; the whole guide unless it is for one citizen's case.

    Raises:
        ConfigurationError: the font's package is not installed.
    """
    foot = _FOOT.format(
        title=matter.title,
        version=matter.version,
        valid_from=matter.valid_from.isoformat(),
        printed=printed_on.isoformat(),
    )
    sheet = notice or Notice.of(matter, library)
    return print_sheet(sheet, library.city, foot=foot, phone=matter.consultation_phone)


def print_sheet(notice: Notice, city: City, *, foot: str, phone: str) -> bytes:
    """Return anything that has a notice's parts as a PDF file.

    Args:
        notice: title, opening sentence, parts under headings.
        city: whose hotline hands it out.
        foot: stands on each page: what it belongs to, as of when.
        phone: where to ask.

    Raises:
        ConfigurationError: the font's package is not installed.
    """
    sheet = _Sheet(notice.title, city, foot)
    sheet.write(notice, phone)
    return bytes(sheet.output())


class _Sheet(FPDF):
    """One notice: a title, parts under headings, documents with a box to tick."""

    def __init__(self, title: str, city: City, foot: str) -> None:
        super().__init__(format="A4")
        self._city = city
        self._foot = foot
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=_MARGIN_MM)
        self.add_font(_FONT, "", _font_path())
        self.set_title(title)
        self.set_lang("zh-CN")
        self.set_creator(city.hotline_name)
        self.add_page()

    def write(  # type: ignore[override]  # a sheet writes one thing
        self, notice: Notice, phone: str
    ) -> None:
        """Lay the whole notice out."""
        self._line(notice.title, _TITLE, after=2)
        self._line(self._city.hotline_name, _SMALL, grey=True, after=4)
        self._line(notice.summary, _BODY, after=3)
        for part in notice.parts:
            self._part(part)
        for closing in (notice.missing, _ASK.format(phone=phone)):
            if closing:
                self._line(closing, _BODY, after=2)
        if self._city.demo:
            self._line(_DEMO, _SMALL, grey=True)

    def footer(self) -> None:
        """Say on each page what it belongs to."""
        self.set_y(-15)
        self.set_font(_FONT, size=_SMALL)
        self.set_text_color(_GREY)
        self.cell(0, 5, self._foot, align="L")
        self.set_x(self.l_margin)
        self.cell(0, 5, _PAGE.format(page=self.page_no()), align="R")

    def _part(self, part: Part) -> None:
        # A heading stays with the beginning of what it heads.
        if self.will_page_break(24):
            self.add_page()
        self._line(part.label, _HEADING, after=1)
        for line in part.lines:
            if part.to_tick and line.numbered:
                self._box()
                self._line(line.text, _BODY, indent=_BOX_MM + 2.4)
            else:
                self._line(line.text, _BODY)
            if line.basis:
                indent = _BOX_MM + 2.4 if part.to_tick and line.numbered else 0
                self._line(line.basis, _SMALL, grey=True, indent=indent)
        self.ln(2.5)

    def _line(
        self,
        text: str,
        points: float,
        *,
        grey: bool = False,
        indent: float = 0,
        after: float = 0.6,
    ) -> None:
        self.set_font(_FONT, size=points)
        self.set_text_color(_GREY if grey else 0)
        self.set_x(self.l_margin + indent)
        height = points * 0.56  # mm a line: 1.6 times the size
        self.multi_cell(
            0,
            height,
            text,
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
            # Chinese has no spaces: wrapped by words, 「1. 」 would stand on a line of its own.
            wrapmode=WrapMode.CHAR,
        )
        self.ln(after)

    def _box(self) -> None:
        # Drawn, not written: the font has no ballot box.
        if self.will_page_break(_BODY * 0.56):
            self.add_page()
        self.set_draw_color(_GREY)
        self.rect(self.l_margin, self.get_y() + 1.1, _BOX_MM, _BOX_MM)


@cache
def _font_path() -> Path:
    spec = find_spec(_FONT_PACKAGE)
    if spec is None or spec.origin is None:
        raise ConfigurationError(f"package {_FONT_PACKAGE} is not installed: run make setup")
    return Path(spec.origin).parent / _FONT_FILE
