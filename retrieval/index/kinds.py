"""Which positions hold which kind of entry, told once for all questions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.index.passages import Entry, is_elsewhere, is_neighbour
from retrieval.schemas import EntryKind

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Kinds:
    """Bool, shape (n_entries,), each; every entry is of one kind, what is elsewhere apart."""

    guide: Mask
    unwritten: Mask  # draws questions away, and is never answered
    elsewhere: Mask  # of these what stands for everything that is no matter of ours
    neighbour: Mask  # of these again what is known by name: the licence next door
    policy_answer: Mask
    clause: Mask

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Kinds":
        """Return the masks of ``entries``."""

        def where(kind: EntryKind, *, written: bool = True) -> Mask:
            found = [one.kind is kind and one.written is written for one in entries]
            return np.array(found, dtype=np.bool_)

        return cls(
            guide=where(EntryKind.GUIDE),
            unwritten=where(EntryKind.GUIDE, written=False),
            elsewhere=np.array([is_elsewhere(one.code) for one in entries], dtype=np.bool_),
            neighbour=np.array([is_neighbour(one.code) for one in entries], dtype=np.bool_),
            policy_answer=where(EntryKind.POLICY_ANSWER),
            clause=where(EntryKind.CLAUSE),
        )
