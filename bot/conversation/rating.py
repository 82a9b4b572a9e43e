"""What rates the last answer, where a channel has no buttons for it (有用 / 没帮到我)."""

import re

from bot.conversation.schemas import Turn
from retrieval.several import is_question

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

_PRAISES_US = re.compile(
    r"^(?:哎呀?|嗯|哇|谢谢)*[，,]?(?:(?:你|您|你们)(?:这个|这)?(?:小)?(?:助手|机器人|智能客服|热线|系统|平台)?|"
    r"(?:这个|这|小)(?:小)?(?:助手|机器人|智能客服|热线)|12345)"
    r"(?:可|还|真的?|挺|蛮|好|很|太|回答得?|说得|办事|服务|态度)*(?:好用|不错|棒|厉害|贴心|给力|聪明|耐心|靠谱)|"
    r"(?:给|打)(?:你们?|您|个)*(?:好评|五星|满分|一百分|100分|5分)"
)
_BRIEF = 24  # characters


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


def praises_us(turn: Turn) -> bool:
    """Whether it is this assistant that is praised: a rating, nothing to be passed on."""
    text, heard = turn.text.strip(), turn.heard
    named = heard.place is not None or heard.when is not None
    short = len(text) <= _BRIEF and not is_question(text)
    return not named and short and _PRAISES_US.search(text) is not None
