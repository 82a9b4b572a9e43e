"""What the performer needs from the packages below, as small protocols."""

from collections.abc import Mapping
from typing import Protocol

from bot.conversation.schemas import AppealDraft, DraftNotes
from knowledge_base.bundles.overview import Overview
from knowledge_base.bundles.schema import Bundle
from knowledge_base.guidance.schema import Guidance
from knowledge_base.guidance.selecting import Selection
from knowledge_base.schema import FacetName, Matter
from retrieval.schemas import Answer
from routing.schemas import Proposal


class Guides(Protocol):
    """Guides by code, word for word."""

    def matter(self, code: str) -> Matter:
        """Return the matter; raises ``MatterNotFoundError``."""
        ...

    def title(self, code: str) -> str:
        """Return what a guide or policy answer is called; raises a ``NotFoundError``."""
        ...

    def quoted(self, code: str) -> Answer | None:
        """Return a policy answer or a clause word for word; None where ``code`` is a guide's.

        Raises:
            PolicyAnswerNotFoundError: there is none, or none any more.
        """
        ...

    def guide(self, code: str, facet: FacetName | None) -> tuple[Matter, Answer]:
        """Return a matter and the answer on its facet (``None``: how do I), of one library.

        Raises:
            MatterNotFoundError: there is none, or none any more.
        """
        ...


class Offers(Protocol):
    """What may be offered beside an answer: notices, bundles."""

    def notice(self, code: str) -> tuple[Matter, str]:
        """Return a public guide and its one-time notice; raises ``MatterNotFoundError``."""
        ...

    def bundles_of(self, code: str) -> tuple[Bundle, ...]:
        """Return the bundles that a matter is a step of."""
        ...

    def overview(self, code: str) -> Overview:
        """Return a whole bundle; raises ``BundleNotFoundError``."""
        ...

    def guidance(self, code: str) -> Guidance | None:
        """Return the short questions on a public matter; ``None`` where none may be asked."""
        ...

    def selection(self, code: str, answers: Mapping[str, str]) -> tuple[Selection, str]:
        """Return what answers settle, and the personal notice that says so.

        Raises:
            MatterNotFoundError: there is no guide, or none any more, or nothing to ask about it.
            UnknownAnswerError: the questions were changed meanwhile.
        """
        ...

    def plan(self, code: str) -> str:
        """Return a bundle's whole plan in words, its questions open."""
        ...


class Proposing(Protocol):
    """Who is responsible for a draft."""

    def propose_for(self, draft: AppealDraft) -> Proposal:
        """Return routing's proposal for the draft as it stands."""
        ...

    def notes_for(self, draft: AppealDraft) -> DraftNotes:
        """Return what is noted of the draft: its issues, the emotion, what is wanted."""
        ...

    def department_name(self, code: str | None) -> str | None:
        """Return the body's short name."""
        ...

    def decline_sentence(self, draft: AppealDraft, body: str | None) -> str:
        """Return the courteous sentence that names the right channel."""
        ...
