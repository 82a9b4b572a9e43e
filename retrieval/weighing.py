"""How near every guide comes to a text, for who decides among guides by more than the text."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.schema import FacetName
from retrieval.postings import Scores


@dataclass(frozen=True, slots=True)
class Weighed:
    """One text against all entries; each array float32, shape (n_entries,)."""

    position: Mapping[str, int]  # row by code
    codes: tuple[str, ...]  # code by row
    best: NDArray[np.int64]  # rows of guides, best first
    fused: Scores  # the ranking score, comparable within one text
    names: Scores  # all names together; zeros before the encoder is loaded
    near: Scores  # best passage, likewise
    coverage: Scores  # share of the text's tokens that the entry knows, by rarity
    likelihood: Scores  # of the text where the entry is meant: 0 the likeliest, down to -1
    probability: float  # that the first guide is right
    belonging: float  # that one of the first guides is
    facet: FacetName | None  # the side asked for
    named: str  # the text without facet words and fillers
