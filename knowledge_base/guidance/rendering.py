"""The personal notice: what this citizen brings, what falls away and why, what the guide adds."""

from collections.abc import Sequence
from typing import Final

from knowledge_base.guidance.selecting import Chosen, Selection, told
from knowledge_base.library import Library
from knowledge_base.notices.parts import Line, Notice, Part
from knowledge_base.rendering import Phrases, document_text, facet_text
from knowledge_base.schema import FacetName


class Words:
    """The fixed words between the fields."""

    SITUATION: Final = "按您说的"
    CANNOT: Final = "您这种情况，按办事指南现在不能办"
    NOT_NEEDED: Final = "您这种情况，按办事指南不用办"
    NEEDED: Final = "要带的材料（{count}样）"
    MATERIALS: Final = "材料"
    DROPPED: Final = "不用带的"
    OPEN: Final = "看情况带的"
    QUOTES: Final = "您这种情况还要知道"
    BECAUSE: Final = "{name}（您的情况：{reasons}）"
    UNDECIDED: Final = "{document}（还没说清：{questions}）"
    SILENT: Final = "本指南没有列出固定的材料。"
    ASK: Final = "情况特殊的，可以拨打{phone}核实，或者回复“人工”。"
    NOTHING_SAID: Final = "没有说明情况，下面是全部可能用到的材料。"


def situation(selection: Selection) -> str:
    """Return what the citizen said, in the words of the answers; "" where nothing was."""
    return "；".join(told(question, answer) for question, answer in selection.given)


def needed_label(selection: Selection) -> str:
    """Return what stands over the documents to bring."""
    count = len(selection.needed)
    return Words.NEEDED.format(count=count) if count else Words.MATERIALS


def selection_parts(selection: Selection, library: Library) -> list[tuple[str, list[str]]]:
    """Return heading and lines of what the answers settle; parts with nothing are left out."""
    said = situation(selection)
    parts = [(Words.SITUATION, [said] if said else [])]
    ends = [
        (Words.CANNOT, [quote.text for quote in selection.cannot]),
        (Words.NOT_NEEDED, [quote.text for quote in selection.not_needed]),
    ]
    parts += (
        ends
        if selection.ends
        else [
            (needed_label(selection), needed_lines(selection, library)),
            (Words.DROPPED, [dropped_text(one) for one in selection.dropped]),
            (Words.OPEN, [open_text(one) for one in selection.open]),
            (Words.QUOTES, [quote.text for quote in selection.quotes]),
        ]
    )
    return [(label, lines) for label, lines in parts if lines]


def needed_lines(selection: Selection, library: Library) -> list[str]:
    """Return the documents to bring, numbered, and what else the guide says of documents."""
    lines = _numbered([document_text(one.document) for one in selection.needed])
    listed = len(selection.matter.materials.documents)
    whole = facet_text(selection.matter, FacetName.MATERIALS, library)
    rest = whole.split("\n")[listed:] if whole else []
    return [*lines, *rest] or [Words.SILENT]


def dropped_text(one: Chosen) -> str:
    """Return a document that falls away, and why."""
    if not one.because:
        return one.document.name
    return Words.BECAUSE.format(name=one.document.name, reasons="、".join(one.because))


def open_text(one: Chosen) -> str:
    """Return a document that is needed in some cases only, and what decides it."""
    text = document_text(one.document)
    if not one.because:
        return text
    return Words.UNDECIDED.format(document=text, questions="".join(one.because))


def selection_text(selection: Selection, library: Library) -> str:
    """Return what the answers settle as plain text: the personal notice as it is told."""
    blocks = [Phrases.NOTICE_TITLE.format(title=selection.matter.title)]
    blocks += [
        "\n".join([Phrases.HEADING.format(label=label), *lines])
        for label, lines in selection_parts(selection, library)
    ]
    if selection.ends:
        blocks.append(Words.ASK.format(phone=selection.matter.consultation_phone))
    return "\n\n".join(blocks)


def personal_notice(selection: Selection, library: Library) -> Notice:
    """Return the whole notice, with the documents of this citizen in place of all documents."""
    whole = Notice.of(selection.matter, library)
    own = [_part(label, lines) for label, lines in selection_parts(selection, library)]
    rest = [part for part in whole.parts if part.label != FacetName.MATERIALS.label]
    return Notice(whole.title, whole.summary, (*own, *rest), whole.missing)


def personal_notice_text(selection: Selection, library: Library) -> str:
    """Return the personal notice as plain text, to be copied and sent on."""
    notice = personal_notice(selection, library)
    blocks = [notice.title, notice.summary]
    for part in notice.parts:
        lines = [f"{one.text}（{one.basis}）" if one.basis else one.text for one in part.lines]
        blocks.append("\n".join([Phrases.HEADING.format(label=part.label), *lines]))
    return "\n\n".join([*blocks, *([notice.missing] if notice.missing else [])])


def _part(label: str, lines: Sequence[str]) -> Part:
    to_tick = label.startswith(Words.NEEDED[: Words.NEEDED.index("（")])
    return Part(label, tuple(Line.of(line) for line in lines), to_tick=to_tick)


def _numbered(texts: Sequence[str]) -> list[str]:
    return [f"{number}. {text}" for number, text in enumerate(texts, start=1)]
