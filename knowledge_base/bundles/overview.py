"""A bundle told in one message: what it joins, the steps in order, what is asked for only once."""

from dataclasses import dataclass
from typing import Final

from knowledge_base.bundles.materials import MergedDocument, merge
from knowledge_base.bundles.schema import Bundle, Step
from knowledge_base.library import Library
from knowledge_base.schema import Matter, Visibility


class Words:
    """The fixed words between the fields."""

    TITLE: Final = "{title} 一件事一次办"
    STEPS: Final = "按顺序办这几件"
    STEP: Final = "{number}. {title}：{why}"
    DEPENDS: Final = "（看情况）"
    SHARED: Final = "几件事都要、只备一份的材料"
    JOINT: Final = "可以一起办"
    JOINT_LINE: Final = "{name}：{text}"
    ANSWER_FIRST: Final = (
        "标“看情况”的不一定都要办，在网页上答几个问题，就只列您要办的和要带的材料。"
    )
    ASK_ONE: Final = "想细看哪一件，回复序号或名称。"


@dataclass(frozen=True, slots=True)
class OverviewStep:
    """One step; ``depends``: whether it applies is settled by a question of the bundle."""

    number: int
    code: str
    title: str
    why: str
    depends: bool
    written: bool  # citizens may read its guide


@dataclass(frozen=True, slots=True)
class Overview:
    """A whole bundle, before any question is answered."""

    bundle: Bundle
    steps: tuple[OverviewStep, ...]
    shared: tuple[MergedDocument, ...]  # wanted by two matters or more, carried once

    @property
    def text(self) -> str:
        """The overview as plain text."""
        lines = [
            Words.STEP.format(number=step.number, title=step.title, why=step.why)
            + (Words.DEPENDS if step.depends else "")
            for step in self.steps
        ]
        parts = [
            (Words.STEPS, lines),
            (Words.SHARED, ["、".join(one.name for one in self.shared)] if self.shared else []),
            (Words.JOINT, self.joint),
        ]
        blocks = [f"{Words.TITLE.format(title=self.bundle.title)}\n{self.bundle.summary}"]
        blocks += [f"【{label}】\n" + "\n".join(said) for label, said in parts if said]
        closing = [Words.ANSWER_FIRST] if self.depends else []
        return "\n\n".join([*blocks, "".join([*closing, Words.ASK_ONE])])

    @property
    def joint(self) -> list[str]:
        """What may be applied for in one go."""
        return [
            Words.JOINT_LINE.format(name=one.name, text=one.text)
            for one in self.bundle.joint_applications
        ]

    @property
    def depends(self) -> bool:
        """Whether any step hangs on a question."""
        return any(step.depends for step in self.steps)


def overview(bundle: Bundle, library: Library) -> Overview:
    """Return a bundle as it is told before any of its questions is answered.

    Args:
        bundle: the event.
        library: the guides as they are published now.
    """
    taken = [(step, _public(step.matter, library)) for step in bundle.steps]
    documents = merge(taken, bundle.shared_documents)
    return Overview(
        bundle=bundle,
        steps=tuple(
            _step(number, step, matter, library)
            for number, (step, matter) in enumerate(taken, start=1)
        ),
        shared=tuple(one for one in documents if len({need.code for need in one.needs}) > 1),
    )


def _step(number: int, step: Step, matter: Matter | None, library: Library) -> OverviewStep:
    return OverviewStep(
        number=number,
        code=step.matter,
        title=library.title_of(step.matter) or step.matter,
        why=step.why,
        depends=bool(step.applies_when),
        written=matter is not None,
    )


def _public(code: str, library: Library) -> Matter | None:
    matter = library.matters.get(code)
    return matter if matter is not None and matter.visibility is Visibility.PUBLIC else None
