"""The content of a version: a guide as JSON, in one form, and held to the loader's rules."""

import re
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from knowledge_base.checks import Finding
from knowledge_base.entries.diff import pruned
from knowledge_base.entries.errors import EntryCodeError
from knowledge_base.entries.fault_words import in_chinese
from knowledge_base.faults import FaultList, Located
from knowledge_base.library import Library
from knowledge_base.references import KnownNames, check_matter
from knowledge_base.schema import MATTER_CODE, Matter
from knowledge_base.yaml_files import YamlFile

_CODE = re.compile(MATTER_CODE)
_FAULT = re.compile(r"^[^:]*:\d+: (?P<field>[^:]+): (?P<problem>.*); (?P<repair>[^;]*)$", re.DOTALL)
_DISTRICT_KIND = "区县"
MISSING = "缺少这一项"
_SCHEMA_PROBLEMS = {
    "missing": (MISSING, "补上这一项"),
    "extra_forbidden": ("没有这个字段", "删去，或改正字段名"),
    "string_too_short": ("内容为空", "写明内容；不清楚的删去这一项"),
    "too_short": ("至少要有一条", "补上一条"),
    "enum": ("不是可用的取值", "改用列出的取值"),
    "literal_error": ("不是可用的取值", "改用列出的取值"),
    "string_type": ("应为文字", "写文字；数字加引号，不清楚的删去这一项"),
    "string_pattern_mismatch": ("写法不对", "条文写“第几条”，编码形如 M0103，网址以 http 开头"),
    "tuple_type": ("应为列表", "每条以“- ”开头"),
    "model_type": ("应为一组字段", "换行缩进，写“字段名: 内容”"),
    "dict_type": ("应为一组字段", "换行缩进，写“字段名: 内容”"),
    "int_type": ("应为整数", "写整数，不加引号和单位"),
    "int_parsing": ("应为整数", "写整数，不加单位"),
    "int_from_float": ("应为整数", "写整数"),
    "float_type": ("应为数字", "写数字，不加引号和单位"),
    "float_parsing": ("应为数字", "写数字，不加单位"),
    "bool_type": ("应为是或否", "写 true（是）或 false（否）"),
    "bool_parsing": ("应为是或否", "写 true（是）或 false（否）"),
    "greater_than_equal": ("数字太小", "核对后改正"),
    "date_type": ("应为日期", "日期写成 2026-01-31"),
    "date_parsing": ("应为日期", "日期写成 2026-01-31"),
    "date_from_datetime_parsing": ("应为日期", "日期写成 2026-01-31"),
}
# What the schema's own rules say, by a word of theirs.
_SCHEMA_RULES = {
    "time_limit.statutory": ("法定时限没有写依据", "在时限下补上依据（basis）"),
    "fee.free": ("不收费没有写依据", "补上依据（basis），或写一条带依据的事实"),
}

Content = dict[str, Any]


def content_code(content: Mapping[str, object]) -> str:
    """Return the code that the content names.

    Raises:
        EntryCodeError: there is none, or it has not the form of one.
    """
    code = content.get("code")
    if not isinstance(code, str) or not _CODE.match(code):
        raise EntryCodeError(code)
    return code


def normal_form(content: Mapping[str, object]) -> Content:
    """Return the content as it is stored: JSON, without defaults and without a version number.

    What is no guide yet is stored as it was written, without its empty fields.
    """
    plain = to_jsonable_python({k: v for k, v in content.items() if k != "version"})
    try:
        form = Matter.model_validate(plain).model_dump(mode="json", exclude_defaults=True)
    except ValidationError:
        form = pruned(plain)
    stored: Content = {k: v for k, v in form.items() if k != "version"}
    return stored


def read_guide(content: Mapping[str, object]) -> tuple[Content, Matter | ValidationError]:
    """Return the normal form, with the guide it makes (as version 1) or why it makes none."""
    plain = to_jsonable_python({k: v for k, v in content.items() if k != "version"})
    try:
        matter = Matter.model_validate(plain)
    except ValidationError:
        form = pruned(plain) or {}
        try:
            return form, as_matter(form, 1)
        except ValidationError as error:
            return form, error
    stored = matter.model_dump(mode="json", exclude_defaults=True)
    stored.pop("version", None)
    return stored, matter


def guide_form(matter: Matter) -> Content:
    """Return a guide in the same form."""
    return normal_form(matter.model_dump(mode="json"))


def as_matter(content: Mapping[str, object], version: int) -> Matter:
    """Return the guide under its version number.

    Raises:
        ValidationError: the content is no guide.
    """
    return Matter.model_validate({**content, "version": version})


def schema_findings(code: str, content: Mapping[str, object]) -> list[Finding]:
    """Return what keeps the content from being a guide."""
    try:
        as_matter(content, 1)
    except ValidationError as error:
        return findings_of(code, error)
    return []


def findings_of(code: str, error: ValidationError) -> list[Finding]:
    """Return a finding for each fault that the schema found, in its order."""
    return [
        _schema_finding(code, ".".join(str(part) for part in one["loc"]), one["type"], one["msg"])
        for one in error.errors(include_url=False)
    ]


def _schema_finding(code: str, field: str, kind: str, message: str) -> Finding:
    for rule, said in _SCHEMA_RULES.items():
        if rule in message:
            return Finding(code, field or "record", *said)
    problem, repair = _SCHEMA_PROBLEMS.get(kind, (f"内容不符合格式（{message}）", "按格式改正"))
    return Finding(code, field or "record", problem, repair)


def reference_findings(matter: Matter, library: Library) -> list[Finding]:
    """Return what the loader would refuse of this guide within ``library``."""
    faults = FaultList()
    check_matter(Located(matter, _as_file(matter), 0), _known(library), faults)
    return [
        *(_reference_finding(matter.code, line) for line in faults.lines),
        *_title_findings(matter, library),
    ]


def _as_file(matter: Matter) -> YamlFile:
    # The loader's rules name a fault by its line: the guide is laid out as a file of one record.
    data = [guide_form(matter)]
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    return YamlFile(f"{matter.code}.yml", text, data)


def _reference_finding(code: str, line: str) -> Finding:
    parts = _FAULT.match(line)
    if parts is None:
        return Finding(code, "record", line, "按提示改正")
    if (said := in_chinese(parts["problem"], parts["repair"])) is not None:
        return Finding(code, parts["field"], *said)
    return Finding(code, parts["field"], f"引用或内容有误：{parts['problem']}", parts["repair"])


def _title_findings(matter: Matter, library: Library) -> list[Finding]:
    others = [
        one.code
        for one in library.matters.values()
        if one.title == matter.title and one.code != matter.code
    ]
    repair = "两个事项不能同名，换一个能区分的名称"
    return [Finding(matter.code, "title", f"{code} 已用了同样的名称", repair) for code in others]


def _known(library: Library) -> KnownNames:
    return KnownNames(
        departments=frozenset(library.departments),
        districts=frozenset(one.name for one in library.places if one.kind == _DISTRICT_KIND),
        laws=frozenset(library.laws),
        service_points=frozenset(library.service_points),
        index=dict(library.index),
        matters=frozenset(library.matters),
    )
