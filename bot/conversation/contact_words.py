"""Whether who is asked for a telephone number gives one, gives none, or will not."""

import re

from bot.conversation.correcting import REFUSES_CONTACT
from bot.conversation.schemas import Heard

_WITHHOLDS = re.compile(
    r"(?:不|别|甭|莫|勿|休)(?:想|愿意?|方便|用|要|敢|再)?(?:跟我|向我|找我)?(?:留|给|提供|填|登记|问|要)(?:我的?)?(?:电话|号码|手机|联系方式|姓名)|"
    r"(?:电话|号码|手机号?|联系方式)(?:我|就|也|都|暂时|先|还是)*(?:不|别)(?:太|大)?(?:想|愿意?|方便|用|要|敢|了)*"
    r"(?:留|给|提供|填|登记|写|说|告诉|公开)|"
    r"(?:不用|不要|不必|不需要|无需|别)(?:再|给|打电话)*(?:联系|回访|找)我|(?:不用|不要|不必|别)(?:给我)?(?:回|打)电话"
)
# Asked for a number: none to give, or none that is known by heart.
_HAS_NO_CONTACT = re.compile(
    r"不消|别管我是谁|(?:不用|不要|不必|无需|别)(?:再|给|来)*(?:回|回复|答复|通知)我|(?:甭|莫|勿|休|懒得)[^，,。]{0,5}(?:留|给|要|问|提供|填|写)|没得?(?:啥|什么)?必要|没有必要|免了|跳过|没得(?:电话|手机|号)|不会用手机|不(?:大|太|怎么)?(?:愿意?|想|敢|好)(?:给|说|留)|"
    r"留(?:它|这个|电话)?(?:来)?(?:干啥|干嘛|做啥|做什么|干什么)[呀啊嘛]?[，,]?(?:不|免)"
)
_FORGOT = re.compile(r"(?:记|想)不(?:得|起|清|住|到)|不记得|忘(?:了|记)|不晓得|不知道|不清楚")
_NUMBER_WORD = re.compile(r"电话|号码|手机|联系")
_SHORT = 8  # characters


def withholds(text: str) -> bool:
    """Whether a message refuses to give a phone or a name, asked or not."""
    return _WITHHOLDS.search(text) is not None


def gives_contact(text: str, heard: Heard) -> bool:
    """Whether a message answers the question for a contact, by number or by refusal."""
    return heard.phone is not None or refuses_contact(text)


def refuses_contact(text: str) -> bool:
    """Whether who is asked for a number gives none."""
    if REFUSES_CONTACT.search(text) or _HAS_NO_CONTACT.search(text):
        return True
    of_number = _NUMBER_WORD.search(text) is not None or len(text) <= _SHORT
    return of_number and _FORGOT.search(text) is not None
