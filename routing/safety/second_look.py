"""The second look: weighs what the patterns of the screen have no words for.

A linear model over character n-grams. Its weights are packaged data, learnt by
``python -m scripts.train_second_look``; applying them is a table look-up and a sum, so it works
when everything else is down, as the screen does. It runs behind the screen: it adds alerts, and
takes back one that a pattern gave where nothing else in the text looks like danger.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from routing.safety.errors import ScreenDataError
from routing.safety.screen import Line, SafetyAlert, load_screen, screen

DATA = Path(__file__).with_name("second_look.json")
LINES: tuple[Line, ...] = get_args(Line)
GRAM_LENGTHS = (1, 2, 3)
SCALE = 1000  # weights are stored as whole thousandths
CATEGORY = "suspected"
_WINDOW = 90  # characters; an ordinary message is one window
_PART = 40  # characters; a longer one is cut into sentences, short ones joined up to this
_SHORTEST = 5  # characters; 那小孩呢 follows up something said before
_ENOUGH_SAID = 12  # characters; fewer tell too little to take an alarm back
# Who speaks of dying is always asked, however calm the words.
_NEVER_TAKEN_BACK = {"suicide_in_progress", "suicidal_thoughts"}
# Markup is no speech, though its letters look like English.
_MARKUP = re.compile(r"<(script|style)\b.*?</\1>|</?[a-z][^<>]{0,80}>", re.IGNORECASE | re.DOTALL)
# What is said every day and tells of nothing: a farewell, an appeal withdrawn as it was mended,
# a wish to hear it again, a yes with thanks or haste beside it.
_EVERYDAY = re.compile(
    r"(?:(?:好的?|行|嗯+|哦|那|谢谢(?:你|您)?(?:了|啊|哈)?|麻烦(?:你|您)?了|没(?:别的)?事了|就这样)[吧啊呀哈了]*[，,。！!\s]*)+"
    r"(?:再见|拜拜|拜|回见)[了啦吧哈]*[。！!\s]*"
    r"|.{0,4}(?:电话|号码|手机号?|编号|单号|查询码|密码)[^，,。]{0,4}(?:记|想)不(?:得|起来?|清楚?|住)[了啊呀。]*"
    r"|.{0,12}(?:不(?:投诉|举报|反映|登记|报)|(?:不用|别|不要)(?:投诉|举报|反映|登记|管|来|交|报))了.{0,8}"
    r"(?:扫|修|清|拆|搬|收拾|处理|解决|换|通|弄|整改|道歉|退)(?:好|完|过|走|干净|钱)?了"
    r"(?:[，,。！!]*(?:谢谢|麻烦).{0,4})?[。！!\s]*"
    r"|(?:哎|唉|算了|[，,\s])*.{0,6}(?:亮|好|通|来|走|修|清|解决|处理)(?:好|完|走)?了[，,。！!\s]*"
    r"(?:不用|别|不要|不必)(?:投诉|举报|反映|登记|管|来|报|麻烦)了.{0,6}[。！!\s]*"
    r"|(?:(?:刚才|刚刚|不好意思|对不起|抱歉|我|你|您)*没(?:看|听|记)(?:太|怎么)?(?:清楚?|懂|明白|到|见|住)[，,。！!\s]*)?"
    r"(?:麻烦|请|能不能|能|可以|劳烦|你|您)*再(?:说|讲|念|发|重复)一?[遍次下](?:吗|吧|呗|嘛|好吗|行吗)?[。！!？?\s]*"
    r"|(?:对|是的?|好|行|可以|没错|没问题|确认|提交|嗯)[，,\s]*(?:对|是的?|好|行|可以|没错|确认|提交|登记|谢谢|多谢|麻烦|辛苦|"
    r"拜托|请|帮我|给我|你们?|您|尽快|快[点些]?|赶紧|抓紧|就这样|了|吧|啊|呀|哈|的|[，,。！!~\s])*"
)
_CHINESE = re.compile(r"[一-鿿]")
# Of a text in Latin letters few n-grams are known: calm ones score up to -0.8, danger over 1.
_FOREIGN = -0.5
_SURELY = 1.8  # of a clause: 我家厨房着火了 is above, 我腿断了打着石膏 below
_CLAUSE = re.compile(r"[^，,。！!？?；;\s]+")
_PIECE = re.compile(r"[^。！？!?；;]*[。！？!?；;]*")
_NAME = "可能有危险"
_FIRST: dict[Line, str] = {
    "110": (
        "如果现在有人要伤害您或他人，或者有人走失、被关住不能脱身，"
        "请立即拨打110；不便说话可发短信到12110。"
    ),
    "119": "如果现在着火、有人被困或落水，请立即拨打119；先离开危险的地方，再打电话。",
    "120": "如果现在有人昏迷、喘不上气、流血不止或中毒，请立即拨打120，按调度员说的做。",
    "122": "如果现在出了交通事故，请立即拨打122，有人受伤同时拨打120；人先撤到护栏外。",
    "燃气": (
        "如果现在闻到燃气味，请不要开灯、不要点火，开窗、关阀门，"
        "人到室外后拨打当地燃气抢修电话，有危险拨打119。"
    ),
    "供电": (
        "如果现在有电线掉落或漏电，请远离，不要碰水和金属，不要去拉触电的人，"
        "拨打供电抢修电话95598，有人触电拨打120。"
    ),
    "心理援助": (
        "如果您或身边的人现在很难受、想伤害自己，请不要一个人待着，"
        "拨打全国统一心理援助热线12356（24小时）；马上有危险请拨打110或120。"
    ),
}
_LAST = (
    "也请告诉我们您在哪里、发生了什么，我们会请工作人员来看。没有危险的话，请再说一遍您要办的事。"
)


class _Weights(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    texts: str  # fingerprint of the voices the weights were learnt from
    threshold: Annotated[float, Field(allow_inf_nan=False)]
    calm: Annotated[float, Field(allow_inf_nan=False)]  # below it a pattern's alert is taken back
    # the same for the screen's categories with danger enough to know how calm it may sound
    calm_by_category: dict[str, Annotated[float, Field(allow_inf_nan=False)]]
    bias: Annotated[float, Field(allow_inf_nan=False)]
    lines: tuple[Line, ...]
    line_bias: tuple[float, ...]
    # n-gram → rarity, weight for danger, then (where it says anything) one weight for each line
    grams: dict[str, tuple[int, ...]]

    @model_validator(mode="after")
    def _whole(self) -> "_Weights":
        if len(self.line_bias) != len(self.lines) or not self.grams:
            raise ValueError("the weights are not complete")
        if {len(row) for row in self.grams.values()} - {2, 2 + len(self.lines)}:
            raise ValueError("a row of weights has the wrong length")
        return self


class SecondLook:
    """The weights, ready to apply; :func:`second_look` uses the packaged ones."""

    def __init__(self, weights: _Weights) -> None:
        self.texts = weights.texts
        self.threshold = weights.threshold
        self._calm = weights.calm
        self._calm_by_category = weights.calm_by_category
        self._bias = weights.bias
        self._lines = weights.lines
        self._line_bias = weights.line_bias
        self._grams: Mapping[str, tuple[float, ...]] = {
            gram: tuple(value / SCALE for value in row) for gram, row in weights.grams.items()
        }

    def score(self, text: str) -> float:
        """Return how much the most alarming part of ``text`` (plain) looks like danger."""
        return max(self._danger(grams(window)) for window in windows(text))

    def line(self, text: str) -> Line:
        """Return the line that the most alarming part of ``text`` (plain) belongs to."""
        window = max(windows(text), key=lambda part: self._danger(grams(part)))
        rows = [row for gram in grams(window) if (row := self._grams.get(gram)) is not None]
        norm = math.sqrt(sum(row[0] ** 2 for row in rows)) or 1.0
        telling = [row for row in rows if len(row) > 2]  # noqa: PLR2004 -- rarity and danger
        scores = [
            bias + sum(row[0] * row[2 + i] for row in telling) / norm
            for i, bias in enumerate(self._line_bias)
        ]
        return self._lines[scores.index(max(scores))]

    def look(self, text: str) -> SafetyAlert | None:
        """Return the alert of a text (as written) that looks like danger now."""
        plain = load_screen().plain(_MARKUP.sub("", text))
        if len(plain) < _SHORTEST or _EVERYDAY.fullmatch(plain):
            return None
        bar = self.threshold if _CHINESE.search(plain) else max(self.threshold, _FOREIGN)
        if self.score(plain) <= bar:
            return None
        return self.alert(plain)

    def takes_back(self, alert: SafetyAlert, text: str) -> bool:
        """Tell whether the screen's alert of ``text`` (as written) is surely a false one.

        The text as a whole must be calm, and none of its clauses danger by itself.
        """
        plain = load_screen().plain(text)
        calm = self._calm_by_category.get(alert.category, self._calm)
        if not may_be_taken_back(alert, plain) or self.score(plain) >= calm:
            return False
        # 我家厨房着火了，身份证丢了怎么补办: an errand beside it does not talk a danger down.
        return all(self._danger(grams(clause)) < _SURELY for clause in _CLAUSE.findall(plain))

    def alert(self, plain: str) -> SafetyAlert:
        """Return the careful card of the likeliest line."""
        line = self.line(plain)
        return SafetyAlert(line, _NAME, f"{_FIRST[line]}\n{_LAST}", CATEGORY)

    def _danger(self, found: set[str]) -> float:
        weight = squares = 0.0
        for gram in found:
            if (row := self._grams.get(gram)) is not None:
                weight += row[0] * row[1]
                squares += row[0] * row[0]
        return self._bias + weight / (math.sqrt(squares) or 1.0)


def may_be_taken_back(alert: SafetyAlert, plain: str) -> bool:
    """Tell whether the second look may judge the screen's alert of a text (plain)."""
    return alert.category not in _NEVER_TAKEN_BACK and len(plain) >= _ENOUGH_SAID


