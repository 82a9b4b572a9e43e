"""The kind of an appeal from how it is said: explicit words, blame, request, question.

Definitions (DESIGN §8): 咨询 asks for information only; 求助 asks that something be done without
blaming anyone; 投诉 complains of harm to oneself by a body, a business or a neighbour; 举报 tells
of an unlawful act that should be investigated; 建议 proposes a general change; 表扬 thanks.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from routing.schemas import AppealKind

KINDS = tuple(AppealKind)
_SHORT = 12

PATTERNS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in yaml.safe_load(
        Path(__file__).with_name("kind_patterns.yml").read_text(encoding="utf-8")
    ).items()
}
FEATURES = (
    *PATTERNS,
    "place",
    "time",
    "short",
    "long",
    "report_category",
    "suggest_category",
    "praise_category",
    "inquiry_category",
    "assistance_category",
    "bias",
)


def kind_features(
    text: str, *, has_place: bool, has_time: bool, usual: dict[AppealKind, float]
) -> NDArray[np.float64]:
    """Return float64, shape (len(FEATURES),).

    Args:
        text: normalised text.
        has_place: a place is named.
        has_time: a time is named.
        usual: probability that the category is one where this kind is usual.
    """
    found = [float(pattern.search(text) is not None) for pattern in PATTERNS.values()]
    shape = [float(has_place), float(has_time), float(len(text) <= _SHORT), len(text) / 100]
    priors = [
        usual.get(kind, 0.0)
        for kind in (
            AppealKind.IRREGULARITY_REPORT,
            AppealKind.SUGGESTION,
            AppealKind.COMMENDATION,
            AppealKind.INQUIRY,
            AppealKind.ASSISTANCE,
        )
    ]
    return np.array([*found, *shape, *priors, 1.0])


# What the citizen calls it outweighs how it looks.
_NAMED: tuple[tuple[AppealKind, re.Pattern[str]], ...] = (
    (
        # Talk that tells of nothing: no appeal is opened for it.
        AppealKind.INQUIRY,
        re.compile(
            r"^(?:(?:你好|您好|谢谢|多谢|感谢|转?人工|客服|在吗|有人吗|嗯|哦|好的?|行|可以|知道了|再见|拜拜|没事了?)"
            r"(?:啊|呀|了|你|您|服务|客服|坐席)*[，,。!！?？~\s]*)+$"
        ),
    ),
    (
        AppealKind.IRREGULARITY_REPORT,
        re.compile(r"(?:我要|我想|想|要|实名|匿名|^)(?:来)?(?:举报|检举)(?!电话|可以|怎么|有奖)"),
    ),
    (
        AppealKind.COMPLAINT,
        re.compile(r"(?:我要|我想|想|要|^)(?:来)?投诉(?!电话|一般|多久|怎么|可以)"),
    ),
    (AppealKind.SUGGESTION, re.compile(r"(?:我|^|，|。|特此|强烈)建议")),
    (
        AppealKind.COMMENDATION,
        re.compile(r"(?:我要|想|特此|^)(?:表扬|感谢)|点赞|送(?:面)?锦旗|(?:太|非常|十分|特别)感谢"),
    ),
    (
        AppealKind.INQUIRY,
        re.compile(r"^(?:您好|你好|请问|我想|想)?[，,]?(?:请问|咨询|想问|想咨询|想了解|了解一下)"),
    ),
)


@dataclass(frozen=True)
class KindEvidence:
    """What speaks for each kind; arrays of float64 over ``KINDS`` but for ``features``."""

    features: NDArray[np.float64]  # shape (len(FEATURES),)
    words: NDArray[np.float64]
    vectors: NDArray[np.float64]  # zeros without an encoder
    named: NDArray[np.float64]  # 1 where the citizen says what it is


def named_kind(text: str) -> NDArray[np.float64]:
    """Return float64, shape (len(KINDS),): 1 for the kind that the text calls itself."""
    said = np.zeros(len(KINDS))
    for kind, pattern in _NAMED:
        if pattern.search(text):
            said[KINDS.index(kind)] = 1.0
            break
    return said
