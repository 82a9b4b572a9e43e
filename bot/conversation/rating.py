"""What rates the last answer, where a channel has no buttons for it (有用 / 没帮到我)."""

import re

_END = r"[吧了啊呢哦]?[。.!！~～]*$"
_NOT_HELPED = re.compile(
    r"^(?:这|你|你们|您|还是|都|根本|完全|并|一点|也)*"
    r"(?:没有?(?:能)?(?:帮到我?|帮上忙?|帮助)|没有?解决(?:我的)?(?:问题)?|没有?用|"
    r"答非所问|答错|答得?不对|回答?得?不对|不是我(?:要|想)问的)" + _END
)
_HELPED = re.compile(r"^(?:很|挺|非常|太)?(?:有用|有帮助|帮到我|帮上忙|解决)" + _END)


def rates(text: str) -> bool | None:
    """Return whether the words say that an answer helped; ``None``: they do not rate.

    Whole sentences only: a question that merely contains such words stays a question.
    """
    said = text.strip()
    if _NOT_HELPED.match(said):
        return False
    return True if _HELPED.match(said) else None
