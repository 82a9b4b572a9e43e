"""One form for every text that enters the pipeline: simplified, half-width, single spaces.

Text is normalised once, here in the service; Rasa receives the result.
"""

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_SPACES = re.compile(r"[ \t\u3000\xa0]+")
_CJK_GAP = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
# Chinese punctuation carries the pauses; NFKC would turn it into ASCII.
_KEPT = "，。？！；：（）"
# Everything but those, ASCII and the common ideographs, which NFKC leaves alone: one by one, so
# that no mark joins the character before it.
_FOLDED = re.compile(rf"[^\x00-\x7f\u4e00-\u9fff{_KEPT}]")


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def to_simplified(text: str) -> str:
    """Turn traditional characters into simplified ones (OpenCC t2s)."""
    return str(_converter().convert(text))


def normalise(text: str) -> str:
    """Return ``text`` simplified, half-width, without control characters and stray spaces.

    Line breaks stay; the original is kept by the caller.
    """
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    folded = _FOLDED.sub(lambda char: unicodedata.normalize("NFKC", char[0]), text)
    spaced = _CJK_GAP.sub("", _SPACES.sub(" ", to_simplified(folded)))
    return spaced.strip()
