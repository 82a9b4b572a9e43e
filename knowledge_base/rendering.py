"""The words of every answer: each facet rendered from the guide's fields, and from nothing else.

What stands between the fields comes from ``Phrases``, so that a test can take an answer apart and
find every remaining word in the knowledge base.
"""

from collections.abc import Sequence
from typing import Final

from knowledge_base.library import Library
from knowledge_base.schema import (
    CommonQuestion,
    Facet,
    FacetName,
    FeeItem,
    LegalReference,
    Limit,
    LimitUnit,
    LocalVariation,
    Matter,
    OnlineEntry,
    RequiredDocument,
    ServicePoint,
    Step,
)

_RULE_ENDINGS = ("规定", "办法", "条例", "细则")


class Phrases:
    """The fixed connecting words, all of them."""

    BASIS: Final = "（依据：{laws}）"
    LAW: Final = "《{title}》{article}"
    LOCAL: Final = "各地不同：{what}，{who}{depending}。"
    SET_BY_BODY: Final = "由{set_by}规定"
    SET_BY_RULE: Final = "按{set_by}执行"
    DEPENDING: Final = "（取决于{depends_on}）"
    ASK: Final = "可咨询：{ask}。"
    COPIES: Final = "{copies}份"
    ISSUER: Final = "由{issuer}出具"
    REQUIRED_WHEN: Final = "{condition}时提供"
    ELECTRONIC: Final = "可用电子证照"
    DEFERRABLE: Final = "可容缺后补"
    COMMITMENT: Final = "可以告知承诺代替"
    STATUTORY: Final = "法定时限："
    COMMITTED: Final = "承诺时限："
    WORKING_DAYS: Final = "{amount}个工作日"
    AT_ONCE: Final = "当场办结"
    FREE: Final = "不收费"
    AMOUNT: Final = "{amount}元"
    AMOUNT_EACH: Final = "{amount}元/{unit}"
    AMOUNT_LOCAL: Final = "标准由当地规定"
    ONLINE: Final = "可以网上办理。"
    NOT_ONLINE: Final = "需要到现场办理。"
    ONLINE_ENTRY: Final = "网上入口："
    CROSS_REGION: Final = "通办范围：{scope}"
    DEMO: Final = "（演示数据）"
    ADDRESS: Final = "地址：{address}"
    HOURS: Final = "时间：{hours}"
    HEADING: Final = "【{label}】"
    NOTICE_TITLE: Final = "{title} 一次性告知"
    QUESTIONS: Final = "【常见问题】"
    QUESTION: Final = "问：{question}"
    ANSWER: Final = "答：{answer}"
    MISSING: Final = "本指南没有写明：{labels}。请拨打{phone}核实。"


def headline(matter: Matter) -> str:
    """Return the one sentence that answers "how do I", said before anything else."""
    return matter.summary


def facet_text(matter: Matter, facet: FacetName, library: Library) -> str:
    """Return the text of one facet, word for word from the guide; "" when it is not covered."""
    if not matter.covers(facet):
        return ""
    if facet is FacetName.LEGAL_BASIS:
        return "\n".join(_law(reference) for reference in matter.legal_basis)
    section: Facet = getattr(matter, facet.value)
    lines = [*_own_lines(matter, facet, library), *_common_lines(section)]
    return "\n".join(lines)


def one_time_notice(matter: Matter, library: Library) -> str:
    """Return the whole guide (一次性告知), and plainly which facets it does not state."""
    blocks = [Phrases.NOTICE_TITLE.format(title=matter.title), headline(matter)]
    blocks += [
        f"{Phrases.HEADING.format(label=facet.label)}\n{text}"
        for facet in FacetName
        if (text := facet_text(matter, facet, library))
    ]
    if matter.common_questions:
        blocks.append(f"{Phrases.QUESTIONS}\n{common_questions_text(matter)}")
    if missing := missing_text(matter, library):
        blocks.append(missing)
    return "\n\n".join(blocks)


def missing_text(matter: Matter, library: Library) -> str:
    """Return which expected facets the guide does not state; "" when it states them all."""
    labels = "、".join(
        facet.label
        for facet in FacetName
        if not facet_text(matter, facet, library) and _is_expected(matter, facet, library)
    )
    phone = matter.consultation_phone
    return Phrases.MISSING.format(labels=labels, phone=phone) if labels else ""


def common_questions_text(matter: Matter) -> str:
    """Return the guide's questions with their answers; "" when it has none."""
    return "\n".join(_common_question(one) for one in matter.common_questions)


def document_text(document: RequiredDocument) -> str:
    """Return one required document with all that the guide says of it."""
    details: list[str] = []
    if document.form:
        details.append(document.form)
    if document.copies:
        details.append(Phrases.COPIES.format(copies=document.copies))
    if document.issuer:
        details.append(Phrases.ISSUER.format(issuer=document.issuer))
    if document.required_when:
        details.append(Phrases.REQUIRED_WHEN.format(condition=document.required_when))
    details.extend(_concessions(document))
    if document.note:
        details.append(document.note)
    shown = f"：{'，'.join(details)}" if details else ""
    return document.name + shown + _basis(document.basis)


def laws_text(references: Sequence[LegalReference]) -> str:
    """Return 《title》第X条, one after the other."""
    return "、".join(_law(reference) for reference in references)


