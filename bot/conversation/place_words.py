"""Where it is, as far as a message says: any such place, a closer one, none at all."""

import re

from bot.conversation.correcting import WHOLE_PLACE, is_district, within_district
from bot.conversation.schemas import AppealDraft, Heard

_BESIDE_A_PLACE = 4  # characters of a message that names a place and nothing else
# Any such place: where it is has still to be said.
_VAGUE_PLACE = re.compile(
    r"(?:在|就在|是|我们?|咱们?|这|那|我家|自己|一个|有个|某个?|的|个)*"
    r"(?:工地|小区|学校|医院|楼下|楼上|家里?|门口|路边|路上|马路(?:上|边)?|公园|单位|公司|厂里?|商场|超市|菜市场|饭店|餐馆|"
    r"附近|这里|那里|这边|那边|这儿|外面|村里|村子|隔壁|对面|院子)(?:里面?|头|门口|附近|旁边|那边|上)*[啊呀呢嘛。]*"
)
# No answer to the question where: 「哎呀我也说不好」
_NO_PLACE = re.compile(r"算了|[我你您他她它]|怎么|什么|[吗呢][?？]?$|不|没|烦|[?？]|臭|吵|坏|漏")
# Nobody sees where who writes is: 「就我现在站的地方」
_WHERE_I_AM = re.compile(
    r"我.{0,4}(?:站|待|呆|坐|在|住)的?(?:这|那)?个?(?:里|儿|地方|位置)[啊呀吧。]*$"
)
_PLACE_HINT = re.compile(
    r"[路街巷道号栋幢楼室村镇乡桥区县市园店厂站校院场城府苑庭湾寨坝坡队组]|门口|旁边|附近|对面|隔壁|家|里面|这边|那边|网上"
)
_ROUGHLY = re.compile(r"(?:那边|这边|一带|附近|周边|那一片|那块)$")
_WHOSE = re.compile(r"^(?:在|就在|是|我们?|咱们?|这|那|自己|一个|有个|某个?|的|个)+")


def tells_no_place(text: str) -> bool:
    """Whether an answer to the question where names nothing that could be one."""
    if _WHERE_I_AM.search(text):
        return True
    return _NO_PLACE.search(text) is not None and not hints_at_place(text)


def hints_at_place(text: str) -> bool:
    """Whether a text holds a word that places are named with."""
    return _PLACE_HINT.search(text) is not None


def is_vague(where: str) -> bool:
    """Whether a place is any of its kind: 「工地」, 「我们小区」."""
    return _VAGUE_PLACE.fullmatch(where.strip()) is not None


def closer(said: str, where: str) -> str:
    """Return the place just named, with what was said of it before."""
    kind = _WHOSE.sub("", where)
    return said if kind in said or not kind else f"{said}{kind}"


def placed(draft: AppealDraft, text: str, heard: Heard) -> str | None:
    """Return where it is, after one more message."""
    where, named = draft.where, heard.place
    if where is None or named is None or named in where:
        return where or named
    if is_vague(where):
        return closer(named, where)
    closer_by = _ROUGHLY.search(where) is not None and len(text.strip()) <= WHOLE_PLACE
    if closer_by and heard.district in {None, draft.district}:
        return named  # 「东桥那边」, and then 「东桥花苑后门」
    only_a_place = len(text.strip()) - len(named) <= _BESIDE_A_PLACE
    if heard.district is None or draft.district is not None or not only_a_place:
        return where
    # What was taken for a place so far lies nowhere we know: the new name says where.
    if is_district(named):
        return within_district(named, where)
    return f"{named}{where}"
