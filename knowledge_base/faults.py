"""Faults of data files, collected so that all are reported at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from knowledge_base.errors import LibraryFaultsError
from knowledge_base.yaml_files import FieldPath, YamlFile, read_yaml

RecordT = TypeVar("RecordT", bound=BaseModel)

_REPAIRS = {
    "missing": "add the field",
    "extra_forbidden": "remove the field or correct its name (see knowledge_base/schema.py)",
    "string_type": "write text; put numbers in quotation marks",
    "string_too_short": "write text, or remove the field when the fact is unknown",
    "string_pattern_mismatch": "write it in the form that the pattern shows",
    "too_short": "add what is missing in the list",
    "tuple_type": "write a list",
    "enum": "use one of the values named",
    "literal_error": "use one of the values named",
    "model_type": "write a mapping with the fields of this part",
}
_REPAIR_OTHERWISE = "correct the value (see knowledge_base/schema.py)"


@dataclass(frozen=True, slots=True)
class Located(Generic[RecordT]):
    """A record that passed the schema, with where it stands."""

    record: RecordT
    file: YamlFile
    index: int  # position in the file's list

    def at(self, *path: str | int) -> FieldPath:
        """Return the path of a field within the file."""
        return (self.index, *path)


@dataclass
class FaultList:
    """Everything that is wrong, in the order found."""

    lines: list[str] = field(default_factory=list)

    def add(self, file: YamlFile, path: FieldPath, problem: str, repair: str) -> None:
        """Add ``file:line: field: what is wrong; how to repair it``."""
        shown = ".".join(str(part) for part in path if not isinstance(part, int)) or "record"
        self.add_line(file.name, file.line_of(path), shown, problem, repair)

    def add_line(self, name: str, line: int, shown: str, problem: str, repair: str) -> None:
        """Add a fault whose line is already known."""
        self.lines.append(f"{name}:{line}: {shown}: {problem}; {repair}")

    def raise_if_any(self) -> None:
        """Raise one error that lists every fault by file and line.

        Raises:
            LibraryFaultsError: there is at least one fault.
        """
        if self.lines:
            raise LibraryFaultsError(sorted(set(self.lines), key=_by_file_and_line))


def _by_file_and_line(fault: str) -> tuple[str, int, str]:
    name, line, rest = fault.split(":", 2)
    return name, int(line), rest


def read_file(path: Path, root: Path, faults: FaultList) -> YamlFile | None:
    """Read one file; a fault of syntax is noted and gives ``None``."""
    name = path.relative_to(root).as_posix()
    try:
        return read_yaml(path, root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = 1 if mark is None else mark.line + 1
        problem = error.problem or "cannot be parsed"
        faults.add_line(name, line, "YAML", problem, "correct the YAML at or just before this line")
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        faults.add_line(name, 1, "YAML", str(error), "save the file as UTF-8 text")
    except FileNotFoundError:
        faults.add_line(name, 1, "file", "is missing", "create it")
    return None


def read_records(
    file: YamlFile, model: type[RecordT], faults: FaultList
) -> Iterator[Located[RecordT]]:
    """Yield the valid records of a file that holds a list; note the faults of the others."""
    if file.data is None:
        return
    if not isinstance(file.data, list):
        faults.add(file, (), "the file must hold a list", "begin every record with '- '")
        return
    for index, raw in enumerate(file.data):
        record = validate(file, (index,), raw, model, faults)
        if record is not None:
            yield Located(record, file, index)


def validate(
    file: YamlFile, path: FieldPath, raw: object, model: type[RecordT], faults: FaultList
) -> RecordT | None:
    """Check one record against its schema; note every fault of it and return ``None``."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False)
        for detail in details:
            if _is_echo(detail, details):
                continue
            repair = _REPAIRS.get(detail["type"], _REPAIR_OTHERWISE)
            faults.add(file, (*path, *detail["loc"]), detail["msg"], repair)
    return None


def _is_echo(detail: ErrorDetails, details: Sequence[ErrorDetails]) -> bool:
    # A list whose entries are faulty is also reported as too short: the entries say it better.
    place = detail["loc"]
    within = (one["loc"] for one in details if one is not detail)
    return detail["type"] == "too_short" and any(loc[: len(place)] == place for loc in within)
