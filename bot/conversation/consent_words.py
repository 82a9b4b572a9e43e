"""A mere yes, a wish to have it written down, a return to what was being taken down."""

import re

from bot.conversation.correcting import REFUSES_CONTACT

_AFFIRMS = re.compile(
    r"^(?:确认|确定|对|对的|是|是的|没问题|没错|好|好的|可以|行|嗯+|提交|正确|没有问题|就(?:是)?这样|这[回次下](?:都|全)?对|ok|OK)"
    r"(?:了|啊|吧|呀|哦|噢|提交|登记|交|报)*[。！!~]*$|"
    # all of it is right: 「以上信息无误」
    r"^(?:以上|上述|上面|这些|所有|全部|信息|内容|情况|写|记|说|讲|得|的|都|全|也)*(?:无误|属实|没错|正确|准确|齐全|没(?:有)?问题)(?:的|了|啊|呀)*[。！!~]*$|"
    # what is wanted done: 「赶紧报上去」, 「请予登记」
    r"^(?:请|就|那|那就|你|您|你们|赶紧|赶快|快点?|马上|尽快|给我|帮我|替我|麻烦|可以|行|好|予以?|往)*"
    r"(?:提交|登记|上报|递交|报|交|递|转|办|送)(?:上去|过去|上|去|了|吧|啊|呀|嘛|就行|就好|即可|一下|下)*[。！!~]*$|"
    r"^(?:中|成|妥|得|管|要得|没得问题|莫得问题|木问题|冇问题|欧了|好(?:嘞|滴|咧|的呢)|阔以|闷得)(?:了|啊|呀|嘛|吧)*[。！!~]*$"
)
_REGISTERS = re.compile(
    r"^(?:那|就|那就|你|您|请|麻烦|帮我|给我|替我|可以|好|好的|行)*[，,]?(?:帮我|给我)?登记(?:吧|一下|下来|上去|了)*[。!！]*$"
)
# Back from an interruption: 「继续刚才的投诉，……」
_GOES_ON = re.compile(
    r"^(?:好的?|行)?[，,]?(?:那就?|我们?|咱们?)?(?:继续|接着|回到)(?:说|填|登记|办|报)?(?:刚才|刚刚|之前|前面|上面)?"
    r"(?:的|那个|那件)?(?:投诉|举报|登记|诉求|求助|建议|表扬|反映|事儿?|话题)?(?:吧|哈)?(?:[，,。！!\s]+|$)|"
    r"^(?:(?:好的?|行|那|已经|我|刚|都)*(?:打|报)(?:了|过|完)?(?:电话|警|1[12][0-9])(?:了|过了|的)*[，,。！!\s]+)?"
    r"(?:现在|先|再|那|就|我们?|还是|接着|继续)*(?:说说|讲讲|说一?下|聊聊)(?:刚才|那个|另外|那件)*[^，,。]{0,8}的?(?:事儿?|问题|情况)吧?(?:[，,。！!\s]+|$)"
)
_CLAUSE = re.compile(r"[，,。；;\s]+")


def affirms(text: str, *, refused: bool = False) -> bool:
    """Whether a message is nothing but a yes; ``refused``: the phone, and it may be said again."""
    clauses = [one for one in _CLAUSE.split(text.strip()) if one]
    said = [one for one in clauses if not (refused and REFUSES_CONTACT.search(one))]
    return bool(said) and all(_AFFIRMS.match(one) for one in said)


def registers(text: str) -> bool:
    """Whether a message asks that what was said be taken down, and says nothing more."""
    return _REGISTERS.match(text.strip()) is not None


def without_return(text: str) -> str:
    """Return what is said beside a return to the appeal: 「继续刚才的投诉，……」."""
    return _GOES_ON.sub("", text.strip())