def grams(plain: str) -> set[str]:
    """Return the character n-grams of a text."""
    return {plain[i : i + n] for n in GRAM_LENGTHS for i in range(len(plain) - n + 1)}


def windows(plain: str) -> Iterator[str]:
    """Yield a text in parts of some sentences, so that a long story does not drown a cry."""
    if len(plain) <= _WINDOW:
        yield plain
        return
    part = ""
    for piece in _pieces(plain):
        if part and len(part) + len(piece) > _PART:
            yield part
            part = ""
        part += piece
    yield part


def _pieces(plain: str) -> Iterator[str]:
    for match in _PIECE.finditer(plain):
        for start in range(0, len(match[0]), _WINDOW):
            yield match[0][start : start + _WINDOW]


def load_second_look_of(file: Path) -> SecondLook:
    """Read weights.

    Raises:
        ScreenDataError: the file is missing or not what the trainer writes.
    """
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        return SecondLook(_Weights.model_validate(raw))
    except (OSError, ValueError, ValidationError) as error:
        raise ScreenDataError(file.name, error) from error


@lru_cache(maxsize=1)
def load_second_look() -> SecondLook:
    """Read the packaged weights, once."""
    return load_second_look_of(DATA)


def second_look(text: str) -> SafetyAlert | None:
    """Return whom to call when ``text`` (raw) looks like danger; never raises on any text."""
    return _PACKAGED.look(text)


def find_danger(text: str) -> SafetyAlert | None:
    """Return whom to call now: what the screen says, else what the second look suspects.

    Nobody where the second look takes back what the screen says: it is calmer then than any text
    in danger was to weights that had not learnt its writer. Only the first 2,000 characters are
    read. Never raises on any text.
    """
    alert = screen(text)
    if alert is None:
        return second_look(text)
    return None if _PACKAGED.takes_back(alert, text) else alert


_PACKAGED = load_second_look()  # at import, as the screen
