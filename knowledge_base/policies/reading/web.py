"""HTML: the text of the article within a page; nothing is loaded and no script is run."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from knowledge_base.policies.errors import FileTooLargeError
from knowledge_base.policies.reading.lines import Paragraph, Reading, paragraph
from knowledge_base.policies.reading.plain import decoded

MAX_HTML_BYTES: Final = 5 * 1024 * 1024
_MOST_TAGS: Final = 20_000  # a whole code of law takes about 5,000
_DEEPEST: Final = 200  # nested elements; pages have about thirty
_DEEPEST_UNCLOSED: Final = 1_000  # old pages leave <p> open, which nests the next one in it
_LONGEST_LABEL: Final = 120  # characters
_SKIPPED: Final = frozenset(
    {"script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "title"}
    | {"iframe", "object", "embed", "svg", "head", "button", "select", "textarea"}
)
_BLOCKS: Final = frozenset(
    {"address", "article", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt", "hr"}
    | {"fieldset", "figure", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "html", "li", "main"}
    | {"ol", "p", "pre", "section", "table", "tbody", "td", "th", "tr", "ul"}
)
_VOID: Final = frozenset(
    {"br", "img", "hr", "input", "meta", "link", "col", "area", "base", "wbr", "source", "param"}
)
# Their end tags may be left out, so that counting them says nothing of the depth.
_UNCLOSED: Final = frozenset({"p", "li", "td", "tr", "th", "dd", "dt", "option"})
_CONTENT_NAMES = re.compile(
    r"(?:^|[\s_-])(?:UCAP-CONTENT|TRS_Editor|trs_editor_view|zoom|article-content|pages_content|"
    r"content_text|news_content|con_text|main-txt|article_content)(?:$|[\s_-])",
    re.IGNORECASE,
)
_MOST_OF_IT: Final = 0.6  # of the words outside links stand in the article
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LABEL = re.compile(
    r"\s*(发文字号|文号|发文机关|发布机构|制发机关|成文日期|发文日期|印发日期|发布日期|标题|名称|有效性|"
    r"时效性|效力状态|文件状态)\s*[：:]?\s*(.*)"
)
_META: Final = {"ArticleTitle": "标题", "PubDate": "发布日期", "ContentSource": "来源"}
_CELL: Final = " | "


def read_web(data: bytes, name: str) -> Reading:
    """Return the paragraphs of the article in a web page, and the labels printed around it.

    Raises:
        FileTooLargeError: over 5 MiB, 100,000 elements, or nested absurdly deep.
        WrongEncodingError: neither UTF-8 nor GB18030.
    """
    if len(data) > MAX_HTML_BYTES:
        raise FileTooLargeError(name, f"网页不能超过 {MAX_HTML_BYTES // 1024 // 1024} MB")
    text = decoded(data, name)
    _check_size(text, name)
    page = BeautifulSoup(text, "html.parser")
    weights = _Weights(page)
    if weights.depth > _DEEPEST_UNCLOSED:
        raise FileTooLargeError(name, "网页元素嵌套过深")
    article = _article(page, weights)
    lines = list(_paragraphs(article))
    title = _heading(page, article)
    if title and all(
        re.sub(r"\s", "", title) not in re.sub(r"\s", "", one.text) for one in lines[:20]
    ):
        lines.insert(0, Paragraph(title))
    return Reading(tuple(lines), labels=_labels(page, weights))


def _check_size(text: str, name: str) -> None:
    """Refuse what takes minutes to parse, by a look at the tags alone."""
    depth = 0
    for count, found in enumerate(re.finditer(r"<(/?)([A-Za-z][A-Za-z0-9]*)", text)):
        closes, tag = found[1], found[2].lower()
        if tag not in _VOID and tag not in _UNCLOSED:
            depth = max(depth + (-1 if closes else 1), 0)
        if count > _MOST_TAGS or depth > _DEEPEST:
            raise FileTooLargeError(name, "网页元素过多或嵌套过深")


class _Weights:
    """How many characters each element holds, counted in one pass."""

    def __init__(self, page: BeautifulSoup) -> None:
        self._prose: dict[int, int] = {id(page): 0}  # outside links and skipped parts
        self._whole: dict[int, int] = {id(page): 0}
        depths, passed = {id(page): 0}, {id(page): False}
        tags = page.find_all(True)
        for tag in tags:
            above = id(tag.parent)
            depths[id(tag)] = depths[above] + 1
            passed[id(tag)] = passed[above] or tag.name == "a" or _is_skipped(tag)
            own = sum(len(str(one).strip()) for one in tag.children if _is_text(one))
            self._whole[id(tag)] = own
            self._prose[id(tag)] = 0 if passed[id(tag)] else own
        for tag in reversed(tags):
            self._whole[id(tag.parent)] += self._whole[id(tag)]
            self._prose[id(tag.parent)] += self._prose[id(tag)]
        self.depth = max(depths.values())

    def prose(self, element: Tag) -> int:
        """Characters outside links and what is not shown."""
        return self._prose[id(element)]

    def whole(self, element: Tag) -> int:
        """All characters."""
        return self._whole[id(element)]


def _article(page: BeautifulSoup, weights: _Weights) -> Tag:
    """Return the element that holds the article: by its usual names, else most of the words."""
    body = page.body or page
    for element in body.find_all(True):
        names = " ".join([str(element.get("id") or ""), *_classes(element)])
        if _CONTENT_NAMES.search(names) and weights.prose(element):
            return element
    chosen: Tag = body
    while True:
        children = [one for one in chosen.children if isinstance(one, Tag) and not _is_skipped(one)]
        best = max(children, key=weights.prose, default=None)
        if best is None or best.name in {"p", "tr", "td", "tbody", "span", "table", "pre"}:
            return chosen
        if weights.prose(best) < _MOST_OF_IT * weights.prose(body):
            return chosen
        chosen = best


def _classes(element: Tag) -> list[str]:
    value = element.get("class")
    return [str(one) for one in value] if isinstance(value, list) else [str(value or "")]


def _is_skipped(element: Tag) -> bool:
    within = element.name == "a" and re.match(r"#.", str(element.get("href") or ""))
    return (
        element.name in _SKIPPED
        or bool(within)  # leads to another place of the page: a table of contents
        or element.has_attr("hidden")
        or bool(_HIDDEN.search(str(element.get("style") or "")))
    )


def _paragraphs(article: Tag) -> Iterator[Paragraph]:
    words: list[str] = []
    for piece in _pieces(article):
        if isinstance(piece, Paragraph):
            yield from _flushed(words)
            yield piece
        elif piece == "\n":
            yield from _flushed(words)
        else:
            words.append(piece)
    yield from _flushed(words)


def _flushed(words: list[str]) -> Iterator[Paragraph]:
    one = paragraph("".join(words))
    words.clear()
    if one is not None:
        yield one


def _pieces(element: Tag) -> Iterator[str | Paragraph]:
    """Yield words, a line break where a paragraph ends, and whole rows of tables."""
    waiting: list[PageElement | str] = list(reversed(list(element.children)))
    while waiting:
        child = waiting.pop()
        if isinstance(child, Tag):
            if _is_skipped(child):
                continue
            if child.name == "br":
                yield "\n"
            elif child.name == "table" and _is_table(child):
                yield from _rows(child)
            elif child.name in _BLOCKS:
                yield "\n"
                waiting += ["\n", *reversed(list(child.children))]
            else:
                waiting += reversed(list(child.children))
        elif not isinstance(child, PageElement):
            yield child
        elif _is_text(child):
            within = child.parent
            yield _flat(str(child), keeps_lines=within is not None and within.name == "pre")


def _is_text(child: PageElement) -> bool:
    # Comments, doctypes and the like are strings too.
    return isinstance(child, NavigableString) and not isinstance(child, PreformattedString)


def _flat(text: str, *, keeps_lines: bool) -> str:
    """Return the words as a browser shows them: line ends in the source are blanks at most."""
    if keeps_lines:
        return text
    joined = re.sub(r"(?<=[^\x00-\x7f])[ \t]*[\r\n]+[ \t\r\n]*(?=[^\x00-\x7f])", "", text)
    return re.sub(r"[ \t\r\n]+", " ", joined)


def _is_table(table: Tag) -> bool:
    """Whether rows have several cells; otherwise it only frames the page."""
    rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
    several = [row for row in rows if len(_cells(row)) > 1]
    return bool(several) and not table.find("table")


def _cells(row: Tag) -> list[Tag]:
    return [one for one in row.find_all(["td", "th"], recursive=False) if isinstance(one, Tag)]


def _rows(table: Tag) -> Iterator[Paragraph]:
    for row in table.find_all("tr"):
        cells = [" ".join(one.text for one in _paragraphs(cell)) for cell in _cells(row)]
        if any(cells) and (one := paragraph(_CELL.join(cells), row=True)) is not None:
            yield one


def _heading(page: BeautifulSoup, article: Tag) -> str:
    """Return the page's headline where it stands outside the article."""
    for headline in page.find_all("h1"):
        text = " ".join(one.text for one in _paragraphs(headline))
        if text and article not in headline.parents:
            return text
    return ""


def _labels(page: BeautifulSoup, weights: _Weights) -> dict[str, str]:
    labels: dict[str, str] = {}
    for name, label in _META.items():
        meta = page.find("meta", attrs={"name": name})
        if isinstance(meta, Tag) and meta.get("content"):
            labels[label] = str(meta["content"]).strip()
    if page.title is not None:
        # The site's name follows the page's.
        labels.setdefault("标题", re.split(r"\s*[-_|—–]+\s*", page.title.get_text(strip=True))[0])
    cells: Iterable[Tag] = page.find_all(["td", "th", "li", "dt", "dd", "span", "p", "strong", "b"])
    for cell in cells:
        if weights.whole(cell) > _LONGEST_LABEL:
            continue
        words = cell.get_text(" ", strip=True)
        found = _LABEL.fullmatch(words)
        if found is None:
            continue
        after = cell.find_next_sibling()
        value = found[2] or _short_text(after, weights)
        if value and not _LABEL.fullmatch(value):
            labels.setdefault(found[1], value)
    return labels


def _short_text(element: PageElement | None, weights: _Weights) -> str:
    if not isinstance(element, Tag) or weights.whole(element) > _LONGEST_LABEL:
        return ""
    return element.get_text(" ", strip=True)
