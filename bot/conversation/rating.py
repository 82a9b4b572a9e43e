"""What rates the last answer, where a channel has no buttons for it (有用 / 没帮到我)."""

import re

_END = r"[吧了啊呢哦的滴呀]*[。.!！~～]*$"
_NOT_HELPED = re.compile(
    r"^(?:这|你|你们|您|还是|都|根本|完全|并|一点|也)*"
    r"(?:没有?(?:能)?(?:帮到我?|帮上忙?|帮助)|没有?解决(?:我的)?(?:问题)?|没有?用|"
    r"答非所问|答错|答得?不对|回答?得?不对|不是我(?:要|想)问的)" + _END
)
_HELPED = re.compile(r"^(?:很|挺|非常|太)?(?:有用|有帮助|帮到我|帮上忙|解决)" + _END)


_SATISFIED = re.compile(
    r"^(?:我|很|挺|非常|十分|比较|特别|还算?|基本)*(?:满意|好评|不错|挺好|可以|很好|好得很|没(?:得)?说|还行|行|好|[45五四][分星]|满分|10分|100分)"
    + _END
)
_DISSATISFIED = re.compile(
    r"^(?:我|很|太|非常|十分|一点[也都]|特别)*(?:不满意|不太?满意|不行|不好|差评?|很差|太差|一般般?|不怎么样|[0-3零一二三][分星])"
    + _END
)


def rates_service(text: str) -> bool | None:
    """Return whether an answer to "how was it" is content; ``None``: it is none."""
    said = text.strip()
    if _DISSATISFIED.match(said) or rates(said) is False:
        return False
    return True if _SATISFIED.match(said) or rates(said) is True else None


def rates(text: str) -> bool | None:
    """Return whether the words say that an answer helped; ``None``: they do not rate.

    Whole sentences only: a question that merely contains such words stays a question.
    """
    said = text.strip()
    if _NOT_HELPED.match(said):
        return False
    return True if _HELPED.match(said) else None
