"""Lists of required documents as other systems write them into one cell."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from knowledge_base.exchange.numbering import numbered, without_number
from knowledge_base.exchange.words import NOTHING, UnreadableValueError, plain, yes_no

Json = Any  # the JSON edge: a required document
# What a column beside the documents may say of each.
DocumentPart = Literal[
    "form",
    "copies",
    "issuer",
    "required_when",
    "electronic_accepted",
    "deferrable",
    "commitment_accepted",
    "needed",
    "note",
]
SPLIT = r"[;；\n]"
_MARKS = re.compile(r"[（(]([^（）()]*)[）)]\s*$")
_COPIES = re.compile(r"(\d{1,2})\s*份")
_FORMS = {"原件和复印件": "原件和复印件", "原件及复印件": "原件和复印件"} | {
    form: form for form in ("原件", "复印件", "电子")
}


def documents(text: str, split: str | None) -> list[dict[str, Json]]:
    """Return the documents: ``1.申请表（原件1份）；2.营业执照（复印件2份，可容缺）``."""
    parts = numbered(text) if split is None else []
    pieces = (piece.strip(" 。，,;；\t\n") for piece in parts or re.split(split or SPLIT, text))
    return [_document(without_number(piece)) for piece in pieces if piece]


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


def with_parts(
    document: dict[str, Json], parts: Mapping[DocumentPart, str], texts: Mapping[str, str]
) -> dict[str, Json]:
    """Return a document with what other columns of its row say of it.

    What cannot be taken as it stands is kept in the note, word for word: nothing is lost, and
    nothing guessed.

    Args:
        document: from ``documents``.
        parts: field of a document → column.
        texts: the row's.
    """
    made, remarks = dict(document), []
    for name, column in parts.items():
        text = texts.get(column, "").strip()
        if not text or (text in NOTHING and name not in _YES_NO):
            continue
        try:
            value = _PARTS[name](text)
        except UnreadableValueError:
            remarks.append(f"{column}：{text}")
        else:
            made |= {} if value is None else {name: value}
    if remarks:
        made["note"] = "；".join([*([made["note"]] if "note" in made else []), *remarks])
    return made


def _form(text: str) -> str:
    form = _FORMS.get(plain(text))
    if form is None:
        raise UnreadableValueError(f"“{text}”不是材料形式", "写原件、复印件、原件和复印件或电子")
    return form


def _copies(text: str) -> int:
    match = re.fullmatch(r"(?:原件|复印件)?(\d{1,2})份?", plain(text))
    if match is None or not int(match[1]):
        raise UnreadableValueError(f"“{text}”不是一个份数", "只写数字")
    return int(match[1])


def _issuer(text: str) -> str | None:
    """Return who issues it; None where the applicant brings something of their own."""
    return None if re.search(r"自备|申请人(?:自行)?提供", text) else text


def _electronic(text: str) -> bool:
    if "电子" in text or "纸质" in text:  # 材料形式
        return "电子" in text
    return yes_no(text)


def _deferrable(text: str) -> bool:
    return not re.search(r"不可?容缺", text) if "容缺" in text else yes_no(text)


def _needed(text: str) -> None:
    """Take 必要 as said already; whatever else the column says stays in the note."""
    if plain(text) not in ("必要", "必需", "必须", "必填", "是"):
        raise UnreadableValueError(f"“{text}”不是必要", "写“必要”")


_PARTS: dict[DocumentPart, Callable[[str], Json]] = {
    "form": _form,
    "copies": _copies,
    "issuer": _issuer,
    "required_when": str,
    "electronic_accepted": _electronic,
    "deferrable": _deferrable,
    "commitment_accepted": yes_no,
    "needed": _needed,
    "note": str,
}
_YES_NO = frozenset({"electronic_accepted", "deferrable", "commitment_accepted", "needed"})
