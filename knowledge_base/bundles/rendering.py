"""The words of a plan: for the chat, for WeChat, for paper."""

from collections.abc import Sequence
from typing import Final

from knowledge_base.bundles.materials import MergedDocument
from knowledge_base.bundles.planning import JointSteps, Plan, PlannedStep
from knowledge_base.bundles.schema import Bundle
from knowledge_base.facets import Fact, LegalReference
from knowledge_base.rendering import laws_text, local_variation_text


class Words:
    """The fixed words between the fields."""

    TITLE: Final = "{title} 一件事一次办"
    BASIS: Final = "（依据：{laws}）"
    STEPS: Final = "按顺序办这{count}件"
    NO_STEPS: Final = "按您的回答，这件事里没有要办的事项。"
    DOCUMENTS: Final = "要带的材料"
    MERGED: Final = "要带的材料（合并后{count}样）"
    JOINT: Final = "可以一起办"
    OPEN: Final = "看情况办"
    HANGS_ON: Final = "答了才知道要不要办：{titles}。"
    VISITS: Final = "要跑几趟"
    LOCAL: Final = "当地规定"
    LOCAL_OF_STEP: Final = "第{number}件还要看当地规定。{varies}"
    SOURCE: Final = "依据"
    AFTER: Final = "先办完第{numbers}件"
    ONLINE: Final = "可以网上办"
    FOR: Final = "办第{numbers}件要用"
    GIVEN: Final = "办完第{number}件就有"
    ORIGINAL: Final = "原件"
    SAME_ORIGINAL: Final = "原件（同一份，每件都能用）"
    COPIES: Final = "复印件共{copies}份"
    PIECES: Final = "{pieces}份"
    ELECTRONIC: Final = "可用电子证照"
    FILLED_ONLINE: Final = "电子材料"
    ISSUER: Final = "由{issuer}出具"
    CONDITION: Final = "{condition}时才要"
    UNWRITTEN: Final = "第{numbers}件的材料本库还没有写明，请拨打12345核实。"
    APART: Final = "一件一件办要跑{apart}趟。"
    TOGETHER: Final = "一件一件办要跑{apart}趟；当地开通联办的，一起办最少跑{together}趟。"
    AT_HOME: Final = "都可以网上办，不用跑。"
    COUNTED: Final = "可以网上办的不计；办事指南没有写明跑几趟的，按一趟计。"


def plan_text(plan: Plan) -> str:
    """Return the whole plan as plain text."""
    bundle = plan.bundle
    blocks = [Words.TITLE.format(title=bundle.title), bundle.summary]
    blocks += [f"【{label}】\n" + "\n".join(lines) for label, lines in plan_parts(plan)]
    return "\n\n".join(blocks)


def plan_parts(plan: Plan) -> list[tuple[str, list[str]]]:
    """Return heading and lines of each part of a plan; parts with nothing to say are left out."""
    parts = [
        (Words.STEPS.format(count=len(plan.steps)), _steps(plan)),
        (documents_label(plan), document_lines(plan)),
        (Words.JOINT, [joint_text(joint) for joint in plan.joint]),
        (Words.VISITS, [visits_text(plan)] if plan.steps else []),
        (Words.OPEN, [open_text(asked, steps) for asked, steps in open_groups(plan)]),
        (Words.LOCAL, [local_variation_text(plan.bundle.local_variation)]),
        (Words.SOURCE, source_lines(plan.bundle)),
    ]
    return [(label, lines) for label, lines in parts if lines]


def documents_label(plan: Plan) -> str:
    """Return what stands over the documents."""
    count = len(plan.documents)
    return Words.MERGED.format(count=count) if count else Words.DOCUMENTS


def document_lines(plan: Plan) -> list[str]:
    """Return the merged documents, numbered, and which steps' documents are not known."""
    lines = [
        f"{number}. {document_text(document, plan)}"
        for number, document in enumerate(plan.documents, start=1)
    ]
    lines += local_lines(plan)
    return lines + ([unwritten_text(plan)] if plan.unwritten else [])


def local_lines(plan: Plan) -> list[str]:
    """Return what documents differ by place, step by step."""
    return [
        Words.LOCAL_OF_STEP.format(number=planned.number, varies=local_variation_text(varies))
        for planned in plan.steps
        if planned.matter and (varies := planned.matter.materials.local_variation)
    ]


