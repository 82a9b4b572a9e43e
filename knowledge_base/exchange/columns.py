"""The columns of our own sheets: every field of a guide, in words that editors know.

What stands in one cell and how it is written is decided here once: for the template, for the
export, and for the import of either.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from knowledge_base.exchange.laws import law_list, law_text
from knowledge_base.exchange.pieces import RecordForm, lines_of, listed, unescaped
from knowledge_base.exchange.words import UnreadableValueError, yes_no

Json = Any  # the JSON edge: a part of a guide

_BASIS = {"basis": "依据"}
DOCUMENT = RecordForm(
    ("name", "form"),
    {
        "copies": "份数",
        "issuer": "出具",
        "required_when": "情形",
        "electronic_accepted": "电子",
        "deferrable": "容缺",
        "commitment_accepted": "承诺",
        "note": "说明",
        **_BASIS,
    },
    flags=frozenset({"electronic_accepted", "deferrable", "commitment_accepted"}),
    numbers=frozenset({"copies"}),
)
FACT = RecordForm(("text",), _BASIS)
STEP = RecordForm(("name", "text"), _BASIS)
FEE_ITEM = RecordForm(
    ("name", "amount_yuan"), {"unit": "单位", **_BASIS}, numbers=frozenset({"amount_yuan"})
)
LIMIT = RecordForm(("amount", "unit"), {"since": "起算", **_BASIS}, numbers=frozenset({"amount"}))
QUESTION = RecordForm(("question", "answer"), _BASIS)
ENTRY = RecordForm(("name", "url"), {})
VARIATION = RecordForm(("what",), {"set_by": "由谁定", "depends_on": "取决于", "ask": "咨询"})
_NEIGHBOUR = RecordForm(("code", "how"), {})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where its value lies in a guide, how a cell is written and read."""

    header: str
    path: str  # of the field, dotted
    write: Callable[[Json], str]
    read: Callable[[str], Json]
    hint: str = ""
    required: bool = False
    width: int = 24  # of the sheet's column, in characters


def _text(header: str, path: str, hint: str = "", **options: Any) -> Column:
    return Column(header, path, str, str, hint, **options)


def _lines(header: str, path: str, hint: str = "每行一条", **options: Any) -> Column:
    def read(text: str) -> Json:
        return [unescaped(line) for line in lines_of(text)]

    return Column(header, path, listed, read, hint, **options)


def _flag(header: str, path: str) -> Column:
    return Column(header, path, _flag_word, yes_no, "是 / 否，不清楚留空", width=10)


def _flag_word(value: Json) -> str:
    return "是" if value else "否"


def _laws(header: str, path: str, **options: Any) -> Column:
    hint = "《法规全称》第几条，多个用顿号隔开"
    return Column(header, path, law_text, law_list, hint, **options)


def _records(header: str, path: str, form: RecordForm) -> Column:
    def write(value: Json) -> str:
        return "\n".join(form.written(one) for one in value)

    def read(text: str) -> Json:
        return [form.read(line) for line in lines_of(text)]

    return Column(header, path, write, read, f"每行一条：{form.hint}", width=40)


def _record(header: str, path: str, form: RecordForm) -> Column:
    return Column(header, path, form.written, form.read, form.hint, width=30)


def _choice(header: str, path: str, words: Mapping[str, str]) -> Column:
    values = {word: value for value, word in words.items()}

    def read(text: str) -> Json:
        if text not in values:
            raise UnreadableValueError(f"没有“{text}”这个取值", f"写{'、'.join(values)}")
        return values[text]

    return Column(header, path, lambda value: words[value], read, " / ".join(values), width=12)


def _number(header: str, path: str) -> Column:
    def read(text: str) -> Json:
        if not text.isdecimal():
            raise UnreadableValueError(f"“{text}”不是整数", "只写数字")
        return int(text)

    return Column(header, path, str, read, "整数", width=10)


def _neighbours() -> Column:
    def write(value: Json) -> str:
        pairs = ({"code": code, "how": how} for code, how in value.items())
        return "\n".join(_NEIGHBOUR.written(one) for one in pairs)

    def read(text: str) -> Json:
        found = [_NEIGHBOUR.read(line) for line in lines_of(text)]
        return {one.get("code", ""): one.get("how", "") for one in found}

    hint = "每行一条：事项编码｜怎样区分"
    return Column("易混事项", "confused_with", write, read, hint, width=40)


