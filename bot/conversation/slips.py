"""Words as the patterns know them: 「头诉」 is 「投诉」, 「唔留」 is 「不留」.

Slips of the keys: only in words that name an act, and only spellings that are no words
themselves; what is meant by everything else that is mistyped, retrieval finds by its sound.
Cantonese: the small words alone, which turn a sentence round (唔, 冇) or hold it together.
"""

import re

_SLIPS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"(?:头|偷|透)(?:诉|述|拆)|投(?:述|素|拆|溯|肃)|(?i:tou)诉|投(?i:su)|(?i:\btousu\b)"
        ),
        "投诉",
    ),
    (re.compile(r"(?:举|具|巨|聚)(?:暴|抱|爆)|(?:具|巨)报|(?i:ju)报|举(?i:bao)"), "举报"),
    (re.compile(r"转(?:人公|人共|仁工|任工)|转(?i:rengong)"), "转人工"),
    (re.compile(r"不流(?=[，,。！!\s]*$|电话|号码|手机|联系)"), "不留"),
    (re.compile(r"(?<=没)问提|(?<=没有)问提|没闻题"), "问题"),
    (re.compile(r"(?<![工动操合劳写制])作(?=[天晚夜日])"), "昨"),
    (re.compile(r"反(?:硬|印|影)(?=一下|个|问题|情况)"), "反映"),
)

_CANTONESE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(said), word)
    for said, word in (
        ("唔该", "麻烦"),
        ("得唔得", "行不行"),
        ("唔使", "不用"),
        ("唔系", "不是"),
        ("唔(?=[\u4e00-\u9fff])(?!唔|对|好的|是)", "不"),
        ("冇", "没有"),
        ("佢哋", "他们"),
        ("(?<=[我你])哋", "们"),
        ("佢", "他"),
        ("嗰", "那"),
        ("喺", "在"),
        ("咗", "了"),
        ("俾|畀", "给"),
        ("嘅|啲", "的"),
        ("乜嘢", "什么"),
        ("边度", "哪里"),
        ("好嘈", "很吵"),
    )
)


def put_right(text: str) -> str:
    """Return a text with the words that name an act as they are written."""
    for slip, word in (*_SLIPS, *_CANTONESE):
        text = slip.sub(word, text)
    return text
