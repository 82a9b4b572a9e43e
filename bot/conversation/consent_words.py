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
# Anywhere in a message, and not denied: 「火灭了，刚才那个投诉继续吧」.
_TO_GO_ON = re.compile(
    r"(?<![不别必用需要想])(?:继续|接着)(?!教育)|还(?:是)?(?:要|得|想)(?:接着|继续)?(?:报|投诉|登记|反映|举报|提交)|照(?:样|旧|常)(?:报|投诉|登记|反映|举报|提交)"
)
_CLAUSE = re.compile(r"[，,。；;！!、~～…\s]+")
# A clause that is made of such words alone says yes, however many there are.
_YES = re.compile(
    r"(?=.*(?:嗯|恩|好|行|对|是|系|中|可以|要得|无误|正确|确认|确定|属实|同意|妥|得|成|错|问题|毛病|ok|yes|交|登记|报|办|这样|这么))"
    r"(?:嗯|恩|唔|哦|噢|好|行|对头|对|是|系|中|要得|可以|没(?:有|得|啥|什么|毛)?(?:错|问题|毛病)|莫得问题|正确|无误|"
    r"确认|确定|属实|同意|妥|得|成|ok|okay|yes|提交|登记|上报|递交|报上去|交上去|报|交|办|就?(?:是)?这样|就?这么|"
    r"如此|按这个?|这个|这下|甚好|挺好|很好|请|予以?|帮我|给我|那|就|你|您|现在|都|全|完全|了|啦|嘞|咯|啊|呀|哈|吧|嘛|呗|的|哒|滴|噻|哩|一下)+",
    re.IGNORECASE,
)
# Says nothing that has to be taken down: thanks, haste, that there is nothing more.
_COURTESY = re.compile(
    r"(?:太|非常|真的?|多)?(?:谢谢|感谢|谢|麻烦|辛苦|劳驾|有劳|拜托|费心)(?:了|啦|咯|啊|哈|你们?|您|各位|小?(?:姑娘|伙子|同志|师傅|老师|姐|哥|妹))*|"
    r"(?:你们?|您|给我|就|要|一定)*(?:赶紧|赶快|快点?|尽快|抓紧|早点|搞快)(?:点|些|处理|解决|办|来人|修|弄|吧|啊|哈)*|"
    r"(?:就|我)?(?:这些|这么多|这个|没(?:有|得)?(?:别的|其他|啥|什么)?(?:要)?(?:补充|说|改|加)?)(?:了|事了|的)?(?:吧|啊|呀)?|(?:不用|不必|没啥)改了?"
)
_TAIL = re.compile(
    r"(?:太|非常|真|多)?(?:谢谢|感谢|麻烦|辛苦).{0,8}$|(?:快点?|赶紧|赶快|尽快|抓紧).{0,4}$"
)
# Changes, adds or puts off: no mere remark.
_HINDERS = re.compile(
    r"[?？\d\[]|不过|但|改|换|错|不是|不对|还有|另外|再|补充|加上|加一|漏|少|等(?!着)|先|别|算了|取消|撤|只是|就是|应该|吗|呢$|哪|怎么|什么|谁|几"
)
_REMARK = 14  # characters


def affirms(text: str, *, refused: bool = False) -> bool:
    """Whether a message is nothing but a yes; ``refused``: the phone, and it may be said again."""
    clauses = [one for one in _CLAUSE.split(text.strip()) if one]
    said = [one for one in clauses if not (refused and REFUSES_CONTACT.search(one))]
    return bool(said) and all(_AFFIRMS.match(one) for one in said)


def agrees(text: str) -> str | None:
    """Return what a yes says beside itself: 「可以，你们要保护我」; ``None`` where it is none.

    Thanks, haste and 「没别的了」 count for nothing; what changes the appeal is no mere remark.
    """
    clauses = [_TAIL.sub("", one) or one for one in _CLAUSE.split(text.strip()) if one]
    yes = [one for one in clauses if _YES.fullmatch(one)]
    beside = [one for one in clauses if one not in yes and not _COURTESY.fullmatch(one)]
    remark = "，".join(beside)
    if not yes or len(remark) > _REMARK or _HINDERS.search(remark):
        return None
    return remark


def says_only_courtesy(text: str) -> bool:
    """Whether a message is thanks, haste or 「没别的了」 and nothing else."""
    return all(_COURTESY.fullmatch(one) for one in _CLAUSE.split(text.strip()) if one)


def registers(text: str) -> bool:
    """Whether a message asks that what was said be taken down, and says nothing more."""
    return _REGISTERS.match(text.strip()) is not None


def goes_on(text: str) -> bool:
    """Whether the appeal is to go on after what came between: 「火灭了，刚才的投诉还要报」."""
    return _TO_GO_ON.search(text) is not None


def without_return(text: str) -> str:
    """Return what is said beside a return to the appeal: 「继续刚才的投诉，……」."""
    return _GOES_ON.sub("", text.strip())
