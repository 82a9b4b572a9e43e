"""What the bundle endpoints take and give."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from knowledge_base.bundles.materials import MergedDocument
from knowledge_base.bundles.planning import Plan, PlannedStep
from knowledge_base.bundles.rendering import (
    document_details,
    documents_label,
    fact_text,
    joint_text,
    local_lines,
    open_groups,
    step_details,
    unwritten_text,
    visits_text,
)
from knowledge_base.bundles.schema import Bundle, Question
from knowledge_base.library import Library
from knowledge_base.rendering import laws_text, local_variation_text

_MAX_ANSWERS = 50  # no bundle asks so many questions


class Answers(BaseModel):
    """Yes or no by question; a question left out is still open."""

    model_config = ConfigDict(extra="forbid")

    answers: Annotated[
        dict[Annotated[str, Field(max_length=40)], bool], Field(max_length=_MAX_ANSWERS)
    ] = {}


class BundleLine(BaseModel):
    """One bundle in the list."""

    code: str
    title: str
    summary: str
    steps: int

    @classmethod
    def of(cls, bundle: Bundle) -> Self:
        """Show one bundle in a line."""
        return cls(
            code=bundle.code,
            title=bundle.title,
            summary=bundle.summary,
            steps=len(bundle.steps),
        )


class QuestionView(BaseModel):
    """One question; ``asked_when`` names the earlier answers without which it is not asked."""

    key: str
    text: str
    note: str | None
    asked_when: dict[str, bool]

    @classmethod
    def of(cls, question: Question) -> Self:
        """Show one question."""
        return cls(
            key=question.key,
            text=question.text,
            note=question.note,
            asked_when=question.asked_when,
        )


class BundleView(BaseModel):
    """One bundle: what it is for, what it asks, what it rests on."""

    code: str
    title: str
    summary: str
    questions: list[QuestionView]
    local: str
    facts: list[str]
    basis: str
    demo: bool

    @classmethod
    def of(cls, bundle: Bundle, library: Library) -> Self:
        """Show one bundle."""
        return cls(
            code=bundle.code,
            title=bundle.title,
            summary=bundle.summary,
            questions=[QuestionView.of(question) for question in bundle.questions],
            local=local_variation_text(bundle.local_variation),
            facts=[fact.text for fact in bundle.facts],
            basis=laws_text(bundle.legal_basis),
            demo=library.city.demo,
        )


class StepView(BaseModel):
    """One step that applies; ``guide``: there is one to read under ``/guides/{matter}``."""

    number: int
    matter: str
    title: str
    why: str
    details: list[str]
    due: str | None
    guide: bool

    @classmethod
    def of(cls, planned: PlannedStep) -> Self:
        """Show one step."""
        step = planned.step
        return cls(
            number=planned.number,
            matter=step.matter,
            title=planned.title,
            why=step.why,
            details=step_details(planned),
            due=None if step.due is None else fact_text(step.due),
            guide=planned.matter is not None,
        )


class OpenQuestionView(BaseModel):
    """What to answer next, and the titles of the steps that hang on it."""

    question: str
    steps: list[str]


class DocumentView(BaseModel):
    """One merged document; ``to_bring``: no earlier step of the plan gives it."""

    name: str
    details: list[str]
    steps: list[int]
    copies: int
    to_bring: bool
    conditional: bool
    basis: str

    @classmethod
    def of(cls, document: MergedDocument, plan: Plan) -> Self:
        """Show one document."""
        codes = {need.code for need in document.needs}
        return cls(
            name=document.name,
            details=document_details(document, plan),
            steps=[planned.number for planned in plan.steps if planned.step.matter in codes],
            copies=document.copies,
            to_bring=document.given_by is None,
            conditional=bool(document.conditions),
            basis=laws_text(document.basis),
        )


class PlanView(BaseModel):
    """What this citizen has to do."""

    steps: list[StepView]
    open_questions: list[OpenQuestionView]
    documents_label: str
    documents: list[DocumentView]
    joint: list[str]
    local: list[str]
    unwritten: str
    visits: str
    visits_apart: int
    visits_together: int

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """Show a plan."""
        return cls(
            steps=[StepView.of(planned) for planned in plan.steps],
            open_questions=[
                OpenQuestionView(question=asked, steps=titles)
                for asked, titles in open_groups(plan)
            ],
            documents_label=documents_label(plan),
            documents=[DocumentView.of(document, plan) for document in plan.documents],
            joint=[joint_text(joint) for joint in plan.joint],
            local=local_lines(plan),
            unwritten=unwritten_text(plan),
            visits=visits_text(plan) if plan.steps else "",
            visits_apart=plan.visits_apart,
            visits_together=plan.visits_together,
        )
