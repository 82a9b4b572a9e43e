"""A clause quoted word for word, with the number that everybody may look it up by."""

from dataclasses import dataclass
from typing import Final

from knowledge_base.policies.numerals import article_words, chinese
from knowledge_base.policies.schema import Clause, Level, PolicyDocument, Step, joined

_GROUPS: Final = {Level.PART: "编", Level.CHAPTER: "章", Level.SECTION: "节"}


@dataclass(frozen=True, slots=True)
class Quotation:
    """Where it stands, and its words exactly."""

    citation: str  # 《…》（粤公通字〔2024〕12号）第十条第二款
    text: str
    clause: str  # 第十条第二款

    def __str__(self) -> str:
        return f"{self.citation}：\n{self.text}"


def quote(document: PolicyDocument, clause_path: str) -> Quotation:
    """Return one clause, or all that stands under an article, chapter or point.

    Args:
        document: the text.
        clause_path: ``article10-1/paragraph2``; chapters may be left out before an article.

    Raises:
        ClauseNotFoundError: the document has no such clause.
    """
    found = document.under(clause_path)
    depth = clause_path.strip("/").split("/")[-1]
    path = found[0].path
    cited = next((index + 1 for index, step in enumerate(path) if step.key == depth), len(path))
    clause = "".join(_words(document, path[:cited]))
    return Quotation(_cited(document, path[:cited]), joined(found), clause)


def citation(document: PolicyDocument, clause: Clause) -> str:
    """Return 《title》（number）第…条第…款 of one clause."""
    return _cited(document, clause.path)


def _cited(document: PolicyDocument, path: tuple[Step, ...]) -> str:
    inner = document.title.replace("《", "〈").replace("》", "〉")
    number = f"（{document.number}）" if document.number else ""
    return f"《{inner}》{number}" + "".join(_words(document, path))


def _words(document: PolicyDocument, path: tuple[Step, ...]) -> list[str]:
    within_article = any(step.level is Level.ARTICLE for step in path)
    words = []
    for index, step in enumerate(path):
        if step.level in _GROUPS and within_article:
            continue  # articles are counted through all chapters
        if (
            step.level is Level.PARAGRAPH
            and within_article
            and path[:index] not in document.crowded
        ):
            continue  # the only 款 of an article is the article
        words.append(_word(document, step, within_article=within_article))
    return words


def _word(document: PolicyDocument, step: Step, *, within_article: bool) -> str:
    number, _, again = step.number.partition("~")
    suffix = f"（第{again}处）" if again else ""
    if step.level is Level.ANNEX:
        return _annex(document, step)
    if step.level in _GROUPS:
        return f"第{chinese(int(number))}{_GROUPS[step.level]}{suffix}"
    if step.level is Level.ARTICLE:
        return article_words(number) + suffix
    if step.level is Level.PARAGRAPH:
        return f"第{chinese(int(number))}{'款' if within_article else '段'}{suffix}"
    return _listed(step.level, int(number), within_article=within_article) + suffix


def _listed(level: Level, number: int, *, within_article: bool) -> str:
    if level is Level.POINT:
        return f"第{chinese(number)}项" if within_article else f"第{chinese(number)}部分"
    if level is Level.ITEM:
        return f"第（{chinese(number)}）项"
    if level is Level.SUBITEM:
        return f"第{number}{'目' if within_article else '点'}"
    if level is Level.ROW:
        return f"表第{number}行"
    return f"第（{number}）点" if level is Level.DETAIL else f"第{number}小点"


def _annex(document: PolicyDocument, step: Step) -> str:
    number = step.number if document.annex_count > 1 else ""
    inner = step.label.replace("《", "〈").replace("》", "〉")
    return f"附件{number}" + (f"《{inner}》" if inner else "")
