"""What the notice endpoints take and give."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from connectors.notices.guidance import QuestionView, SelectionView
from knowledge_base.guidance.schema import Guidance
from knowledge_base.guidance.selecting import Selection
from knowledge_base.library import Library
from knowledge_base.notices.checklist import Checklist
from knowledge_base.notices.parts import Notice
from knowledge_base.schema import Matter, RequiredDocument

# A guide lists a dozen documents at most; a longer list of numbers is no checklist.
Numbers = Annotated[list[Annotated[int, Field(ge=1, le=200)]], Field(max_length=200)]


class HeldDocuments(BaseModel):
    """What the citizen has, which special cases apply, what falls away; by document number."""

    model_config = ConfigDict(extra="forbid")

    held: Numbers = []
    cases: Numbers = []
    dropped: Numbers = []


class LineView(BaseModel):
    """One line, and the law it rests on."""

    text: str
    basis: str


class PartView(BaseModel):
    """What stands under one heading."""

    label: str
    lines: list[LineView]
    to_tick: bool


class DocumentView(BaseModel):
    """One required document as it is ticked off."""

    number: int
    name: str
    required_when: str | None

    @classmethod
    def of(cls, number: int, document: RequiredDocument) -> Self:
        """Show one document."""
        return cls(number=number, name=document.name, required_when=document.required_when)


class NoticeView(BaseModel):
    """A whole notice, and where it comes from."""

    code: str
    title: str
    summary: str
    parts: list[PartView]
    documents: list[DocumentView]
    missing: str
    questions: list[QuestionView]
    selection: SelectionView | None
    version: int
    valid_from: date
    source: str
    demo: bool

    @classmethod
    def of(
        cls,
        matter: Matter,
        library: Library,
        guidance: Guidance | None = None,
        selection: Selection | None = None,
    ) -> Self:
        """Show one guide, its questions, and what the answers in the link come to."""
        notice = Notice.of(matter, library)
        return cls(
            code=matter.code,
            title=matter.title,
            summary=notice.summary,
            parts=[
                PartView(
                    label=part.label,
                    lines=[LineView(text=line.text, basis=line.basis) for line in part.lines],
                    to_tick=part.to_tick,
                )
                for part in notice.parts
            ],
            documents=[
                DocumentView.of(number, document)
                for number, document in enumerate(matter.materials.documents, start=1)
            ],
            missing=notice.missing,
            questions=[]
            if guidance is None
            else [QuestionView.of(question) for question in guidance.questions],
            selection=None if selection is None else SelectionView.of(selection, library),
            version=matter.version,
            valid_from=matter.valid_from,
            source=matter.source.title,
            demo=library.city.demo,
        )


class ItemView(BaseModel):
    """How one document stands."""

    number: int
    name: str
    standing: Literal["held", "missing", "deferrable", "commitment", "only_if"]
    label: str


class ChecklistView(BaseModel):
    """The checklist and what it comes to."""

    may_apply: bool
    sentence: str
    items: list[ItemView]

    @classmethod
    def of(cls, checklist: Checklist) -> Self:
        """Show a checklist."""
        return cls(
            may_apply=checklist.may_apply,
            sentence=checklist.sentence,
            items=[
                ItemView(
                    number=item.number,
                    name=item.document.name,
                    standing=item.standing.value,
                    label=item.standing.label,
                )
                for item in checklist.items
            ],
        )
