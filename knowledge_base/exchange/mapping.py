"""A mapping file: how the columns of somebody else's list become fields of a guide, without code.

The files under ``mappings/`` are examples with every option explained.
"""

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from knowledge_base.exchange.columns import COLUMNS
from knowledge_base.exchange.errors import MappingFaultsError, UnreadableFileError
from knowledge_base.exchange.materials import DocumentPart
from knowledge_base.exchange.paths import is_field
from knowledge_base.exchange.readers.header import header_name
from knowledge_base.exchange.words import plain
from knowledge_base.facets import LimitUnit, Record, Text
from knowledge_base.schema import MATTER_CODE
from knowledge_base.yaml_files import YamlFile, parse_yaml

Json = Any  # the JSON edge: a constant or a translated value
Kind = Literal[
    "text",
    "lines",
    "yes_no",
    "number",
    "date",
    "limit",
    "fee",
    "laws",
    "documents",
    "department",
    "fact",
    "local_variation",
    "own",
    "links",
]
_MAX_BYTES = 2**20
_QUOTED = re.compile(r"“([^”]+)”")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")

# How a field is read where the mapping does not say.
_KINDS: dict[str, Kind] = {
    "department": "department",
    "time_limit.statutory": "limit",
    "time_limit.committed": "limit",
    "fee": "fee",
    "legal_basis": "laws",
    "fee.basis": "laws",
    "materials.documents": "documents",
    "online.entries": "links",
    "aliases": "lines",
    "sample_questions": "lines",
    "ways": "lines",
    "location.service_points": "lines",
    "visits": "number",
    "valid_from": "date",
    "valid_to": "date",
    "source.retrieved_on": "date",
    **dict.fromkeys(
        (
            *("fee.free", "online.available", "immediate", "appointment", "delivery"),
            *("help_and_agent", "tags.at_once", "tags.online", "tags.nearby", "tags.one_visit"),
        ),
        "yes_no",
    ),
    **{
        f"{name}.local_variation": "local_variation"
        for name in (
            *("conditions", "materials", "process", "time_limit", "fee"),
            *("location", "online", "validity", "result"),
        )
    },
    **{
        f"{name}.facts": "fact"
        for name in (
            *("conditions", "materials", "process", "time_limit", "fee"),
            *("location", "online", "validity", "result"),
        )
    },
}


class Rule(Record):
    """What becomes of one column."""

    to: Text
    kind: Annotated[Kind | None, Field(alias="as")] = None
    split: str | None = None  # regular expression between the entries of one cell
    values: dict[str, Json] = Field(default_factory=dict)  # the list's word → ours
    unit: LimitUnit | None = None  # of a bare number
    negate: bool = False  # 是否收费 → free
    # Where the law is read that a number or fact rests on: columns, or a title in 《》; the first
    # that names one.
    basis: tuple[Text, ...] = ()
    # Of documents: field of each → the column that says it, in the same row.
    parts: Annotated[dict[DocumentPart, Text], Field(alias="with", default_factory=dict)]
    set_by: str = ""  # of a local variation; {column} is replaced
    ask: str = ""
    if_unreadable: Literal["refuse", "leave_empty"] = "refuse"
    optional: bool = False  # the list may lack the column

    @field_validator("to")
    @classmethod
    def _known_field(cls, path: str) -> str:
        if not is_field(path):
            raise ValueError(f"没有“{path}”这个字段")
        return path

    @field_validator("split")
    @classmethod
    def _valid_pattern(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"split 不是正确的正则表达式：{error}") from error
        return pattern

    @model_validator(mode="after")
    def _parts_of_documents(self) -> "Rule":
        if self.parts and self.reads_as != "documents":
            raise ValueError("with 只用于材料（materials.documents）")
        return self

    @cached_property
    def reads_as(self) -> Kind:
        """How a cell is read."""
        return self.kind or _KINDS.get(self.to, "text")

    @cached_property
    def translated(self) -> dict[str, Json]:
        """The list's words as they are compared, with ours."""
        return {plain(word): value for word, value in self.values.items()}


class Identity(Record):
    """How a row finds its matter: by our code, or by a code of the list's own."""

    field: Literal["code", "implementing_code", "national_code"] = "code"
    # The first code given to matters that are not here yet.
    new_from: Annotated[str, Field(pattern=MATTER_CODE)] = "M200001"
    # A guide of exactly the same title is taken for the same matter.
    match_title: bool = False


class Departments(Record):
    """Names of bodies that are not in ``city/departments.yml`` as the list writes them."""

    names: dict[str, Text] = Field(default_factory=dict)  # name in the list → code
    unknown: Literal["refuse", "leave_empty"] = "refuse"


