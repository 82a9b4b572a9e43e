"""The example questions, by the entry that each is about."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from foundation.text.normalise import normalise
from knowledge_base.yaml_files import parse_yaml

_DIRECTORY = Path(__file__).parent


@lru_cache(maxsize=1)  # never changed after reading, so everybody may have the same
def shipped_examples() -> Mapping[str, tuple[str, ...]]:
    """Return code of a matter or policy answer (or ``ELSEWHERE``) → its questions, normalised.

    A code that the library does not have is no fault: a city may leave matters out.
    """
    found: dict[str, tuple[str, ...]] = {}
    for path in _files():
        questions: dict[str, list[str]] = parse_yaml(path.read_text(encoding="utf-8"))
        for code, texts in questions.items():
            found[code] = (*found.get(code, ()), *map(normalise, texts))
    return MappingProxyType(found)


def examples_fingerprint() -> str:
    """Return the SHA-256 over all files, in hexadecimal."""
    return sha256(b"".join(path.read_bytes() for path in _files())).hexdigest()


def _files() -> list[Path]:
    return sorted(_DIRECTORY.glob("*.yml"))
