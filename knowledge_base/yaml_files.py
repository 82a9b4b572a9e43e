"""YAML files read fast, with the line of any value on demand.

libyaml's loader builds plain values; the slower parse that keeps positions runs only for a file
in which a fault was found.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

FieldPath = Sequence[str | int]


class DuplicateKeyError(yaml.MarkedYAMLError):
    """A mapping holds one key twice: YAML would silently keep the last."""


class _StrictLoader(yaml.CSafeLoader):
    """The safe loader, refusing a key that stands twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is not None and key in seen:
                raise DuplicateKeyError(
                    problem=f"key '{key}' stands twice", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)

    def construct_date(self, node: yaml.ScalarNode) -> object:
        """Build a date; the base loader lets an impossible one escape without its line."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError as error:
            raise yaml.MarkedYAMLError(
                problem=f"'{node.value}' is no date ({error})", problem_mark=node.start_mark
            ) from error


_StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", _StrictLoader.construct_date)


@dataclass(frozen=True)
class YamlFile:
    """One file: its name as faults show it, its text, and what it holds."""

    name: str  # relative to the directory that was loaded
    text: str
    data: Any

    @cached_property
    def _root(self) -> yaml.Node | None:
        root: yaml.Node | None = yaml.compose(self.text, Loader=yaml.CSafeLoader)
        return root

    def line_of(self, path: FieldPath) -> int:
        """Return the line (from 1) where ``path`` stands, or the nearest value around it."""
        node, line = self._root, 1
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            node, line = found
        return line


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        child: yaml.Node = node.value[part]
        return child, child.start_mark.line + 1
    return None


def read_yaml(path: Path, root: Path) -> YamlFile:
    """Read one file of UTF-8 YAML.

    Raises:
        yaml.MarkedYAMLError: the syntax is wrong, or a key stands twice in one mapping.
        UnicodeDecodeError: the file is not UTF-8.
    """
    text = path.read_text(encoding="utf-8")
    return YamlFile(path.relative_to(root).as_posix(), text, parse_yaml(text))


def parse_yaml(text: str) -> Any:
    """Return what a YAML text holds.

    Raises:
        yaml.MarkedYAMLError: the syntax is wrong, or a key stands twice in one mapping.
    """
    return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 -- descends from the safe loader
