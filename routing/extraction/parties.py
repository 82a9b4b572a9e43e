"""Organisations and businesses that a text names: 烧烤店, 某某物业公司."""

import re
from collections.abc import Sequence

_ENDINGS = (
    "有限公司|公司|集团|物业|开发商|施工方|施工单位|运营商|中介|平台|工厂|化工厂|养殖场|猪场|砂石场"
    "|采石场|加工厂|修理厂|工地|烧烤店|烧烤摊|火锅店|饭店|餐馆|餐厅|饭馆|菜馆|小吃店|面馆|奶茶店|早餐店"
    "|理发店|美容院|美容店|健身房|培训班|培训机构|辅导班|补习班|幼儿园|托班|驾校|诊所|医院|药店|药房"
    "|超市|便利店|商店|小卖部|门店|网吧|酒吧|KTV|茶室|棋牌室|宾馆|酒店|民宿|旅馆|养老院|敬老院|殡仪馆"
    "|旅行社|4S店|修车店|汽修店|洗车店|快递公司|快递点|驿站|银行|保险公司|律所|律师事务所|学校|小学|中学"
)
_PARTY = re.compile(_ENDINGS)
# Words that stand before a business without being part of its name.
_NOT_NAME = re.compile(
    r".*(?:的|在|了|过|是|被|把|和|与|跟|有|去|到|从|这|那|说|找|给|让|我|你|他|她|们|家|个|某|开|办|小区|花园"
    r"|楼下|楼上|门口|对面|隔壁|旁边|附近|里|里面|外|外面|上|下|内|路|街|巷|天天|每天|晚上|半夜|投诉|举报|反映)"
)
_SHORTEST_PART = 2


def find_parties(text: str, words: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return where parties stand, left to right, as (start, end) in characters.

    Args:
        text: normalised text.
        words: start and end of every word, left to right.
    """
    return [(_begin(text, match.start(), words), match.end()) for match in _PARTY.finditer(text)]


def _begin(text: str, start: int, words: Sequence[tuple[int, int]]) -> int:
    # The word the ending stands in, and the one before it where that can be part of a name.
    at = next((i for i, (a, b) in enumerate(words) if a <= start < b), None)
    if at is None:
        return start
    first = words[at][0]
    if at and words[at - 1][1] == first:
        before = text[words[at - 1][0] : first]
        if len(before) >= _SHORTEST_PART and before.isalnum() and not _NOT_NAME.fullmatch(before):
            first = words[at - 1][0]
    return first
