"""Words of the regions that ask, put into those that everybody uses.

Only where the words as they were said lead to no guide.
"""

import re

_PLAIN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"几钱|几多钱|好多钱|几多银纸|几铜钿|多少铜钿|几块钿", "多少钱"),
        (r"几耐|几久|好长时间|多长(?:辰光|时候)|多少(?:辰光|工夫)|几长时间", "多久"),
        (
            r"好久(?=[要能可会换才得到办拿下]|[^，。]{0,2}一[次回])|(?<=[要用管得])好久|好久(?=[？?]?$)",
            "多久",
        ),
        (
            r"[系是喺去在搁佇到]?(?:边度|边处|啥地方|哪点|哪凼|哪块儿?|[哪啥](?:旮旯|嘎达|旮)|佗位|阿里搭)",
            "在哪里",
        ),
        (r"(?:啥子|么子|咩|乜嘢?|啥)(?:样的?)?人", "什么人"),
        (r"啥辰光|啥前儿|几时|多咱|多会儿", "什么时候"),
        (r"啥子|么子|咩嘢|乜嘢|么事|啥玩意儿?|咩(?=[一-鿿])", "什么"),
        (r"[阿俺]拉|伲", "我们"),
        (r"伊拉(?!克)|佢哋", "他们"),
        (r"哪能(?=[办弄搞报])", "怎么"),
        (r"点样|点算|点办|咋个整|啷个整|咋个弄|啷个弄|哪能办|咋弄哩", "怎么办"),
        (r"得不得行|得行不|得行吗|中不中|成不成|得唔得|来[三噻赛]伐", "可以吗"),
        (r"使唔使", "要不要"),
        (r"唔使", "不用"),
        (r"[㗎咗嘅嘞噻]|[撒哩]$", ""),
    )
)


def plainly(text: str) -> str:
    """Return ``text`` in common words; the same text where it has none of the others."""
    for pattern, plain in _PLAIN:
        text = pattern.sub(plain, text)
    return text