def local_variation_text(varies: LocalVariation) -> str:
    """Return what differs by place, who sets it and where to ask."""
    # A rule does not "set" anything itself: 由…规定规定 would read badly.
    named_rule = varies.set_by.endswith(_RULE_ENDINGS)
    who = (Phrases.SET_BY_RULE if named_rule else Phrases.SET_BY_BODY).format(set_by=varies.set_by)
    depends_on = varies.depends_on
    depending = Phrases.DEPENDING.format(depends_on=depends_on) if depends_on else ""
    said = Phrases.LOCAL.format(what=varies.what, who=who, depending=depending)
    return said + Phrases.ASK.format(ask=varies.ask)


def _is_expected(matter: Matter, facet: FacetName, library: Library) -> bool:
    # Not every matter has a result or a validity; one the index does not list is expected whole.
    entry = library.index.get(matter.code)
    return entry is None or not entry.expected_facets or facet in entry.expected_facets


def _own_lines(matter: Matter, facet: FacetName, library: Library) -> list[str]:
    match facet:
        case FacetName.MATERIALS:
            return _numbered([document_text(one) for one in matter.materials.documents])
        case FacetName.PROCESS:
            return _numbered([_step(one) for one in matter.process.steps])
        case FacetName.TIME_LIMIT:
            return _time_limit_lines(matter)
        case FacetName.FEE:
            return _fee_lines(matter)
        case FacetName.LOCATION:
            return _location_lines(matter, library)
        case FacetName.ONLINE:
            return _online_lines(matter)
        case _:
            return []


def _common_lines(section: Facet) -> list[str]:
    lines = [fact.text + _basis(fact.basis) for fact in section.facts]
    if section.local_variation is not None:
        lines.append(local_variation_text(section.local_variation))
    return lines


def _time_limit_lines(matter: Matter) -> list[str]:
    section = matter.time_limit
    named = ((Phrases.STATUTORY, section.statutory), (Phrases.COMMITTED, section.committed))
    return [label + _limit(limit) for label, limit in named if limit is not None]


def _fee_lines(matter: Matter) -> list[str]:
    section = matter.fee
    lines = [Phrases.FREE + _basis(section.basis)] if section.free else []
    return lines + [_fee_item(item) for item in section.items]


def _location_lines(matter: Matter, library: Library) -> list[str]:
    points = [library.service_points[code] for code in matter.location.service_points]
    lines = [_service_point(point) for point in points]
    if matter.cross_region is not None:
        lines.append(Phrases.CROSS_REGION.format(scope=matter.cross_region))
    return lines


def _online_lines(matter: Matter) -> list[str]:
    section = matter.online
    lines: list[str] = []
    if section.available is not None:
        lines.append(Phrases.ONLINE if section.available else Phrases.NOT_ONLINE)
    return lines + [Phrases.ONLINE_ENTRY + _entry(entry) for entry in section.entries]


def _numbered(texts: Sequence[str]) -> list[str]:
    return [f"{number}. {text}" for number, text in enumerate(texts, start=1)]


def _law(reference: LegalReference) -> str:
    return Phrases.LAW.format(title=reference.law, article=reference.article or "")


def _basis(references: Sequence[LegalReference]) -> str:
    return Phrases.BASIS.format(laws=laws_text(references)) if references else ""


def _concessions(document: RequiredDocument) -> list[str]:
    offered = (
        (document.electronic_accepted, Phrases.ELECTRONIC),
        (document.deferrable, Phrases.DEFERRABLE),
        (document.commitment_accepted, Phrases.COMMITMENT),
    )
    return [phrase for granted, phrase in offered if granted]


def _step(step: Step) -> str:
    return f"{step.name}：{step.text}{_basis(step.basis)}"


def _limit(limit: Limit) -> str:
    if limit.unit is LimitUnit.IMMEDIATE:
        return Phrases.AT_ONCE + _basis(limit.basis)
    return f"{limit.since or ''}{_duration(limit)}{_basis(limit.basis)}"


def _duration(limit: Limit) -> str:
    if limit.unit is LimitUnit.WORKING_DAY:
        return Phrases.WORKING_DAYS.format(amount=limit.amount)
    return f"{limit.amount}{limit.unit.value}"


def _fee_item(item: FeeItem) -> str:
    return f"{item.name}：{_amount(item)}{_basis(item.basis)}"


def _amount(item: FeeItem) -> str:
    if item.amount_yuan is None:
        return Phrases.AMOUNT_LOCAL
    amount = f"{item.amount_yuan:g}"
    if item.unit is None:
        return Phrases.AMOUNT.format(amount=amount)
    return Phrases.AMOUNT_EACH.format(amount=amount, unit=item.unit)


def _service_point(point: ServicePoint) -> str:
    address = Phrases.ADDRESS.format(address=point.address)
    hours = Phrases.HOURS.format(hours=point.hours)
    return f"{point.name}{Phrases.DEMO}；{address}；{hours}"


def _common_question(one: CommonQuestion) -> str:
    question = Phrases.QUESTION.format(question=one.question)
    answer = Phrases.ANSWER.format(answer=one.answer)
    return f"{question}\n{answer}{_basis(one.basis)}"


def _entry(entry: OnlineEntry) -> str:
    return entry.name if entry.url is None else f"{entry.name} {entry.url}"
