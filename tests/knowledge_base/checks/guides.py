"""Guides written by what matters in one test; everything else is valid and unlike any other."""

from datetime import date
from typing import Any

LAW = "灯牌管理条例"
TODAY = date(2026, 11, 22)

Guide = dict[str, Any]


def law(article: str | None = None, title: str = LAW) -> list[dict[str, str]]:
    """Return the basis of a fact: one law, and its article where it is given."""
    return [{"law": title} if article is None else {"law": title, "article": article}]


def fact(text: str, article: str | None = None) -> Guide:
    """Return a facet that holds one fact."""
    return {"facts": [{"text": text, "basis": law(article)}]}


def limit(amount: int, unit: str, since: str, article: str | None = None) -> Guide:
    """Return a time limit set by law."""
    basis = law(article)
    return {"statutory": {"amount": amount, "unit": unit, "since": since, "basis": basis}}


def guide(code: str = "M0101", title: str = "灯笼登记", **changed: Any) -> Guide:
    """Return a guide in which nothing is to be found, with the fields named in ``changed``."""
    # Each code draws other characters, so that no two guides are asked for in like words.
    own = [chr(0x4E00 + (int(code[1:]) * 97 + step * 613) % 20000) for step in range(24)]
    return {
        "code": code,
        "title": title,
        "aliases": ["".join(own[step : step + 3]) for step in range(0, 24, 3)],
        "category": "演示",
        "audience": "个人",
        "department": "GA",
        "summary": f"{title}先登记。",
        "legal_basis": law(),
        "source": {"title": LAW},
        "valid_from": date(2026, 1, 1),
        **changed,
    }
