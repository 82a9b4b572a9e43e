"""Whether a message asks how an appeal of before is coming along."""

import re

from bot.conversation.progress import named_ticket
from bot.conversation.schemas import Slot, Turn
from retrieval.several import is_question

_ASKS_PROGRESS = re.compile(
    r"进度|进展|单号|编号|查询码|(?:办|处理|解决)(?:理)?(?:到哪|[得的](?:怎么样|咋样|如何))|处理怎么样|(?:投诉|举报|反映|诉求|工单).{0,8}"
    r"(?:结果|回复|答复|怎么样|咋样|到哪|处理了?没|办了?没|有没有)|(?:有|没)(?:结果|回复|答复|下文)|到哪一?步|(?:搞|弄|查)[得的](?:怎么样|咋样|如何)|"
    r"动静|音信|音讯|回音|石沉大海|(?:什么时候|啥时候|哪天|几时|几号|多久)(?:能|可以|才|会)*(?:给我?|来个?|有)?个?"
    r"(?:回话|回复|答复|回音|消息|结果|信儿?|说法)"
)
# Of what one told earlier nothing was heard: short, and not a new account of it.
_HEARD_NOTHING = re.compile(
    r"(?:投诉|举报|反映|反应|报|说|提|登记)(?:的|过|了|那)[^，,。]{0,10}?(?:事|问题|情况|诉求|工单|件)?.{0,10}"
    r"(?:动静|音信|音讯|消息|下文|回音|回复|答复|回话|结果|石沉大海|反馈)|"
    r"(?:昨天|前天|前几天|上[个周星礼月次回]|之前|早就).{0,5}(?:投诉|举报|反映)[^，,。]{2,14}[，,]?(?:到现在|至今|一直|到今天|还)"
    r"(?:都|还|是)*没(?:有)?(?:人|谁)?.{0,4}(?:回话|回复|答复|联系|消息|结果|音信|动静)|"
    r"(?:投诉|举报|反映|反应|报|说|提)(?:过|了)?的(?:那个|那件)?(?:事儿?|问题|情况|东西).{0,8}没(?:有)?(?:人|谁|哪个|得人)?.{0,3}(?:理|管|处理|解决|联系|问)"
)
_NEW_ACCOUNT = re.compile(r"又|再次|还在|现在更")
_HAS_NONE = re.compile(r"没有|没记|忘|不记得|记不|找不到|丢了|不知道|不清楚")
_TICKET = 40  # characters: a number, its code, and little else
_BRIEF = 24  # characters: a request, not an account


def asks_progress(text: str) -> bool:
    """Whether a text has words that ask for progress."""
    return _ASKS_PROGRESS.search(text) is not None


def is_progress(turn: Turn) -> bool:
    """Whether a number, a code, or that there is none, answers what progress is asked of."""
    text, state = turn.text.strip(), turn.state
    named = named_ticket(text)
    if named.number and len(text) <= _TICKET:
        return True
    if asks_what_became(turn):
        return True
    if state.asks is not Slot.TICKET_NO:
        return False
    has_none = _HAS_NONE.search(text) is not None and not is_question(text)
    return has_none or bool(named.number or (state.ticket_named and named.code))


def asks_what_became(turn: Turn) -> bool:
    """Whether news is asked of what was told before: 「我上周反映的事怎么没动静」."""
    text, state = turn.text.strip(), turn.state
    if len(text) > _BRIEF or turn.heard.district is not None or _NEW_ACCOUNT.search(text):
        return False
    own = state.last_ticket_no is not None and state.focus is None
    return _HEARD_NOTHING.search(text) is not None or (own and asks_progress(text))


def looks_up(turn: Turn) -> bool:
    """Whether progress is asked for while another appeal is taken down."""
    text = turn.text
    known = turn.state.last_ticket_no is not None and asks_progress(text)
    return named_ticket(text).number is not None or (known and len(text) <= _BRIEF)
