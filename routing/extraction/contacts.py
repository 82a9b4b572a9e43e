"""Contacts, amounts, plates, ticket numbers, and the wish not to be named."""

import re
from enum import StrEnum


class EntityKind(StrEnum):
    """Labels of the spans that the pipeline finds."""

    PLACE = "place"
    TIME = "time"
    PARTY = "party"
    PHONE = "phone"
    MONEY = "money"
    PLATE = "plate"
    TICKET_NUMBER = "ticket_number"


_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_AMOUNT = r"(?:\d+(?:[.,]\d+)*|[一二两三四五六七八九十百千万几半]+)"
PATTERNS: tuple[tuple[EntityKind, re.Pattern[str]], ...] = (
    (
        EntityKind.PHONE,
        re.compile(
            r"\[电话\d+\]|(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"
            r"|(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)"
        ),
    ),
    (
        EntityKind.MONEY,
        re.compile(rf"{_AMOUNT}[多来几]?(?:余|百|千|万|亿)?(?:元|块钱?|万元|万块|万)"),
    ),
    (
        EntityKind.PLATE,
        re.compile(rf"\[车牌\d+\]|[{_PROVINCES}][A-HJ-NP-Z][· ]?[A-HJ-NP-Z0-9]{{5,6}}(?![A-Z0-9])"),
    ),
    (
        EntityKind.TICKET_NUMBER,
        re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]{1,3}-?)?20\d{6}-?\d{3,8}(?!\d)"),
    ),
)

_UNNAMED = re.compile(
    r"(?<!不用)(?<!不必)(?<!不需要)(?<!非)匿名|不(?:想|愿意?|便|方便)?(?:留名|具名|署名|透露(?:我的?)?(?:姓名|名字|身份))"
    r"|不(?:想|愿意?|便|方便|敢)?(?:说|讲|报|写|告诉)(?:我)?(?:的|叫)?(?:名字|姓名|是谁)"
    r"|别(?:写|留|说)我的?(?:名字|姓名)|不要(?:写|留|说)我的?(?:名字|姓名)|不留(?:姓名|名字|联系方式)|隐去姓名"
)
_SHIELDED = re.compile(
    r"(?<!不用)(?<!不必)(?<!不需要)(?<!无需)(?:为我|替我|帮我|请|要|给我|注意|必须|务必|一定)?保密(?!局)"
    r"|(?:不要|别|勿|不想|不能)(?:透露|泄露|暴露|泄漏)|(?:不要|别|千万别|不想|不能|别让)(?:让|给|叫|被)?.{0,8}知道(?:是我)?"
    r"|怕(?:被|遭|他|他们|老板|单位|领导)?.{0,4}(?:报复|打击|穿小鞋|开除|找麻烦)|打击报复|保护(?:好)?举报人|个人信息.{0,4}保密"
)


def wishes_anonymity(text: str) -> bool:
    """Whether the citizen asks to stay unnamed."""
    return _UNNAMED.search(text) is not None


def wishes_confidentiality(text: str) -> bool:
    """Whether the citizen asks that nobody learns who spoke; anonymity is one such wish."""
    return wishes_anonymity(text) or _SHIELDED.search(text) is not None


# A body on which the speaker depends: employer, landlord, school, hospital (DESIGN: protection).
_DEPENDENT = re.compile(
    r"(?:我们|我|咱们?|本人|自己)(?:的|在的|所在的)?(?:公司|单位|厂|老板|店里|部门|领导|车间|工地|项目部|包工头|学校|班"
    r"|老师|班主任|导师|食堂|房东|医生|病房|养老院|工资|宿舍)|(?:我|在).{0,14}(?:上班|打工|干活|工作|实习|住院|租房|就读)"
    r"|我是.{0,10}(?:员工|职工|工人|学徒|租客|租户|学生|病人|患者|护士|服务员|保安|司机|家长)"
    r"|老板|房东|(?:孩子|儿子|女儿|娃|小孩|班里|班上|小朋友).{0,14}(?:学校|老师|班|幼儿园|托班|学院|职院|宿舍|食堂)"
    r"|(?:学校|老师|班主任).{0,14}(?:孩子|学生|家长|我们)|(?:我妈|我爸|老人|奶奶|爷爷|父亲|母亲).{0,8}(?:养老院|敬老院|护工|住院)"
    r"|欠我|拖欠|不给我们|辞退|开除|工钱|入职|试用期"
)


def speaks_as_dependent(text: str) -> bool:
    """Whether an employee, tenant, pupil or patient speaks of the body they depend on."""
    return _DEPENDENT.search(text) is not None
