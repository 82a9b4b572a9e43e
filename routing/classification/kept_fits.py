"""What is derived from the shipped examples, fitted once: kept in memory and in the data folder.

A start reads the same appeals with the same code as the one before. What comes of it is named
after both: the texts it was made from, and the sources that make it. Files of numbers and text
alone (``allow_pickle=False``): nothing in the data folder is ever run.
"""

import hashlib
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast
from zipfile import BadZipFile, is_zipfile

import jieba
import numpy as np
from numpy.typing import NDArray

logger = logging.getLogger(__name__)

Arrays = Mapping[str, NDArray[np.generic]]
_PACKAGE = Path(__file__).parent.parent
# Folders of routing whose code decides what is made.
_SOURCES = ("classification", "extraction", "proposals")
_IN_MEMORY = 24  # of about 3 MB each; a start with and without the encoder needs 9
_BETWEEN = "\0"  # stands in no text that YAML can hold
_FILES_OF_A_NAME = 4  # what other versions of the code and the data left behind goes


class Fit(Protocol):
    """What can be laid away as arrays; its class takes it up again from the same arrays."""

    def arrays(self) -> Arrays:
        """Return everything that was fitted."""
        ...


FitT = TypeVar("FitT", bound=Fit)
_known: OrderedDict[str, Fit] = OrderedDict()
_fitting = threading.RLock()


def kept_fit(
    folder: Path,
    restore: Callable[[Arrays], FitT],
    content: Iterable[str | bytes],
    fit: Callable[[], FitT],
) -> FitT:
    """Return what ``fit`` makes of ``content``, which must be all that it depends on.

    Args:
        folder: where files lie; made when needed.
        restore: the class (or a method of it) that takes it up from its arrays.
        content: what it is made from, in order.
        fit: makes it; called where neither memory nor folder holds it.
    """
    digest = _digest(restore.__qualname__.partition(".")[0], content)
    with _fitting:  # two stages that start together wait for one fit instead of doing it twice
        known = _known.get(digest)
        if known is None:
            known = _from_file(folder, restore, digest) or _made(folder, digest, fit)
            _known[digest] = known
            if len(_known) > _IN_MEMORY:
                _known.popitem(last=False)
        _known.move_to_end(digest)
        return cast("FitT", known)  # the name of the class is part of the digest


def packed(words: Sequence[str]) -> NDArray[np.uint8]:
    """Return words, none of them empty, as one array."""
    return np.frombuffer(_BETWEEN.join(words).encode(), dtype=np.uint8)


def unpacked(array: NDArray[np.generic]) -> list[str]:
    """Return what :func:`packed` made an array of."""
    text = array.tobytes().decode()
    return text.split(_BETWEEN) if text else []


def _digest(name: str, content: Iterable[str | bytes]) -> str:
    hashed = hashlib.sha256(_code_digest())
    for part in content:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        hashed.update(len(data).to_bytes(8, "big"))  # ["ab", "c"] is not ["a", "bc"]
        hashed.update(data)
    return f"{name.lower()}-{hashed.hexdigest()[:24]}"


@lru_cache(maxsize=1)
def _code_digest() -> bytes:
    hashed = hashlib.sha256(f"{np.__version__} {jieba.__version__}".encode())
    for folder in _SOURCES:
        for path in sorted((_PACKAGE / folder).glob("*.*")):
            if path.suffix in {".py", ".yml"}:
                hashed.update(path.read_bytes())
    return hashed.digest()


def _from_file(folder: Path, restore: Callable[[Arrays], FitT], digest: str) -> FitT | None:
    path = folder / f"routing-{digest}.npz"
    if not path.exists():
        return None
    try:
        if is_zipfile(path):  # of anything else NumPy would leave the file open
            with np.load(path, allow_pickle=False) as file:
                return restore({name: file[name] for name in file.files})
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        logger.debug("%s: %s", path.name, error)
    logger.warning("what was derived from the examples is damaged, made anew: %s", path.name)
    return None


def _made(folder: Path, digest: str, fit: Callable[[], FitT]) -> FitT:
    made = fit()
    name = digest.partition("-")[0]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"routing-{digest}.{os.getpid()}.partial.npz"
        arrays: dict[str, Any] = dict(made.arrays())
        np.savez(partial, **arrays)
        partial.replace(folder / f"routing-{digest}.npz")
        files = sorted(folder.glob(f"routing-{name}-*.npz"), key=lambda path: path.stat().st_mtime)
        for old in files[:-_FILES_OF_A_NAME]:
            old.unlink(missing_ok=True)
    except OSError as error:  # a full disk costs the next start some seconds, this one nothing
        logger.warning("what was derived from the examples is not kept: %s", error)
    return made
