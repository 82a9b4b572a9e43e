"""Made-up lists of government services, the same for the same seed, in the province's columns."""

import csv
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from openpyxl import Workbook

HEADER = (
    *("序号", "事项名称", "事项编码", "事项类型", "实施主体", "法定办结时限", "承诺办结时限"),
    *("申请材料", "办理地点", "是否收费", "收费标准", "办理形式", "服务对象", "设定依据"),
)
_ACTS = ("登记", "变更登记", "注销登记", "补发", "核准", "备案", "年度核验", "延续")
_THINGS = ("户外灯牌", "便民摊点", "临时占道", "社区活动室", "小型仓库", "灌溉水井", "观光码头")
_KINDS = ("行政许可", "行政确认", "公共服务", "其他行政权力")
_STATUTORY = ("20个工作日", "30日", "15（工作日）", "1（工作日）", "3个月")
_COMMITTED = ("7(工作日)", "5个工作日", "即办", "当场办结", "1小时", "10（自然日）")
_DOCUMENTS = (
    "申请表（原件1份）",
    "居民身份证（原件和复印件各1份）",
    "营业执照（复印件2份，可容缺）",
    "场所平面图",
    "近期免冠照片（2份）",
    "授权委托书（原件1份）",
)
_FEES = (("否", ""), ("否", "免费"), ("是", "工本费：10元/本"), ("是", "勘验费：35.5元/次"))
_WAYS = ("窗口办理", "窗口办理、网上办理", "网上办理、自助办理")
_FOR = ("自然人", "企业法人", "自然人、法人")


def rows(
    count: int, seed: int, departments: Sequence[str], laws: Sequence[str]
) -> Iterator[list[str]]:
    """Yield the header and ``count`` rows; every row has a code and a name of its own."""
    chance = random.Random(seed)
    yield list(HEADER)
    for number in range(1, count + 1):
        body, law = chance.choice(departments), chance.choice(laws)
        thing = f"{chance.choice(_THINGS)}{chance.choice(_ACTS)}（第{number}项）"
        papers = chance.sample(_DOCUMENTS, chance.randint(2, 5))
        charged, fee = chance.choice(_FEES)
        yield [
            str(number),
            thing,
            f"1100000000{number:08d}A400",
            chance.choice(_KINDS),
            body,
            chance.choice(_STATUTORY),
            chance.choice(_COMMITTED),
            "；".join(f"{at}.{paper}" for at, paper in enumerate(papers, 1)),
            f"政务服务大厅{chance.randint(1, 5)}楼{chance.randint(1, 40)}号窗口",
            charged,
            fee,
            chance.choice(_WAYS),
            chance.choice(_FOR),
            f"【法律】《{law}》第{chance.randint(1, 60)}条：略；",
        ]


def write_list(path: Path, lines: Iterator[list[str]]) -> None:
    """Write the rows as XLSX or CSV, by the file's ending."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
        return
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("清单")
    for line in lines:
        sheet.append(line)
    workbook.save(path)
