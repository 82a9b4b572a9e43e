"""What a bundle is: one event in a citizen's life (一件事) and the matters that belong to it.

The YAML files under ``city/bundles/`` have exactly this shape, and an unknown key is a fault.
Steps stand in the order in which they are taken; what a guide says is never repeated here.
"""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from knowledge_base.facets import Fact, LegalReference, LocalVariation, Record, Text
from knowledge_base.schema import MATTER_CODE, Source

QuestionKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
MatterCode = Annotated[str, StringConstraints(pattern=MATTER_CODE)]

# Answers that must have been given, by question; none: in every case.
Conditions = Annotated[dict[QuestionKey, bool], Field(default_factory=dict)]


class Question(Record):
    """One question to the citizen, answered with yes or no."""

    key: QuestionKey
    text: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"？$")]
    note: Text | None = None  # what the words mean, or where to look it up
    asked_when: Conditions  # earlier answers without which it is not asked


class Step(Record):
    """One matter of the bundle, as a step on the citizen's way."""

    matter: MatterCode
    why: Text  # what it is good for, in a few words
    applies_when: Conditions
    after: tuple[MatterCode, ...] = ()  # steps whose result this one needs
    due: Fact | None = None  # how soon, and the law that says so
    advice: Text | None = None  # about order and time; nothing a law lays down
    gives: tuple[Text, ...] = ()  # documents that later steps ask for and this one issues
    together: Text | None = None  # name of the joint application it may be part of


class JointApplication(Record):
    """Steps that may be applied for in one go (联办): one form, one set of documents."""

    name: Text
    text: Text


class SharedDocument(Record):
    """One document that guides call by several names."""

    name: Text
    also: tuple[Text, ...] = Field(min_length=1)


class Bundle(Record):
    """One event in life with everything that has to be done about it."""

    code: Annotated[str, StringConstraints(pattern=r"^B\d{2}$")]
    title: Text
    aliases: tuple[Text, ...] = Field(min_length=1)
    sample_questions: tuple[Text, ...] = Field(min_length=1)
    summary: Text
    legal_basis: tuple[LegalReference, ...] = Field(min_length=1)
    facts: tuple[Fact, ...] = ()
    questions: tuple[Question, ...] = ()
    joint_applications: tuple[JointApplication, ...] = ()
    steps: tuple[Step, ...] = Field(min_length=2)
    shared_documents: tuple[SharedDocument, ...] = ()
    local_variation: LocalVariation
    source: Source
    valid_from: date
