"""Lists of required documents as other systems write them into one cell."""

import re
from typing import Any

Json = Any  # the JSON edge: a required document
SPLIT = r"[;；\n]"
_NUMBERING = re.compile(r"^\s*(?:[(（]?\d{1,2}[)）]\s*|\d{1,2}[.、．]\s*|[①-⑳]\s*)")
_MARKS = re.compile(r"[（(]([^（）()]*)[）)]\s*$")
_COPIES = re.compile(r"(\d{1,2})\s*份")
_FORMS = {"原件和复印件": "原件和复印件", "原件及复印件": "原件和复印件"} | {
    form: form for form in ("原件", "复印件", "电子")
}


def documents(text: str, split: str | None) -> list[dict[str, Json]]:
    """Return the documents: ``1.申请表（原件1份）；2.营业执照（复印件2份，可容缺）``."""
    pieces = (piece.strip(" 。，,\t") for piece in re.split(split or SPLIT, text))
    return [_document(_NUMBERING.sub("", piece)) for piece in pieces if piece]


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
