"""What guidance is: short questions on one matter, and what each answer settles.

The YAML files of this folder have exactly this shape, and an unknown key is a fault. What the
guide says is never put in other words here: documents are named, conditions and hints quoted.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from knowledge_base.facets import Record, Text
from knowledge_base.schema import MATTER_CODE

MatterCode = Annotated[str, StringConstraints(pattern=MATTER_CODE)]
QuestionKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,29}$")]


def _yes_or_no(value: object) -> object:
    # YAML reads a bare yes or no as a truth value.
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,)


AnswerKey = Annotated[
    str, BeforeValidator(_yes_or_no), StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,29}$")
]
AnswerKeys = Annotated[tuple[AnswerKey, ...], BeforeValidator(_listed)]
Age = Annotated[int, Field(ge=0, le=150)]


class Answer(Record):
    """One answer; ``yes`` and ``no`` may be said by a bare 是 or 不是.

    ``needs`` and ``without`` name documents of the guide; ``cannot`` (one cannot apply),
    ``not_needed`` (one need not) and ``quotes`` are its own words; ``switch`` is a neighbour that
    the guide itself tells apart (``confused_with``).
    """

    key: AnswerKey
    label: str = ""  # empty: the shared question's
    said: tuple[Text, ...] = ()  # other words that mean it
    ages: tuple[Age, Age] | None = None  # first and last age that mean it
    needs: tuple[Text, ...] = ()
    without: tuple[Text, ...] = ()
    cannot: Text | None = None
    not_needed: Text | None = None
    quotes: tuple[Text, ...] = ()
    switch: MatterCode | None = None

    @property
    def settles(self) -> bool:
        """Whether anything follows from it by itself."""
        return bool(self.needs or self.without or self.quotes or self.switch or self.ends)

    @property
    def ends(self) -> bool:
        """Whether there is nothing to apply for after it."""
        return self.cannot is not None or self.not_needed is not None


class Question(Record):
    """One question; ``shared``: its words are those of ``common/``, where nothing else is said."""

    key: QuestionKey
    shared: bool = False
    text: str = ""
    note: Text | None = None
    asked_when: dict[QuestionKey, AnswerKeys] = Field(default_factory=dict)
    answers: tuple[Answer, ...] = Field(min_length=2, max_length=4)

    @model_validator(mode="before")
    @classmethod
    def _use(cls, data: Any) -> Any:
        """Read ``use: applicant`` as the shared question of that key."""
        if not isinstance(data, Mapping) or "use" not in data:
            return data
        rest = {name: value for name, value in data.items() if name != "use"}
        return {**rest, "key": data["use"], "shared": True}

    def answer(self, key: str) -> Answer | None:
        """Return the answer with this key."""
        return next((one for one in self.answers if one.key == key), None)


class Guidance(Record):
    """The questions on one matter, in the order of asking."""

    matter: MatterCode
    questions: tuple[Question, ...] = Field(min_length=1, max_length=5)

    def question(self, key: str) -> Question | None:
        """Return the question with this key."""
        return next((one for one in self.questions if one.key == key), None)
