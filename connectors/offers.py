"""What the conversation offers beside answers, over the library of the moment."""

from knowledge_base.bundles.loader import Bundles
from knowledge_base.bundles.overview import Overview, overview
from knowledge_base.bundles.planning import plan
from knowledge_base.bundles.rendering import plan_text
from knowledge_base.bundles.schema import Bundle
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

    def plan(self, code: str) -> str:
        """Return a bundle's whole plan in words, its questions open."""
        return plan_text(plan(self._bundles.bundle(code), {}, self._retriever.library))
