"""Guides as the conversation asks for them: matter and answer of one library."""

from knowledge_base.schema import FacetName, Matter
from retrieval.schemas import Answer
from retrieval.service import Retriever


class LibraryGuides:
    """``bot.conversation.protocols.Guides`` over the real parts."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    def matter(self, code: str) -> Matter:
        """Return the public guide; raises ``MatterNotFoundError``."""
        return self._retriever.matter(code)

    def title(self, code: str) -> str:
        """Return what a guide or policy answer is called; raises a ``NotFoundError``."""
        return self._retriever.present.title(code)

    def quoted(self, code: str) -> Answer | None:
        """Return a policy answer or a clause word for word; None where ``code`` is a guide's."""
        present = self._retriever.present
        return None if present.is_guide(code) else present.compose(code)

    def guide(self, code: str, facet: FacetName | None) -> tuple[Matter, Answer]:
        """Return a guide and the answer on its facet; the library may change right after."""
        present = self._retriever.present
        return present.matter(code), present.compose(code, facet)