_FACETS = {
    "conditions": "办理条件",
    "materials": "申请材料",
    "process": "办理流程",
    "time_limit": "办理时限",
    "fee": "收费",
    "location": "办理地点",
    "online": "网上办理",
    "validity": "有效期",
    "result": "办理结果",
}
# What a facet holds beside facts and what varies locally.
_OWN: dict[str, tuple[Column, ...]] = {
    "materials": (_records("材料清单", "materials.documents", DOCUMENT),),
    "process": (_records("办理步骤", "process.steps", STEP),),
    "time_limit": (
        _record("法定办结时限", "time_limit.statutory", LIMIT),
        _record("承诺办结时限", "time_limit.committed", LIMIT),
    ),
    "fee": (
        _flag("免费", "fee.free"),
        _records("收费项目", "fee.items", FEE_ITEM),
        _laws("收费依据", "fee.basis"),
    ),
    "location": (_lines("服务网点编码", "location.service_points"),),
    "online": (
        _flag("可网上办理", "online.available"),
        _records("网上入口", "online.entries", ENTRY),
    ),
}


def _facet_columns() -> list[Column]:
    columns: list[Column] = []
    for name, label in _FACETS.items():
        columns.extend(_OWN.get(name, ()))
        columns.append(_records(f"{label}（事实）", f"{name}.facts", FACT))
        columns.append(_record(f"{label}（各地差异）", f"{name}.local_variation", VARIATION))
    return columns


COLUMNS: tuple[Column, ...] = (
    _text("事项编码", "code", "形如 M0103；新事项用六位数字，如 M200001", required=True, width=12),
    _text("事项名称", "title", required=True),
    _lines("别名", "aliases", "每行一个，市民怎么叫", required=True),
    _lines("示例问法", "sample_questions", "每行一句；与别名合计至少 8 个"),
    _text("类别", "category", required=True, width=14),
    _choice("适用对象", "audience", {"个人": "个人", "法人": "法人", "both": "个人和法人"}),
    _text("承办单位", "department", "单位全称、简称或编码，见“单位编码”表", required=True),
    _text("权力类型", "power_kind", "行政许可、行政确认、公共服务等", width=14),
    _text("国家编码", "national_code", "以文本填写", width=20),
    _text("实施编码", "implementing_code", "以文本填写", width=20),
    _text("适用区域", "region", "全市留空", width=12),
    _text("一句话说明", "summary", "一句话回答“怎么办”", required=True, width=40),
    *_facet_columns(),
    _laws("设定依据", "legal_basis", required=True, width=40),
    _flag("马上办", "tags.at_once"),
    _flag("网上办", "tags.online"),
    _flag("就近办", "tags.nearby"),
    _flag("一次办", "tags.one_visit"),
    _lines("办理形式", "ways", "每行一个：窗口、网上、快递、上门、自助终端", width=14),
    _number("到场次数", "visits"),
    _flag("即办件", "immediate"),
    _flag("可预约", "appointment"),
    _flag("可邮寄", "delivery"),
    _text("跨省通办", "cross_region"),
    _flag("帮办代办", "help_and_agent"),
    _text("咨询电话", "consultation_phone", width=16),
    _text("投诉电话", "complaint_phone", width=16),
    _records("常见问题", "common_questions", QUESTION),
    _neighbours(),
    _text("来源", "source.title", required=True),
    _text("来源网址", "source.url"),
    _text("来源日期", "source.retrieved_on", "形如 2026-01-31", width=12),
    _choice("可见范围", "visibility", {"public": "公开", "operators": "坐席", "internal": "内部"}),
    _text("生效日期", "valid_from", "形如 2026-01-31", required=True, width=12),
    _text("失效日期", "valid_to", "形如 2026-12-31", width=12),
    _text("替代事项", "superseded_by", "替代它的事项编码", width=12),
)
BY_PATH: dict[str, Column] = {column.path: column for column in COLUMNS}
