"""What an operator may be shown beyond what citizens are answered: guides for operators' eyes."""

import threading
from dataclasses import replace
from types import MappingProxyType

from knowledge_base.library import Library
from knowledge_base.schema import FacetName, Visibility
from retrieval.answering import Answering
from retrieval.schemas import Answer, Candidate
from retrieval.service import Retriever


class OperatorSearch:
    """The search of the agent desk: public guides and those visible to operators.

    Where the library holds none for operators alone (the usual case) it is the citizens' search.
    Otherwise an index of its own is built, once for each snapshot, with what is encoded already.
    """

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self._built: tuple[Answering, bool, Answering] | None = None
        self._building = threading.Lock()

    def ask(self, text: str, *, focus: str | None = None) -> Answer:
        """Return the decision for one question."""
        return self._present().ask(text, focus=focus)

    def suggest(self, text: str, limit: int = 3) -> tuple[Candidate, ...]:
        """Return the nearest guides, best first."""
        return self._present().suggest(text, limit)

    def compose(self, code: str, facet: FacetName | None) -> Answer:
        """Return the answer for a known matter; raises ``MatterNotFoundError``."""
        return self._present().compose(code, facet)

    def operators_only(self, code: str) -> bool:
        """Whether citizens may not read this guide."""
        matter = self._retriever.library.matters.get(code)
        return matter is not None and matter.visibility is not Visibility.PUBLIC

    def _present(self) -> Answering:
        public, ready = self._retriever.present, self._retriever.ready
        opened = opened_to_operators(public.library)
        if opened is public.library:
            return public
        with self._building:
            # The encoder may have joined since: the index is then built once more, with it.
            if self._built is None or self._built[0] is not public or self._built[1] != ready:
                self._built = (public, ready, self._retriever.over(opened))
            return self._built[2]


def opened_to_operators(library: Library) -> Library:
    """Return the library as operators see it; itself where nothing is for them alone."""
    theirs = {
        code: matter.model_copy(update={"visibility": Visibility.PUBLIC})
        for code, matter in library.matters.items()
        if matter.visibility is Visibility.OPERATORS
    }
    if not theirs:
        return library
    return replace(library, matters=MappingProxyType({**library.matters, **theirs}))
