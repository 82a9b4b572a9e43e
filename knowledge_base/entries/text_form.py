"""A guide as the text that editors write: YAML in the shape of the shipped files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from knowledge_base.checks import Finding
from knowledge_base.entries.content import Content
from knowledge_base.schema import IndexedMatter
from knowledge_base.yaml_files import DuplicateKeyError, YamlFile, parse_yaml

MAX_CHARACTERS = 200_000  # the longest shipped guide has about 8,000
_MAX_DEPTH = 20  # the schema has six levels; the composer recurses
_WIDTH = 100
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_PART = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True, slots=True)
class ReadText:
    """What was read from a text: a mapping, or what keeps it from being one."""

    content: Mapping[str, object] | None
    problem: str | None = None
    line: int = 1


class _Dumper(yaml.SafeDumper):
    """The shipped files' layout: lists indented, a law and its article on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


def _represent_text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    if _DATE.match(value):
        return dumper.represent_scalar("tag:yaml.org,2002:timestamp", value)
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _represent_mapping(dumper: _Dumper, value: dict[str, Any]) -> yaml.MappingNode:
    one_line = bool(value) and value.keys() <= {"law", "article"}
    return dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=one_line)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(dict, _represent_mapping)


def as_text(content: object) -> str:
    """Return content, or a part of it, as YAML."""
    text: str = yaml.dump(
        content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH
    )
    return text.removesuffix("...\n")


def read_text(text: str) -> ReadText:
    """Read what an editor wrote; whatever is wrong with it is told, never raised."""
    if len(text) > MAX_CHARACTERS:
        return ReadText(None, f"内容过长，最多 {MAX_CHARACTERS} 字；请拆分成几个事项")
    try:
        if (refused := _unsafe(text)) is not None:
            return refused
        content = parse_yaml(text)
    except yaml.MarkedYAMLError as error:
        # What is left open is noticed only after the last line.
        marked = 0 if error.problem_mark is None else error.problem_mark.line
        line = min(marked + 1, max(1, len(text.splitlines())))
        if isinstance(error, DuplicateKeyError):
            return ReadText(None, f"第 {line} 行的字段前面已经写过，请合并成一处", line)
        return ReadText(None, f"格式有误，请检查第 {line} 行及上一行的缩进、冒号和引号", line)
    except yaml.YAMLError:
        return ReadText(None, "内容里有不能保存的字符，请删去后重新输入")
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        return ReadText(None, "内容应由“字段名: 内容”组成，例如第一行写 code: M0103")
    return ReadText(content)


def _unsafe(text: str) -> ReadText | None:
    """Refuse what a guide never needs and what would cost the service dearly."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = 1 if event.start_mark is None else event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            return ReadText(None, f"第 {line} 行用了引用符号（*），请直接写出内容", line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            return ReadText(None, f"第 {line} 行嵌套过深，请检查括号和缩进", line)
    return None


def lines_of(text: str, findings: Sequence[Finding]) -> list[int]:
    """Return the line (from 1) of each finding's field, or of what is around it.

    Args:
        text: YAML that ``read_text`` could read.
        findings: fields as ``fee.items.0.unit`` or ``fee.items[0].unit``.
    """
    root = YamlFile("entry", text, None)
    return [root.line_of(_path(one.field)) for one in findings]


def _path(field: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in _PART.findall(field)]


def outline(entry: IndexedMatter | None, department: str = "") -> Content:
    """Return the beginning of a guide that is not written yet, empty where one must know."""
    return {
        "code": "" if entry is None else entry.code,
        "title": "" if entry is None else entry.title,
        "aliases": [] if entry is None else list(entry.aliases),
        "sample_questions": [],
        "category": "" if entry is None else entry.category,
        "audience": "个人",
        "department": department,
        "summary": "",
        "conditions": {"facts": [{"text": "", "basis": [{"law": ""}]}]},
        "materials": {"documents": [{"name": "", "basis": [{"law": ""}]}]},
        "process": {"steps": [{"name": "", "text": "", "basis": [{"law": ""}]}]},
        "time_limit": {"statutory": {"amount": 1, "unit": "工作日", "basis": [{"law": ""}]}},
        "fee": {"free": True, "basis": [{"law": ""}]},
        "location": {"service_points": []},
        "online": {"available": None},
        "legal_basis": [{"law": ""}],
        "source": {"title": ""},
        "valid_from": None,
    }
