"""The city's categories and duties as routing sees them, never changed after loading."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from foundation.text.normalise import normalise
from routing.schemas import AppealKind, Category

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# What a citizen says is read normalised; an example of it has to look the same.
Said = Annotated[Text, AfterValidator(normalise)]
CategoryCode = Annotated[str, StringConstraints(pattern=r"^C\d{6}$")]

TERRITORY = "属地"  # stands in lists of bodies for the government of the district it happens in


class LeadRule(StrEnum):
    """How the lead is found; the value is the word of the city's table."""

    PROFESSIONAL = "专业直派"
    TERRITORIAL = "属地主办"
    DISPATCHER = "人工判定"


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


Pattern = Annotated[Text, AfterValidator(_compiles)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CategoryRecord(_Record):
    """One row of ``categories.yml``; ``leads`` are codes of bodies or ``属地``, in order."""

    code: CategoryCode
    level1: Text
    level2: Text
    level3: Text
    examples: tuple[Text, ...] = Field(min_length=1)
    leads: tuple[Text, ...] = Field(min_length=1)
    rule: LeadRule
    note: Text | None = None


class NotDuty(_Record):
    """What is commonly sent to a body although it belongs elsewhere."""

    what: Text
    whose: tuple[Text, ...] = ()
    advice: Text | None = None  # the channel to name to the citizen


class ResponsibilityRecord(_Record):
    """One body's entry of the responsibility list (权责清单)."""

    department: Text
    duties: tuple[Text, ...] = Field(min_length=1)
    not_duties: tuple[NotDuty, ...] = ()


class LeadChoice(_Record):
    """The body that leads when ``pattern`` is found in the text."""

    pattern: Pattern
    lead: Text


class CategoryTraits(_Record):
    """What routing knows of one category beyond its row."""

    code: CategoryCode
    choose: tuple[LeadChoice, ...] = ()
    co: tuple[Text, ...] = ()
    hazard: Pattern | None = None  # words that make it urgent
    asks: Text | None = None  # question whose answer decides the body


class LabelledAppeal(_Record):
    """An appeal with what routing should make of it; ``lead`` empty: the place decides."""

    kind: Text
    category: CategoryCode
    lead: Text | None
    also: tuple[Text, ...] = ()  # bodies that may lead as well: two could claim it
    text: Said
    # Written after the cues and phrases and without a look at them: only these tell how the
    # classifier does on words it was not made for.
    blind: bool = False
    # Who wrote it, so that a voice can be left out when it is measured how unseen ones are read.
    writer: int = Field(default=1, ge=1)


class CalibrationAppeals(_Record):
    """What weights are fitted on: appeals, and what only asks or chats."""

    appeals: tuple[LabelledAppeal, ...]
    non_appeals: tuple[Said, ...]
    emergencies: tuple[Said, ...] = ()  # told while they happen


@dataclass(frozen=True)
class Taxonomy:
    """All routing data of the city; mappings are keyed by code and keep the files' order."""

    categories: Mapping[str, CategoryRecord]
    traits: Mapping[str, CategoryTraits]
    responsibilities: Mapping[str, ResponsibilityRecord]
    phrases: Mapping[str, tuple[str, ...]]  # category code → how citizens put it
    kinds: Mapping[str, AppealKind]  # category code → usual kind, where it is not a complaint
    cues: Mapping[str, re.Pattern[str]]  # category code → what tells it from its neighbours
    appeals: tuple[LabelledAppeal, ...] = ()
    non_appeals: tuple[str, ...] = ()
    emergencies: tuple[str, ...] = ()

    def category(self, code: str) -> Category:
        """Return the category as appeals carry it; the code must exist."""
        row = self.categories[code]
        return Category(row.code, row.level1, row.level2, row.level3)

    def traits_of(self, code: str) -> CategoryTraits:
        """Return the traits of a category, empty where nothing particular is known."""
        return self.traits.get(code) or CategoryTraits(code=code)

    def usual_kind(self, code: str) -> AppealKind:
        """Return the kind that most appeals of this category have."""
        return self.kinds.get(code, AppealKind.COMPLAINT)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Category codes in the order of the file; the index of every score array."""
        return tuple(self.categories)


KIND_BY_LABEL = {kind.label: kind for kind in AppealKind}