def unwritten_text(plan: Plan) -> str:
    """Say which steps' documents are not known; "" when all are."""
    numbers = _numbers([planned.number for planned in plan.unwritten])
    return Words.UNWRITTEN.format(numbers=numbers) if numbers else ""


def step_text(planned: PlannedStep) -> str:
    """Return one step in a line: what, what for, when."""
    details = [planned.step.why, *step_details(planned)]
    due = fact_text(planned.step.due) if planned.step.due else ""
    return f"{planned.title}：{'；'.join(details)}。{due}"


def step_details(planned: PlannedStep) -> list[str]:
    """Return what there is to know about order, way and time of one step."""
    details = []
    if planned.after:
        details.append(Words.AFTER.format(numbers=_numbers(planned.after)))
    if planned.online:
        details.append(Words.ONLINE)
    if planned.step.advice:
        details.append(planned.step.advice)
    return details


def document_text(document: MergedDocument, plan: Plan) -> str:
    """Return one merged document: what is brought, how many, for which steps, on which law."""
    shown = "；".join(document_details(document, plan))
    return f"{document.name}：{shown}{_basis(document.basis)}"


def document_details(document: MergedDocument, plan: Plan) -> list[str]:
    """Return everything about one document but its name and law."""
    numbers = {planned.step.matter: planned.number for planned in plan.steps}
    details = [_what_for([numbers[need.code] for need in document.needs])]
    if document.given_by is not None:
        details.append(Words.GIVEN.format(number=numbers[document.given_by]))
    details += _amounts(document)
    details += [Words.ISSUER.format(issuer=issuer) for issuer in document.issuers]
    if document.conditions:
        details.append(Words.CONDITION.format(condition="或者".join(document.conditions)))
    return [*details, *document.notes]


def joint_text(joint: JointSteps) -> str:
    """Return which steps go together and how."""
    numbers = _numbers([planned.number for planned in joint.steps])
    return f"{joint.application.name}（第{numbers}件）：{joint.application.text}"


def open_groups(plan: Plan) -> list[tuple[str, list[str]]]:
    """Return each open question with the titles of the steps that hang on it."""
    groups: dict[str, list[str]] = {}
    for one in plan.open_steps:
        asked = "".join(question.text for question in one.questions)
        groups.setdefault(asked, []).append(one.title)
    return list(groups.items())


def open_text(asked: str, titles: Sequence[str]) -> str:
    """Return what to answer, and which steps hang on it."""
    return f"{asked}{Words.HANGS_ON.format(titles='、'.join(titles))}"


def visits_text(plan: Plan) -> str:
    """Return how often one has to come, apart and together."""
    apart, together = plan.visits_apart, plan.visits_together
    if apart == 0:
        return Words.AT_HOME
    said = Words.TOGETHER if together < apart else Words.APART
    return said.format(apart=apart, together=together) + Words.COUNTED


def source_lines(bundle: Bundle) -> list[str]:
    """Return what the bundle rests on."""
    return [*(fact_text(fact) for fact in bundle.facts), laws_text(bundle.legal_basis)]


def fact_text(fact: Fact) -> str:
    """Return a fact with its law."""
    return fact.text + _basis(fact.basis)


def _steps(plan: Plan) -> list[str]:
    if not plan.steps:
        return [] if plan.open_steps else [Words.NO_STEPS]
    return [f"{planned.number}. {step_text(planned)}" for planned in plan.steps]


def _amounts(document: MergedDocument) -> list[str]:
    amounts = []
    if document.original:
        several = len({need.code for need in document.needs}) > 1
        amounts.append(Words.SAME_ORIGINAL if several else Words.ORIGINAL)
    if document.pieces > 1:
        amounts.append(Words.PIECES.format(pieces=document.pieces))
    if document.copies:
        amounts.append(Words.COPIES.format(copies=document.copies))
    if document.electronic:
        amounts.append(Words.ELECTRONIC)
    if document.filled_online:
        amounts.append(Words.FILLED_ONLINE)
    return amounts


def _what_for(numbers: Sequence[int]) -> str:
    return Words.FOR.format(numbers=_numbers(sorted(set(numbers))))


def _numbers(numbers: Sequence[int]) -> str:
    return "、".join(str(number) for number in numbers)


def _basis(references: Sequence[LegalReference]) -> str:
    return Words.BASIS.format(laws=laws_text(references)) if references else ""
