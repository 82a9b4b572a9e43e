"""Courtesies (客套话) in many voices: a message that holds nothing but thanks, 明白了 or goodbye.

Read word by word: each must be one of those below, so that 「谢谢，那要多少钱」 stays a question
and 「谢谢小李帮我补的证」 a commendation.
"""

import re
from typing import Final

from bot.conversation.schemas import Act

_LONGEST: Final = 36  # characters: more says something besides
_THANKS: Final = (
    r"(?:谢+|多谢|感谢|感激|感恩|道谢|谢过|致谢|唔该晒?|唔該晒?|多謝晒?|謝謝|拜谢|承情|thx|thanks|thankyou|3q)"
    r"(?:(?:你|您|侬|恁|你们|您们|各位|大家)?(?:的)?(?:耐心|热心|详细|及时)?(?:地)?"
    r"(?:帮忙|帮助|解答|回答|讲解|指点|提醒|告知|告诉我?|指路|支持|理解|服务|解释))?"
)
# A request as well, unless it is over: 「麻烦你」 asks, 「麻烦你了」 thanks.
_TROUBLED: Final = (
    r"(?:麻烦|辛苦|劳烦|劳驾|有劳|难为|打扰|打搅|叨扰|费心|受累|耽误)(?:你|您|侬|恁|大家|你们|您们)*(?:了|啦|咯|喽|嘞)|"
    r"(?:让|给|叫)(?:你|您|你们)(?:费心|受累|添麻烦|添乱)(?:了|啦|咯)|多亏(?:了)?(?:你|您)|(?:帮|解决)了?(?:我)?(?:个|的)?大(?:忙|问题)(?:了|啦)?"
)
_UNDERSTOOD: Final = (
    r"(?:搞|弄|听|看|问|整|讲)?(?:明白|清楚|懂|清爽|灵清)(?:了|啦|咯|喽|嘞|哉|咧)|"
    r"(?:知道|晓得|了解|了然|收到|记住|记下|记到|记好|有数|有谱|学会|学到|知|明|清楚)(?:了|啦|咯|喽|嘞|哉|咧|咗)|"
    r"收到|了解|明白|晓得|(?:心里|心头)有(?:数|底)(?:了|啦)?|问完(?:了|啦)|(?:没|冇)(?:有)?(?:别的|其他|其它|啥)?(?:疑问|问题|要问的)(?:了|啦)?"
)
_BYE: Final = (
    r"再见|再會|再会|拜+|88+|8{2,}|bye+|byebye|回见|回聊|下回见|改天(?:再)?聊|后会有期|晚安|"
    r"(?:下次|下回|回头|以后|改天)?(?:有(?:事|问题|需要)|不懂的?)?(?:下次|下回|回头|以后|我)?再(?:来)?(?:问|找|聊|联系|请教|咨询)(?:你|您|你们)?|"
    r"(?:先)?挂(?:了|啦)|不聊了|不(?:打扰|耽误|耽搁|占用)(?:你|您|你们)?(?:时间|忙)?(?:了|啦)|"
    r"(?:你|您|你们)?(?:先)?(?:忙|去忙)(?:你的?|您的?)?吧|祝(?:你|您)?(?:工作|生活|万事|一切|身体)?(?:顺利|愉快|开心|如意|健康|平安)|"
    r"(?:没|冇)(?:有)?(?:别的|其他|其它|啥|什么)?(?:事|事情|事儿)(?:了|啦)|(?:先|就)(?:到)?这(?:样|里|儿|么着)(?:了|吧)?|"
    r"我?(?:这就|就|先|马上)去(?:办|跑一趟|准备|弄)(?:了|啦)?"
)
_ADDRESS: Final = (
    r"小?同志(?:们)?|(?:小|大|老)?(?:师傅|老师|哥哥?|姐姐?|妹妹?|弟弟?|伙子?|伙儿|姑娘|兄弟|妹子|姨|爷|叔|婶|嫂|朋友|伙伴)|"
    r"大兄弟|大妹子|小姑娘|姑娘|闺女|妹子|美女|帅哥|靓仔|靓女|亲|亲爱的|同学|领导|机器人|小?助手|小?客服|阿姨|老乡|伙计|"
    r"12345|热线|后生仔?|小囡|师父|老板|工作人员|话务员|接线员"
)
_PRAISE: Final = (
    r"(?:你|您)?(?:讲|说|答|回答|解释|服务|态度|人)(?:得|的)?(?:也|都|真|很|挺|蛮|特别|非常|这么|好)*"
    r"(?:好|清楚|明白|耐心|热心|仔细|周到|详细|到位|在行|专业)|帮上(?:大)?忙(?:了|啦)?|(?:太|真|很|挺)?(?:有用|管用|贴心|靠谱)"
)
_BETWEEN: Final = (
    r"好(?:的|嘞|咧|哒|滴|啊|吧|了|呀|哩)*|行|嗯+|恩|唔|哦+|噢+|喔+|诶|欸|哎|唉|呃|额|ok|okay|中|要得|得|成|可以|没问题|没毛病|"
    r"原来(?:是)?(?:这样|如此)|这(?:下|回|样|么)|那|就|先|都|也|全|总算|终于|大概|基本|差不多|很|太|真|真是|真的|确实|实在|"
    r"非常|十分|特别|万分|灰常|可|大大|你|您|侬|恁|你们|您们|我|俺|咱|阿拉|们|各位|大家|了|啦|啊|呀|哈+|呵+|吧|嘛|喽|咯|咧|哟|呐|嘞|勒|哩|"
    r"的|地|一下|啵|哇|呢|嘿+|晒|嗷|呗|么么哒|[👌👍🙏🌹😊❤]"
)
_WORD: Final = re.compile(
    "|".join(
        f"(?P<{name}>{words})"
        for name, words in (
            ("thanks", _THANKS),
            ("troubled", _TROUBLED),
            ("bye", _BYE),
            ("understood", _UNDERSTOOD),
            ("praise", _PRAISE),
            ("address", _ADDRESS),
            ("between", _BETWEEN),
        )
    ),
    re.IGNORECASE,
)
_SIGNS: Final = re.compile(r"[\s，。！、~～…,.!;；:：\ufe0f]+")


def courtesy(text: str) -> Act | None:
    """Return ``THANKS`` or ``GOODBYE`` where all the words are courtesies; ``None``: they are not.

    A bare 「好的」 is none: it may answer something.
    """
    said = _SIGNS.sub("", text)
    if not said or len(said) > _LONGEST:
        return None
    heard: set[str | None] = set()
    at = 0
    while at < len(said):
        word = _WORD.match(said, at)
        if word is None:
            return None
        heard.add(word.lastgroup)
        at = word.end()
    if "bye" in heard:
        return Act.GOODBYE
    return Act.THANKS if heard & {"thanks", "troubled", "understood"} else None
