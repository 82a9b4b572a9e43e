"""Which guidance may be offered at this moment: only what the published guide still bears out."""

from typing import Final

from knowledge_base.guidance.checking import problems
from knowledge_base.guidance.schema import Guidance
from knowledge_base.library import Library
from knowledge_base.schema import Matter, Visibility

# By code what was judged last, and the verdict: a guide changes only when one is published.
_JUDGED: Final[dict[str, tuple[Matter, Guidance, bool]]] = {}


def offered(library: Library, code: str) -> Guidance | None:
    """Return the guidance of a public matter; ``None`` where there is none, or it is stale."""
    matter, guidance = library.matters.get(code), library.guidance.get(code)
    if matter is None or guidance is None or matter.visibility is not Visibility.PUBLIC:
        return None
    judged = _JUDGED.get(code)
    if judged is None or judged[0] is not matter or judged[1] is not guidance:
        holds = next(problems(guidance, matter, library.matters), None) is None
        judged = _JUDGED[code] = (matter, guidance, holds)
    return guidance if judged[2] else None
