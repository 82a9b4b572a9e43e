"""What every reader gives: paragraphs in order, and what the file says beside them."""

from dataclasses import dataclass, field

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_CHARACTERS = 1_000_000  # a code of law holds about 150,000
MAX_PARAGRAPHS = 50_000

# What stands around a paragraph and is no part of it: blanks of every width, marks of order.
EDGES = " \t\r\n\f\v\u00a0\u1680\u2002\u2003\u2009\u200b\u200e\u200f\u2028\u2029\u2060\u3000\ufeff"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; ``row`` marks a row of a table."""

    text: str
    row: bool = False


@dataclass(frozen=True)
class Reading:
    """A file read: its paragraphs, labels found beside the text, and what a person should know."""

    paragraphs: tuple[Paragraph, ...]
    labels: dict[str, str] = field(default_factory=dict)  # 发文字号 and the like, of web pages
    remarks: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of it, one paragraph a line."""
        return "\n".join(one.text for one in self.paragraphs)


def paragraph(text: str, *, row: bool = False) -> Paragraph | None:
    """Return the paragraph without what stands around it; None of a blank one."""
    # NUL and lone surrogates are refused by PostgreSQL and mean nothing in a text.
    clean = text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8").strip(EDGES)
    return Paragraph(clean, row) if clean else None
