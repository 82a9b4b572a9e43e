"""The product's own search, as citizens are answered by it."""

import tempfile
from pathlib import Path

from benchmarks.baselines.protocol import Engine, Text
from foundation.settings import load_settings
from knowledge_base.loader import load_library
from retrieval.service import Retriever

_JUDGED = 3  # candidates that quality looks at


class Ours(Engine):
    """The whole of it: understanding, both indexes, fusion, decision, the answer composed.

    Its passages are its own, made from the same guides. Built in an empty folder: no saved vector
    is taken over.
    """

    def build(self, texts: list[Text]) -> None:
        """Index the texts."""
        installed = load_settings()
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        (folder / "models").symlink_to(installed.data_dir / "models")
        settings = installed.model_copy(update={"data_dir": folder, "database_url": None})
        self._retriever = Retriever(load_library(), settings)
        self._retriever.warm_up()

    def search(self, question: str) -> list[str]:
        """Return codes, best first."""
        return [one.code for one in self._retriever.ask(question).candidates]

    def completed(self, question: str, found: list[str]) -> list[str]:
        """Return the ranking behind a choice."""
        # choices are cut to those worth offering
        if len(found) >= _JUDGED:
            return found
        return [one.code for one in self._retriever.explain(question).candidates]
