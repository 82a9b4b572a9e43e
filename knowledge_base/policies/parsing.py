"""A file read becomes a policy document, with remarks on what a person should look at."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from knowledge_base.policies.cutting import cut
from knowledge_base.policies.errors import NoPolicyTextError
from knowledge_base.policies.front import Front, front_of
from knowledge_base.policies.layout import Layout, Zone, lay_out
from knowledge_base.policies.reading.files import read_bytes
from knowledge_base.policies.reading.lines import Reading
from knowledge_base.policies.schema import PolicyDocument, Role
from knowledge_base.policies.validity import validity_of

_STATES: Final = ("有效性", "时效性", "效力状态", "文件状态")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SHORTEST_TITLE: Final = 4  # Chinese characters
_OVER = re.compile(r"失效|废止|无效|停止执行")


@dataclass(frozen=True)
class Parsed:
    """The document, and what the file left open or unclear, each a Chinese sentence."""

    document: PolicyDocument
    remarks: tuple[str, ...]


def parse_file(data: bytes, name: str) -> Parsed:
    """Return the policy document in a file.

    Raises:
        MalformedInputError: a refusal of ``knowledge_base.policies.errors``; it says what to do.
    """
    return parse(read_bytes(data, name), name)


def parse(reading: Reading, name: str) -> Parsed:
    """Return the policy document in what was read.

    Raises:
        NoPolicyTextError: without a title, or nothing that could be quoted.
    """
    layout = lay_out(reading.paragraphs)
    front = _front(reading, layout)
    if not front.title and layout.annexes:
        # An order (令) that only promulgates: the text it brings is the document.
        first = min(layout.annexes)
        front = _titled(front, layout.annexes[first].label)
        if len(layout.annexes) == 1:
            layout = Layout(layout.zones, {})
    remarks = reading.remarks
    if not front.title:
        front, remarks = _named_by_file(front, name), (*remarks, "没有找到标题，用了文件名，请核对")
    made = cut(reading.paragraphs, layout)
    provisions = [one.text for one in made.clauses if one.role is Role.PROVISION]
    if not provisions:
        raise NoPolicyTextError(name, "没有找到正文")
    validity = validity_of(provisions, front.issued_on)
    document = PolicyDocument(
        title=front.title,
        number=front.number,
        issuers=front.issuers,
        issued_on=front.issued_on,
        in_force_from=validity.in_force_from,
        in_force_to=validity.in_force_to,
        repealed=_is_over(reading.labels),
        repeals=validity.repeals,
        clauses=made.clauses,
    )
    return Parsed(document, (*remarks, *made.remarks, *_missing(document)))


def _front(reading: Reading, layout: Layout) -> Front:
    texts = [one.text for one in reading.paragraphs]
    return front_of(
        [texts[index] for index in layout.of(Zone.FRONT)],
        [texts[index] for index in layout.of(Zone.SIGNATURE)],
        reading.labels,
    )


def _named_by_file(front: Front, name: str) -> Front:
    stem = Path(name).stem.strip()
    if len(_CHINESE.findall(stem)) < _SHORTEST_TITLE:
        raise NoPolicyTextError(name, "没有找到标题")
    return _titled(front, stem)


def _titled(front: Front, title: str) -> Front:
    return Front(title, front.number, front.issuers, front.issued_on)


def _is_over(labels: Mapping[str, str]) -> bool:
    return any(_OVER.search(labels.get(name, "")) for name in _STATES)


def _missing(document: PolicyDocument) -> list[str]:
    remarks = []
    if document.number is None:
        remarks.append("没有找到文号")
    if not document.issuers:
        remarks.append("没有找到发文机关")
    if document.issued_on is None:
        remarks.append("没有找到成文日期")
    if document.in_force_from is None:
        remarks.append("正文没有写明施行日期")
    if document.repealed:
        remarks.append("来源标明该文件已失效或废止，不会用于回答")
    return remarks
