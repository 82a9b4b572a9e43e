"""Places that no gazetteer knows, by their form: 翠苑小区, 和顺路12号, 李家村, 鑫源大厦.

They tell where without telling in which district; the district stays open.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Endings by the kind that the gazetteer gives to such places; longer endings first.
_ENDINGS: tuple[tuple[str, str], ...] = (
    ("小区", "小区|花园|家园|新村|雅苑|佳苑|名苑|新苑|华庭|家属院|家属区|公寓"),
    ("市场", "农贸市场|批发市场|建材市场|菜市场|市场"),
    ("道路", "大道|大街|路|街|巷|胡同"),
    ("村", "村|寨"),
    ("学校", "幼儿园|中心小学|实验小学|小学|中心校|中学|学院|大学"),
    ("医院", "医院|卫生院"),
    ("商场", "购物中心|大厦|商厦|商城|商场|广场"),
    ("公园", "公园"),
    ("工业", "工业园区?|产业园|化工厂|水泥厂"),
    ("交通", "火车站|客运站|汽车站|地铁站|收费站|服务区|立交桥|大桥|隧道"),
    ("水利", "水库"),
)
_ENDING = re.compile("|".join(f"(?P<k{i}>{ending})" for i, (_, ending) in enumerate(_ENDINGS)))
_STEM = re.compile(r"[\u4e00-\u9fff]{2,6}")
_LONGEST_STEM = {"道路": 3, "村": 3}
# A word with one of the first, and one of the second standing alone, is no part of a name.
_FUNCTION = re.compile(
    r".*[的了着在是有没被把到从往我你他她它们这那哪个条].*"
    r"|[过和与跟去回走进出每各某家条座所些处很太都也又还就才再不给让叫对向为上下里外前后边旁修建堵占开"
    r"关卖买送住找说要想能会请问离距穿沿撒扬满扫抄打追坐几学绕跑封车一两近流顺]"
)
# 马路, 公路, 跑路, 一路, 满街: a word of its own, whatever stands before it.
_SHORT_WORD = 2
_NO_NAME = re.compile("(?:公路|铁路|线路|近路|马路|道路|串巷|堵住.*|一下.*)$")
_NUMBERED = re.compile(r"\d+号")
_NOT_END = re.compile("[牙线面人费程况桩障基]")
# Words before an ending that make no name: any such place, or none at all.
_COMMON = re.compile(
    r"农贸|批发|二手|人才|劳务|劳动力|花鸟|海鲜|水果|蔬菜|高速|步行|商业|小吃"
    r"|美食|柏油|水泥|断头|乡村|农村|主干|公立|私立|民办|公办|重点|附近|隔壁"
    r"|老旧|高档|新建|廉租|安置|回迁|拆迁|城中|整个|所有|其他|大型|连锁|专科"
    r"|综合|三甲|民营|宠物|口腔|技工|职业|高等|全市|全省|本市|当地|自己|住宅"
    r"|居民|封闭|高层|单位|公司|学校|长租|养老|青年|商住|酒店|单身|学生|职工"
    r"|房地产|股票|金融|国际|消费|资本|楼市|车流|交通|市民|露天|城市|市政|文化"
    r"|健身|休闲|儿童|街心|口袋|湿地|森林|小型|高铁|长途|跨海|跨河|电动|网络"
    r"|私家|后山|十字|交叉|丁字|三岔|双向|机动车|非机动车|人行|辅|主|支|环城"
    r"|国省|县乡|通村|通组|进村|自然|行政|贫困|隔离|部门|老年|普通|名牌|本地"
    r"|外地|党员|社会|中心|周边|全部|多条|几条|今天|昨天|早上|晚上|半夜|凌晨"
    r"|幼儿|托管|附属|定点|协议|社区|乡镇|县城|城区|老城|新城|市区|郊区|商铺"
    r"|临街|沿街|背街|整条|满大|逛|泥巴|沙石|石子|乡间|医保|药品|高速公|国道"
    r"|省道|县道|门口|司机|老板|租金|公交|政府|化工|老|大|小"
)


@dataclass(frozen=True, slots=True)
class FormedPlace:
    """One place by its form; offsets are characters."""

    start: int
    end: int
    kind: str


def find_by_form(
    text: str, words: Sequence[int], taken: Sequence[tuple[int, int]]
) -> list[FormedPlace]:
    """Return the places left to right.

    Args:
        text: normalised text.
        words: offsets at which a word begins or ends, ascending.
        taken: start and end of the places found already; nothing overlaps them.
    """
    found: list[FormedPlace] = []
    for match in _ENDING.finditer(text):
        kind = _ENDINGS[int(str(match.lastgroup)[1:])][0]
        floor = max((b for a, b in taken if a < match.end()), default=0)
        floor = max(floor, found[-1].end if found else 0)
        if _is_short_word(match, words):
            continue
        start = _stem_start(text, match.start(), words, floor, _LONGEST_STEM.get(kind, 6))
        if start is not None and _ends(text, match.end(), kind, words):
            found.append(FormedPlace(start, match.end(), kind))
    return [place for place in found if not _NO_NAME.search(text, place.start, place.end)]


def _stem_start(text: str, end: int, words: Sequence[int], floor: int, longest: int) -> int | None:
    # The word the ending stands in, and as many before it as can be part of a name.
    best: int | None = None
    inner = end
    for start in reversed([w for w in words if floor <= w < end]):
        if end - start > longest:
            break
        if start == end - 1 and _NUMBERED.match(text, end + 1):
            continue  # 和|顺路|12号: the split falls inside the name
        word = text[start:inner]
        if _FUNCTION.fullmatch(word) or _COMMON.fullmatch(word) or not _STEM.match(word + "一"):
            break
        if _STEM.fullmatch(text[start:end]):
            # 离翠湖|公园: the word list glues a preposition to a name that it does not know.
            best = start + (text[start] in "离距在从到" and end - start > _SHORT_WORD)
        inner = start
    return best


def _is_short_word(match: re.Match[str], words: Sequence[int]) -> bool:
    if _NUMBERED.match(match.string, match.end()):
        return False
    if match.end() - match.start() > 1 or match.end() not in words:
        return False
    return match.start() not in words and match.end() - _SHORT_WORD in words


def _ends(text: str, end: int, kind: str, words: Sequence[int]) -> bool:
    if kind == "道路" and _NUMBERED.match(text, end):
        return True
    return end in words and not (kind == "道路" and _NOT_END.match(text, end))
