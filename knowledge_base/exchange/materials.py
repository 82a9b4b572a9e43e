"""Lists of required documents as other systems write them into one cell."""

import re
from itertools import pairwise
from typing import Any

Json = Any  # the JSON edge: a required document
SPLIT = r"[;；\n]"
_NUMBERING = re.compile(r"^\s*(?:[(（]?\d{1,2}[)）]\s*|\d{1,2}[.、．]\s*|[①-⑳]\s*)")
# 1. 1、 (1) 1) but not 1.5; a number within a word (表1) is none.
_NUMBER = re.compile(
    r"(?:^|(?<=[\s;；。，,、)）\u4e00-\u9fff]))(?:[(（]?(\d{1,2})(?:[.、．](?!\d)|[)）])|([①-⑳]))"
)
_FEWEST = 2
_MARKS = re.compile(r"[（(]([^（）()]*)[）)]\s*$")
_COPIES = re.compile(r"(\d{1,2})\s*份")
_FORMS = {"原件和复印件": "原件和复印件", "原件及复印件": "原件和复印件"} | {
    form: form for form in ("原件", "复印件", "电子")
}


def documents(text: str, split: str | None) -> list[dict[str, Json]]:
    """Return the documents: ``1.申请表（原件1份）；2.营业执照（复印件2份，可容缺）``."""
    parts = _numbered(text) if split is None else []
    pieces = (piece.strip(" 。，,;；\t\n") for piece in parts or re.split(split or SPLIT, text))
    return [_document(_NUMBERING.sub("", piece)) for piece in pieces if piece]


def _numbered(text: str) -> list[str]:
    """Return the entries of a text numbered 1, 2, 3 …, whatever stands between; else nothing.

    A semicolon within a numbered entry does not end it.
    """
    begins: list[int] = []
    for match in _NUMBER.finditer(text):
        number = int(match[1]) if match[1] else ord(match[2]) - ord("①") + 1
        if number == len(begins) + 1:
            begins.append(match.start())
    if len(begins) < _FEWEST or text[: begins[0]].strip():
        return []
    return [text[begin:end] for begin, end in pairwise([*begins, len(text)])]


def _document(text: str) -> dict[str, Json]:
    match = _MARKS.search(text)
    marks = match[1] if match else ""
    form = next((ours for word, ours in _FORMS.items() if word in marks), None)
    copies = _COPIES.search(marks)
    # Brackets that say nothing of form and number belong to the document's name.
    if match is None or (form is None and copies is None and "容缺" not in marks):
        return {"name": text.strip()}
    found: dict[str, Json] = {"name": text[: match.start()].strip() or text.strip()}
    if form is not None:
        found["form"] = form
    if copies is not None and int(copies[1]) > 0:
        found["copies"] = int(copies[1])
    if "容缺" in marks:
        found["deferrable"] = not re.search(r"不可?容缺", marks)
    return found
