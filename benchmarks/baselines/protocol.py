"""What every engine gets, and what it gives back."""

from abc import ABC, abstractmethod
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One searchable text and the matter it belongs to."""

    code: str
    text: str


class Engine(ABC):
    """One way of finding matters; light until it is built."""

    @abstractmethod
    def build(self, texts: list[Text]) -> None:
        """Make it ready to be asked; models are loaded here."""

    @abstractmethod
    def search(self, question: str) -> list[str]:
        """Return matter codes, best first, each once: what one question costs."""

    def completed(self, question: str, found: list[str]) -> list[str]:
        """Return ``found`` to the length at which quality is judged; not timed."""
        return found


def best_codes(ranked: list[str], limit: int = 10) -> list[str]:
    """Return each code once, in the order of its best text."""
    return list(dict.fromkeys(ranked))[:limit]
