"""What was read out of a library's texts, kept in the data folder from one start to the next."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

logger = logging.getLogger(__name__)

Parts = tuple[str, ...]


class RememberedTexts:
    """Tokens, words and sounds by their text; worked out where they are not known yet.

    The file is a convenience: one that is missing, damaged or made from other terms is no error.
    """

    def __init__(self, path: Path, key: str, kinds: dict[str, dict[str, Parts]]) -> None:
        """Go on with what is known of each kind; see ``read`` for the others."""
        self._path = path
        self._key = key
        self._kinds = kinds
        self._changed = False

    @classmethod
    def read(cls, path: Path, key: str) -> "RememberedTexts":
        """Read ``path`` if it was saved under ``key``: what the parts depend on beside the text."""
        return cls(path, key, _read(path, key))

    def under(self, key: str, shared: Iterable[str]) -> "RememberedTexts":
        """Return what is known under another key: the ``shared`` kinds, which do not depend on it.

        Both go on with the same parts of these.
        """
        kinds = {kind: self._kinds.setdefault(kind, {}) for kind in shared}
        return RememberedTexts(self._path, key, kinds)

    def of(self, kind: str, text: str, work: Callable[[str], Iterable[str]]) -> Parts:
        """Return the parts of one kind, from ``work`` the first time."""
        known = self._kinds.setdefault(kind, {})
        if text not in known:
            known[text] = tuple(work(text))
            self._changed = True
        return known[text]

    def save(self) -> None:
        """Write what is known now, if anything is new; a full disk is logged, nothing more."""
        if not self._changed:
            return
        self._changed = False
        content = json.dumps({"key": self._key, "kinds": self._kinds}, ensure_ascii=False)
        beside = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(content, encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            logger.warning("texts not kept for the next start: %s", error)


def key_of(terms: Iterable[str], versions: Sequence[str], sources: Iterable[Path]) -> str:
    """Return a digest (hex) of everything that parts depend on: terms, versions, our own code."""
    digest = hashlib.sha256(json.dumps([sorted(terms), *versions]).encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _read(path: Path, key: str) -> dict[str, dict[str, Parts]]:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["key"] != key:
            return {}
        return {
            kind: {text: tuple(parts) for text, parts in known.items()}
            for kind, known in held["kinds"].items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        logger.warning("kept texts cannot be read, they are made anew: %s", error)
        return {}
