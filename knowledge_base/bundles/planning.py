"""A citizen's answers → the steps that apply, in order, with one list of documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge_base.bundles.errors import UnknownQuestionError
from knowledge_base.bundles.materials import MergedDocument, merge
from knowledge_base.bundles.schema import Bundle, JointApplication, Question, Step
from knowledge_base.library import Library
from knowledge_base.questionnaire import holds, open_behind, settled
from knowledge_base.schema import Matter, Visibility

_ONE_VISIT: Final = 1  # assumed where a guide does not say how often one has to come


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step that applies; ``number`` counts from 1 within the plan."""

    number: int
    step: Step
    title: str
    matter: Matter | None  # None: its guide is not written yet, or not for citizens
    after: tuple[int, ...]  # numbers of the steps that must be done before

    @property
    def online(self) -> bool:
        """Whether the guide says that it can be done without going anywhere."""
        return self.matter is not None and self.matter.online.available is True

    @property
    def visits(self) -> int:
        """How often one has to come: the guide's number, else one, none where it is online."""
        if self.matter is not None and self.matter.visits is not None:
            return self.matter.visits
        return 0 if self.online else _ONE_VISIT


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step of which the answers so far do not tell whether it applies."""

    step: Step
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class JointSteps:
    """Steps of this plan that may be applied for in one go."""

    application: JointApplication
    steps: tuple[PlannedStep, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What this citizen has to do about one event."""

    bundle: Bundle
    steps: tuple[PlannedStep, ...]
    open_steps: tuple[OpenStep, ...]
    joint: tuple[JointSteps, ...]
    documents: tuple[MergedDocument, ...]

    @property
    def visits_apart(self) -> int:
        """How often one has to come when every step is applied for by itself."""
        return sum(planned.visits for planned in self.steps)

    @property
    def visits_together(self) -> int:
        """How often one has to come when what may be joined is joined."""
        saved = sum(
            sum(planned.visits for planned in joint.steps)
            - max(planned.visits for planned in joint.steps)
            for joint in self.joint
        )
        return self.visits_apart - saved

    @property
    def unwritten(self) -> tuple[PlannedStep, ...]:
        """Steps whose documents are not known here: no guide, or one that says nothing on them."""
        return tuple(
            planned
            for planned in self.steps
            if planned.matter is None or not planned.matter.materials.covered
        )


def plan(bundle: Bundle, answers: Mapping[str, bool], library: Library) -> Plan:
    """Return the plan for these answers.

    Args:
        bundle: the event.
        answers: yes or no by question; a question left out leaves its steps open.
        library: the guides as they are published now.

    Raises:
        UnknownQuestionError: an answer to what the bundle does not ask.
    """
    keys = {question.key for question in bundle.questions}
    for key in answers:
        if key not in keys:
            raise UnknownQuestionError(bundle.code, key)
    known = settled(bundle.questions, answers)
    steps = _applying(bundle, known, library)
    taken = [(planned.step, planned.matter) for planned in steps]
    return Plan(
        bundle=bundle,
        steps=steps,
        open_steps=_open(bundle, known, library),
        joint=_joint(bundle, steps),
        documents=merge(taken, bundle.shared_documents),
    )


def _applying(
    bundle: Bundle, known: Mapping[str, bool | None], library: Library
) -> tuple[PlannedStep, ...]:
    steps = [step for step in bundle.steps if holds(step.applies_when, known)]
    numbers = {step.matter: number for number, step in enumerate(steps, start=1)}
    return tuple(
        PlannedStep(
            number=numbers[step.matter],
            step=step,
            title=_title(step, library),
            matter=_public(step.matter, library),
            after=tuple(sorted(numbers[code] for code in step.after if code in numbers)),
        )
        for step in steps
    )


def _open(
    bundle: Bundle, known: Mapping[str, bool | None], library: Library
) -> tuple[OpenStep, ...]:
    return tuple(
        OpenStep(
            step, _title(step, library), open_behind(step.applies_when, bundle.questions, known)
        )
        for step in bundle.steps
        if holds(step.applies_when, known) is None
    )


def _joint(bundle: Bundle, steps: Sequence[PlannedStep]) -> tuple[JointSteps, ...]:
    found = (
        JointSteps(
            application,
            tuple(planned for planned in steps if planned.step.together == application.name),
        )
        for application in bundle.joint_applications
    )
    return tuple(joint for joint in found if len(joint.steps) > 1)


def _title(step: Step, library: Library) -> str:
    # The index holds every code, so the title is known before the guide is.
    return library.title_of(step.matter) or step.matter


def _public(code: str, library: Library) -> Matter | None:
    matter = library.matters.get(code)
    return matter if matter is not None and matter.visibility is Visibility.PUBLIC else None
