"""What a guide is: the typed form of one matter (事项) and of what it refers to.

Every fact stands with its law (the article only where certain); what differs by place is a
``LocalVariation``; what is unknown stays empty. The YAML files under ``library/`` have exactly
this shape, and an unknown key is a fault.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from knowledge_base.facets import (
    Facet,
    FacetName,
    Fact,
    FeeFacet,
    FeeItem,
    LegalReference,
    Limit,
    LimitUnit,
    LocalVariation,
    LocationFacet,
    MaterialsFacet,
    OnlineEntry,
    OnlineFacet,
    ProcessFacet,
    Record,
    RequiredDocument,
    Step,
    Text,
    TimeLimitFacet,
    holds_law,
)

__all__ = [
    "MATTER_CODE",
    "Audience",
    "Certainty",
    "City",
    "CommonQuestion",
    "Department",
    "Facet",
    "FacetName",
    "Fact",
    "FeeFacet",
    "FeeItem",
    "HandlingTags",
    "IndexedMatter",
    "Law",
    "LegalReference",
    "Limit",
    "LimitUnit",
    "LocalVariation",
    "LocationFacet",
    "MaterialsFacet",
    "Matter",
    "OnlineEntry",
    "OnlineFacet",
    "Place",
    "ProcessFacet",
    "RequiredDocument",
    "ServicePoint",
    "Source",
    "Step",
    "TimeLimitFacet",
    "Visibility",
]


# Four digits: a matter of the shipped index. Six: one that the city brought with a list of its own.
MATTER_CODE = r"^M\d{4}(?:\d{2})?$"


class Audience(StrEnum):
    """Who may apply."""

    PERSON = "个人"
    ORGANISATION = "法人"
    BOTH = "both"


class Visibility(StrEnum):
    """Who may read an entry."""

    PUBLIC = "public"
    OPERATORS = "operators"
    INTERNAL = "internal"


class HandlingTags(Record):
    """The four tags (马上办 / 网上办 / 就近办 / 一次办); empty: the city has not said."""

    at_once: bool | None = None
    online: bool | None = None
    nearby: bool | None = None
    one_visit: bool | None = None


class CommonQuestion(Record):
    """A question people ask about this matter, answered with a fact."""

    question: Text
    answer: Text
    basis: tuple[LegalReference, ...] = ()


class Source(Record):
    """Where the guide comes from."""

    title: Text
    url: Annotated[str, StringConstraints(pattern=r"^https?://")] | None = None
    retrieved_on: date | None = None


class Matter(Record):
    """One matter (事项) with its whole guide (办事指南)."""

    code: Annotated[str, StringConstraints(pattern=MATTER_CODE)]
    title: Text
    aliases: tuple[Text, ...] = Field(min_length=1)
    sample_questions: tuple[Text, ...] = ()
    category: Text
    audience: Audience
    department: Text
    power_kind: Text | None = None  # 行政许可, 行政确认, 行政给付, 公共服务 …
    national_code: Text | None = None
    implementing_code: Text | None = None
    region: Text | None = None  # empty: the whole city
    # One sentence that answers "how do I", said before anything else.
    summary: Text

    conditions: Facet = Facet()
    materials: MaterialsFacet = MaterialsFacet()
    process: ProcessFacet = ProcessFacet()
    time_limit: TimeLimitFacet = TimeLimitFacet()
    fee: FeeFacet = FeeFacet()
    location: LocationFacet = LocationFacet()
    online: OnlineFacet = OnlineFacet()
    legal_basis: tuple[LegalReference, ...] = Field(min_length=1)
    validity: Facet = Facet()
    result: Facet = Facet()

    tags: HandlingTags = HandlingTags()
    ways: tuple[Literal["窗口", "网上", "快递", "上门", "自助终端"], ...] = ()
    visits: Annotated[int, Field(ge=0)] | None = None
    immediate: bool | None = None  # 即办件
    appointment: bool | None = None
    delivery: bool | None = None
    cross_region: Text | None = None  # 跨省通办 scope
    help_and_agent: bool | None = None  # 帮代办
    consultation_phone: Text = "12345"
    complaint_phone: Text = "12345"
    common_questions: tuple[CommonQuestion, ...] = ()
    # Neighbours that citizens confuse with this matter, by code, and how to tell them apart.
    confused_with: dict[str, Text] = Field(default_factory=dict)

    source: Source
    visibility: Visibility = Visibility.PUBLIC
    version: Annotated[int, Field(ge=1)] = 1
    valid_from: date
    valid_to: date | None = None
    superseded_by: Text | None = None

    def covers(self, facet: FacetName) -> bool:
        """Whether the guide says anything on ``facet``."""
        if facet is FacetName.LEGAL_BASIS:
            return bool(self.legal_basis)
        section: Facet = getattr(self, facet.value)
        return section.covered

    def grounded(self, facet: FacetName) -> bool:
        """Whether the guide states on ``facet`` something of its own with the law it rests on."""
        if facet is FacetName.LEGAL_BASIS:
            return True
        return holds_law(getattr(self, facet.value))


class Certainty(StrEnum):
    """How sure we are: the text was seen (A) or a reliable report of it (B)."""

    TEXT_SEEN = "A"
    REPORTED = "B"


class Law(Record):
    """A law, regulation or normative document that guides refer to by its title."""

    title: Text
    number: Text | None = None  # document number; empty rather than guessed
    issuer: Text | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None
    superseded_by: Text | None = None
    certainty: Certainty


class ServicePoint(Record):
    """A place where people are served. The demo city's points carry ``demo: true``."""

    code: Text
    name: Text
    department: Text
    district: Text
    address: Text
    hours: Text
    phone: Literal["12345"] = "12345"
    services: tuple[Text, ...] = ()
    demo: Literal[True] = True


class Department(Record):
    """A body that holds duties."""

    code: Text
    name: Text
    short_name: Text
    aliases: tuple[Text, ...] = ()
    level: Text
    territory: Text
    duties: tuple[Text, ...] = ()
    not_duties: tuple[Text, ...] = ()  # "what→whose"

    # Emergency lines, courts, discipline inspection and sub-district offices: named, not assigned.
    receives_tickets: bool = True


class Place(Record):
    """A named place of the gazetteer."""

    name: Text
    aliases: tuple[Text, ...] = ()
    kind: Text
    district: Text
    subdistrict: Text | None = None


class City(Record):
    """The city that this installation serves; its name stands here and nowhere in code."""

    name: Text
    short_name: Text
    hotline_name: Text
    hotline_number: Literal["12345"] = "12345"
    division_code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")] | None = None
    province: Text | None = None
    demo: bool = False


class IndexedMatter(Record):
    """One line of ``city/matters_index.yml``: a matter the city has, its guide written or not."""

    code: Annotated[str, StringConstraints(pattern=r"^M\d{4}$")]
    title: Text
    category: Text
    # What people call it: draws their questions while there is no guide to hold its own aliases.
    aliases: tuple[Text, ...] = ()
    expected_facets: tuple[FacetName, ...] = ()
