"""What a question says that it does not mean: 「身份证不是补办，是换证」."""

import re
from dataclasses import dataclass

_PHRASE = r"[^，,。！!？?；;\n]{1,14}?"
_TAIL = r"(?:[的啊哈哦哟呀嘛噢呢啦]|那个|那种|这个|了)*"
# 「不是补办，是换证」「不是要补，我要换」; 「是不是」 and 「不是……吗」 ask, and deny nothing.
_NOT_BUT = re.compile(
    rf"(?<!是)(?:并|可)?不是(?:要|想|问|说|办)?(?P<not>{_PHRASE})(?<![吗么吧]){_TAIL}[，,、 ]"
    r"(?:而|我|我们|就)?(?:是(?:要|想|问|说)?|(?:要|想|问)(?:的是)?|只(?:要|想))(?P<but>)"
)
# 「我问的是换证，不是补办」
_BUT_NOT = re.compile(
    rf"(?<=[^，,。！!？?；;\n])[，,](?:可|并|我)?(?<!是)不是(?:要|想|问|说|办)?(?P<not>{_PHRASE})"
    rf"{_TAIL}(?=[，,。！!；;\n]|$)"
)
# 「不想补办，想换证」
_WANTS_NOT = re.compile(
    rf"(?:不想|不要|不办|别给我)(?P<not>{_PHRASE}){_TAIL}[，,、 ]"
    r"(?:我|我们|就|只)?(?:是)?(?:要|想|办)(?P<but>)"
)
# 「我不是要补办身份证」, and nothing else
_DENIES = re.compile(
    rf"^(?:我|我们)?不是(?:要|想|问|说)(?P<not>{_PHRASE})(?<![吗么吧]){_TAIL}[。！!]?$"
)
_CLAUSE_BEFORE = re.compile(r"[^，,。！!？?；;\n]*$")


@dataclass(frozen=True, slots=True)
class Contrast:
    """A question without what it denies, and the question that it says it is not."""

    kept: str  # empty where it only denies
    excluded: str


def contrast_of(text: str) -> Contrast | None:
    """Return what ``text`` means and what it does not; None where it denies nothing.

    Args:
        text: normalised.
    """
    if (only := _DENIES.search(text)) is not None:
        return Contrast("", only["not"])
    for pattern in (_NOT_BUT, _WANTS_NOT, _BUT_NOT):
        if (found := pattern.search(text)) is None:
            continue
        before = text[: found.start()]
        kept = before + text[found.end() :]
        about = _CLAUSE_BEFORE.search(before)
        subject = about[0] if about and pattern is not _BUT_NOT else ""
        return Contrast(kept.strip("，, "), f"{subject}{found['not']}")
    return None