class Mapping(Record):
    """One mapping file, or the built-in one of our own sheets."""

    name: Text
    sheet: Text | None = None  # empty: the first that is visible
    header_row: Annotated[int, Field(ge=1, le=100)] | None = None  # empty: found by its names
    identity: Identity = Identity()
    columns: dict[str, tuple[Rule, ...]]
    # Other names that lists give a column, the likeliest first.
    synonyms: dict[str, tuple[Text, ...]] = Field(default_factory=dict)
    # Rows that follow each other with the same value here, or none, are one matter; the columns
    # in ``join`` are put together line by line.
    same_matter: Text | None = None
    join: tuple[Text, ...] = ()
    constants: dict[str, Json] = Field(default_factory=dict)  # always
    defaults: dict[str, Json] = Field(default_factory=dict)  # where nothing stands; {column}
    departments: Departments = Departments()
    ignore: tuple[Text, ...] = ()
    # An empty cell: takes the field out of the guide, or says nothing about it.
    empty_clears: bool = False

    @field_validator("columns", mode="before")
    @classmethod
    def _short_forms(cls, columns: object) -> object:
        if not isinstance(columns, dict):
            return columns
        return {str(name): _rules(given) for name, given in columns.items()}

    @model_validator(mode="after")
    def _paths_exist(self) -> "Mapping":
        wrong = [path for path in (*self.constants, *self.defaults) if not is_field(path)]
        if wrong:
            raise ValueError(f"没有这些字段：{'、'.join(f'“{one}”' for one in wrong)}")
        unknown = [name for name in self.synonyms if name not in self.expected]
        if unknown:
            shown = "、".join(f"“{one}”" for one in unknown)
            raise ValueError(f"synonyms 的列不在 columns 中：{shown}")
        if self.same_matter is not None and self.same_matter not in self.columns:
            raise ValueError(f"same_matter 的列“{self.same_matter}”不在 columns 中")
        if not any(rule.to == self.identity.field for _, rule in self.rules):
            raise ValueError(f"没有一列对应 {self.identity.field}，无法辨认事项")
        return self

    @cached_property
    def header_names(self) -> dict[str, frozenset[str]]:
        """All names of each column, as headers are compared."""
        return {
            name: frozenset(map(header_name, (name, *others)))
            for name, others in self.expected.items()
        }

    @cached_property
    def rules(self) -> list[tuple[str, Rule]]:
        """Every rule with its column, in the order of the file."""
        return [(column, rule) for column, rules in self.columns.items() for rule in rules]

    @cached_property
    def expected(self) -> dict[str, tuple[str, ...]]:
        """Every column that the mapping knows of, with its other names."""
        beside = (column for _, rule in self.rules for column in rule.parts.values())
        return {name: self.synonyms.get(name, ()) for name in (*self.columns, *beside)}

    def missing(self, found: tuple[str, ...]) -> list[str]:
        """Return the columns that a file must have and has not."""
        return [
            column
            for column, rules in self.columns.items()
            if column not in found and not all(rule.optional for rule in rules)
        ]


def _rules(given: object) -> object:
    entries = given if isinstance(given, list) else [given]
    return [{"to": one} if isinstance(one, str) else one for one in entries]


@lru_cache(maxsize=256)
def placeholders(template: str) -> tuple[str, ...]:
    """Return the columns that a template names."""
    return tuple(_PLACEHOLDER.findall(template))


def filled(template: str, values: dict[str, str]) -> str:
    """Return the template with each ``{column}`` replaced by the row's text."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], ""), template)


def own_mapping() -> Mapping:
    """Return the mapping of our own template and export."""
    columns = {
        column.header: [{"to": column.path, "as": "own", "optional": not _identifies(column.path)}]
        for column in COLUMNS
    }
    return Mapping.model_validate({"name": "本系统模板", "columns": columns, "empty_clears": True})


def _identifies(path: str) -> bool:
    return path == "code"


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        MappingFaultsError: listing every fault.
        UnreadableFileError: there is no such file, or it is too large for a mapping.
    """
    if not path.is_file() or path.stat().st_size > _MAX_BYTES:
        raise UnreadableFileError("没有这个映射文件，或映射文件过大")
    try:
        text = path.read_text(encoding="utf-8")
        data = parse_yaml(text)
    except yaml.MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        raise MappingFaultsError([f"第 {line} 行或其上一行的 YAML 格式有误"]) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise MappingFaultsError(["映射文件应为 UTF-8 编码的 YAML"]) from error
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        file = YamlFile(path.name, text, data)
        faults = sorted(_fault(file, one) for one in error.errors(include_url=False))
        raise MappingFaultsError([f"第 {line} 行 {told}" for line, told in faults]) from error


def _fault(file: YamlFile, error: Json) -> tuple[int, str]:
    """Return the line where a fault stands, and what it is."""
    told, path = _told(error["type"], error["msg"]), _written_path(file.data, error["loc"])
    if path:
        return file.line_of(path), f"{'.'.join(map(str, path))}：{told}"
    # A rule of the whole names the value that breaks it, if any one does.
    named, lines = _QUOTED.search(told), enumerate(file.text.splitlines(), 1)
    found = () if named is None else (at for at, line in lines if named[1] in line)
    return next(iter(found), 1), told


def _written_path(data: Json, path: Sequence[str | int]) -> list[str | int]:
    """Return the path as the file has it: a column with one rule stands without a list."""
    written: list[str | int] = []
    for part in path:
        if isinstance(part, int) and not isinstance(data, list):
            continue
        written.append(part)
        inside = isinstance(data, dict) and part in data
        data = data[part] if inside or (isinstance(part, int) and part < len(data)) else None
    return written


_TOLD = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这个选项",
    "literal_error": "不是可用的取值",
    "enum": "不是可用的取值",
    "string_type": "应为文字；数字加引号",
    "string_pattern_mismatch": "写法不对，编码形如 M200001",
}


def _told(kind: str, message: str) -> str:
    return _TOLD.get(kind) or message.removeprefix("Value error, ")
