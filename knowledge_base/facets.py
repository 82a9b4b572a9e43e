"""The sides of a guide: what each facet may hold.

Every fact stands with its law (the article only where certain); what differs by place is a
``LocalVariation``; what is unknown stays empty.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class FacetName(StrEnum):
    """One side of a guide that people ask about."""

    CONDITIONS = "conditions"
    MATERIALS = "materials"
    PROCESS = "process"
    TIME_LIMIT = "time_limit"
    FEE = "fee"
    LOCATION = "location"
    ONLINE = "online"
    LEGAL_BASIS = "legal_basis"
    VALIDITY = "validity"
    RESULT = "result"

    @property
    def label(self) -> str:
        """The word people see."""
        return _FACET_LABELS[self]


_FACET_LABELS = {
    FacetName.CONDITIONS: "办理条件",
    FacetName.MATERIALS: "申请材料",
    FacetName.PROCESS: "办理流程",
    FacetName.TIME_LIMIT: "办理时限",
    FacetName.FEE: "收费",
    FacetName.LOCATION: "办理地点",
    FacetName.ONLINE: "网上办理",
    FacetName.LEGAL_BASIS: "设定依据",
    FacetName.VALIDITY: "有效期",
    FacetName.RESULT: "办理结果",
}


class Record(BaseModel):
    """A frozen record in which an unknown key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LegalReference(Record):
    """A law by its full title in ``city/laws/``, and the article only where it is certain."""

    law: Text
    article: (
        Annotated[str, StringConstraints(pattern=r"^第[一二三四五六七八九十百千零]+条")] | None
    ) = None


class Fact(Record):
    """One sentence that is true in the whole country, with the law it comes from."""

    text: Text
    basis: tuple[LegalReference, ...] = Field(min_length=1)


class LocalVariation(Record):
    """What differs from place to place, particular to this matter."""

    what: Text  # what varies
    set_by: Text  # who sets it
    depends_on: Text | None = None  # what it depends on
    ask: Text  # where to ask


class Facet(Record):
    """Facts, and what varies by place; both empty means unknown."""

    facts: tuple[Fact, ...] = ()
    local_variation: LocalVariation | None = None

    @property
    def covered(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.facts) or self.local_variation is not None


class RequiredDocument(Record):
    """One document the applicant brings (申请材料); ``None`` means the law does not say."""

    name: Text
    form: Literal["原件", "复印件", "原件和复印件", "电子"] | None = None
    copies: Annotated[int, Field(ge=1)] | None = None
    issuer: Text | None = None
    required_when: Text | None = None  # only in this case; empty: always
    electronic_accepted: bool | None = None
    deferrable: bool | None = None  # 容缺
    commitment_accepted: bool | None = None  # 告知承诺
    note: Text | None = None
    basis: tuple[LegalReference, ...] = ()


class MaterialsFacet(Facet):
    """The required documents."""

    documents: tuple[RequiredDocument, ...] = ()

    @property
    def covered(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.documents) or super().covered


class Step(Record):
    """One step of the process."""

    name: Text  # two to six characters: 申请, 受理, 领证 …
    text: Text
    basis: tuple[LegalReference, ...] = ()


class ProcessFacet(Facet):
    """The steps in order."""

    steps: tuple[Step, ...] = ()

    @property
    def covered(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.steps) or super().covered


class LimitUnit(StrEnum):
    """Units of a time limit."""

    WORKING_DAY = "工作日"
    CALENDAR_DAY = "日"
    HOUR = "小时"
    MONTH = "个月"
    IMMEDIATE = "即办"


class Limit(Record):
    """A limit with its unit; ``since`` says from when it counts, in the law's words."""

    amount: Annotated[int, Field(ge=0)]
    unit: LimitUnit
    since: Text | None = None
    basis: tuple[LegalReference, ...] = ()


class TimeLimitFacet(Facet):
    """Statutory limit (with law) and the one the department promised (local, may be empty)."""

    statutory: Limit | None = None
    committed: Limit | None = None

    @model_validator(mode="after")
    def _law_stands_beside_the_number(self) -> "TimeLimitFacet":
        if self.statutory is not None and not self.statutory.basis:
            raise ValueError("time_limit.statutory: a number without its law; add basis")
        return self

    @property
    def covered(self) -> bool:
        """Whether there is anything to say."""
        return self.statutory is not None or self.committed is not None or super().covered


class FeeItem(Record):
    """One fee; ``amount_yuan`` empty means that it is set locally."""

    name: Text
    amount_yuan: Annotated[float, Field(ge=0)] | None = None
    unit: Text | None = None  # 每证, 每本 …
    basis: tuple[LegalReference, ...] = Field(min_length=1)


class FeeFacet(Facet):
    """Free (with the law or document that says so) or the fees."""

    free: bool | None = None
    items: tuple[FeeItem, ...] = ()
    basis: tuple[LegalReference, ...] = ()

    @model_validator(mode="after")
    def _free_has_a_basis(self) -> "FeeFacet":
        if self.free and not (self.basis or self.facts):
            raise ValueError("fee.free: needs basis or a fact with its law")
        return self

    @property
    def covered(self) -> bool:
        """Whether there is anything to say."""
        return self.free is not None or bool(self.items) or super().covered


class LocationFacet(Facet):
    """Where; service points by their code in ``city/service_points/``."""

    service_points: tuple[Text, ...] = ()

    @property
    def covered(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.service_points) or super().covered


class OnlineEntry(Record):
    """A national platform that certainly offers this matter; never a local page we do not know."""

    name: Text
    url: Annotated[str, StringConstraints(pattern=r"^https?://")] | None = None


class OnlineFacet(Facet):
    """Whether and where it can be done online."""

    available: bool | None = None
    entries: tuple[OnlineEntry, ...] = ()

    @property
    def covered(self) -> bool:
        """Whether there is anything to say."""
        return self.available is not None or bool(self.entries) or super().covered


def holds_law(record: BaseModel) -> bool:
    """Whether a reference to a law stands anywhere within ``record``."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, LegalReference):
                return True
            if isinstance(item, BaseModel) and holds_law(item):
                return True
    return False
