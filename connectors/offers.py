"""What the conversation offers beside answers, over the library of the moment."""

from collections.abc import Mapping

from knowledge_base.bundles.loader import Bundles
from knowledge_base.bundles.overview import Overview, overview
from knowledge_base.bundles.planning import plan
from knowledge_base.bundles.rendering import plan_text
from knowledge_base.bundles.schema import Bundle
from knowledge_base.errors import MatterNotFoundError
from knowledge_base.guidance.offered import offered
from knowledge_base.guidance.rendering import selection_text
from knowledge_base.guidance.schema import Guidance
from knowledge_base.guidance.selecting import Selection, select
from knowledge_base.rendering import one_time_notice
from knowledge_base.schema import Matter
from retrieval.service import Retriever


class LibraryOffers:
    """``bot.conversation.protocols.Offers`` over the real parts."""

    def __init__(self, retriever: Retriever, bundles: Bundles) -> None:
        self._retriever = retriever
        self._bundles = bundles

    def notice(self, code: str) -> tuple[Matter, str]:
        """Return a public guide and its one-time notice; raises ``MatterNotFoundError``."""
        present = self._retriever.present
        matter = present.matter(code)
        return matter, one_time_notice(matter, present.library)

    def bundles_of(self, code: str) -> tuple[Bundle, ...]:
        """Return the bundles that a matter is a step of, in order of code."""
        return tuple(
            bundle
            for bundle in self._bundles.all()
            if any(step.matter == code for step in bundle.steps)
        )

    def overview(self, code: str) -> Overview:
        """Return a whole bundle; raises ``BundleNotFoundError``."""
        return overview(self._bundles.bundle(code), self._retriever.library)

    def guidance(self, code: str) -> Guidance | None:
        """Return the short questions on a public matter; ``None`` where none may be asked."""
        return offered(self._retriever.library, code)

    def selection(self, code: str, answers: Mapping[str, str]) -> tuple[Selection, str]:
        """Return what answers settle, and the personal notice that says so."""
        present = self._retriever.present
        guidance = offered(present.library, code)
        if guidance is None:
            raise MatterNotFoundError(code)
        made = select(guidance, present.matter(code), answers)
        return made, selection_text(made, present.library)

    def plan(self, code: str) -> str:
        """Return a bundle's whole plan in words, its questions open."""
        return plan_text(plan(self._bundles.bundle(code), {}, self._retriever.library))
