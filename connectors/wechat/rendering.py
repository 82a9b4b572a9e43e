"""A reply in WeChat's form: plain text, at most 2,048 bytes a message."""

from collections.abc import Sequence

from bot.conversation.links import link_lines, offer_lines
from bot.conversation.schemas import Author
from bot.conversation.transcript import Entry

# 微信公众平台《被动回复用户消息》: Content holds at most 2,048 bytes; the rest is for the hint.
_BYTES = 1900
RATE_HINT = "有没有帮到您？回复“有用”或“没帮到我”。"
MORE = "（回复“更多”查看后面的内容）"


def render(entries: Sequence[Entry], site: str | None = None) -> str:
    """Return everything said by the hotline as one text, each guide with its source.

    Args:
        entries: what was said.
        site: address under which citizens reach the pages; without it no page is named.
    """
    said = [_one(entry, site) for entry in entries if entry.author is not Author.CITIZEN]
    return "\n\n".join(text for text in said if text)


def cut(text: str) -> tuple[str, str]:
    """Return what fits into one message, and the rest (empty when all fits)."""
    if len(text.encode()) <= _BYTES:
        return text, ""
    fitting = text.encode()[:_BYTES].decode(errors="ignore")
    # Between two lines rather than within one, if a line ends in the second half.
    border = fitting.rfind("\n", len(fitting) // 2)
    head = fitting[:border] if border > 0 else fitting
    return f"{head}\n{MORE}", text[len(head) :].lstrip("\n")


def _one(entry: Entry, site: str | None) -> str:
    lines = entry.text.split("\n")
    if site is not None:
        # Below the title: what is cut off at the end must not be the way to the whole.
        lines[1:1] = link_lines(entry, site)
    if entry.sources:
        source = entry.sources[0]
        since = f"（{source['valid_from']}起）" if source["valid_from"] else ""
        lines.append(f"来源：{source['source']}{since}")
    hint = [RATE_HINT] if entry.sources else []
    return "\n".join([*lines, *offer_lines(entry), *hint])
