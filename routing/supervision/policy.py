"""The city's rules of supervision as data: when cards are shown, who is told, by when to answer."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from foundation.access.permissions import Role
from foundation.errors import ConfigurationError
from routing.supervision.states import CardColour

SHIPPED = Path(__file__).parent.parent / "city" / "supervision.yml"

Days = Annotated[int, Field(ge=1, le=250)]
Count = Annotated[int, Field(ge=1)]


class SupervisionPolicyError(ConfigurationError):
    """The file of rules cannot be used; the message names each fault."""


class Recipient(StrEnum):
    """Who may be told, as the file names them."""

    HANDLER = "handler"
    LEAD = "lead"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"

    @property
    def role(self) -> Role:
        """The role it stands for."""
        return _ROLES[self]

    @property
    def of_department(self) -> bool:
        """Whether these people belong to the handling department."""
        return self in {Recipient.HANDLER, Recipient.LEAD}


_ROLES = {
    Recipient.HANDLER: Role.DEPARTMENT_HANDLER,
    Recipient.LEAD: Role.DEPARTMENT_LEAD,
    Recipient.DISPATCHER: Role.DISPATCHER,
    Recipient.SUPERVISOR: Role.SUPERVISOR,
}


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Yellow(_Record):
    """From when on a clock shows yellow: whichever comes first."""

    share_left: Annotated[float, Field(ge=0, lt=1)]
    working_days: Annotated[int, Field(ge=0, le=250)]


class Step(_Record):
    """One step of the path of escalation."""

    at: CardColour
    tell: Annotated[tuple[Recipient, ...], Field(min_length=1)]
    hours_before: Annotated[float, Field(gt=0, le=24 * 30)] | None = None
    working_days_after: Days | None = None

    @model_validator(mode="after")
    def _one_moment(self) -> Self:
        beside = self.hours_before is not None or self.working_days_after is not None
        if self.at is CardColour.YELLOW and beside:
            raise ValueError("hours_before and working_days_after are counted from red")
        if self.hours_before is not None and self.working_days_after is not None:
            raise ValueError("either hours_before or working_days_after")
        return self

    @property
    def key(self) -> str:
        """Name the step, so that it is taken once."""
        if self.hours_before is not None:
            return f"{self.at}-{self.hours_before:g}h"
        return f"{self.at}+{self.working_days_after or 0}"

    @property
    def card(self) -> CardColour:
        """The colour of the card on which the step is taken: a warning comes before red."""
        return CardColour.YELLOW if self.hours_before is not None else self.at


class AutomaticOrders(_Record):
    """When an order is issued without a supervisor."""

    on_reopened: bool
    on_dispatch: Annotated[int, Field(ge=0)]  # from which dispatch on; 0: never


class ColourRules(_Record):
    """Counts from which on a department's week has this colour; ``None``: does not matter."""

    overdue: Count | None = None
    red_cards: Count | None = None
    orders_overdue: Count | None = None
    repeated_send_backs: Count | None = None
    late_extensions: Count | None = None
    repeated_extensions: Count | None = None
    unanswered_reminders: Count | None = None
    broken_promises: Count | None = None


class WeeklyRules(_Record):
    """Which departments are red, which yellow; all others are blue."""

    red: ColourRules
    yellow: ColourRules


class SupervisionPolicy(_Record):
    """All rules of one city."""

    note: str
    yellow: Yellow
    escalation: tuple[Step, ...]
    reminder_answer_working_days: Days
    order_reply_working_days: Days
    automatic_orders: AutomaticOrders
    weekly: WeeklyRules

    @model_validator(mode="after")
    def _steps_differ(self) -> Self:
        keys = [step.key for step in self.escalation]
        if len(set(keys)) != len(keys):
            raise ValueError("two steps of the escalation are at the same moment: join them")
        return self

    def steps(self, colour: CardColour) -> tuple[Step, ...]:
        """Return the steps that are taken on a card of this colour."""
        return tuple(step for step in self.escalation if step.card is colour)


def load_policy(path: Path | None = None) -> SupervisionPolicy:
    """Read and check the rules; the shipped ones unless ``path`` names others.

    Raises:
        SupervisionPolicyError: the file is missing or has faults; each is named.
    """
    path = path or SHIPPED
    try:
        return SupervisionPolicy.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SupervisionPolicyError(f"{path.name}: {error}") from error
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()
        )
        raise SupervisionPolicyError(f"{path.name}: {faults}") from error
