"""Dotted field paths (``time_limit.statutory``) in a guide's content."""

from collections.abc import Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from knowledge_base.schema import Matter

Json = Any  # the JSON edge: a part of a guide


def get_path(content: Mapping[str, Json], path: str) -> Json:
    """Return the value at a path; None where there is none."""
    value: Json = content
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def set_path(content: dict[str, Json], path: str, value: Json) -> None:
    """Put a value at a path, making the mappings on the way; None takes it out."""
    *above, last = path.split(".")
    for name in above:
        below = content.get(name)
        if not isinstance(below, dict):
            if value is None:
                return
            below = content[name] = {}
        content = below
    if value is None:
        content.pop(last, None)
    else:
        content[last] = value


def copied(value: Json) -> Json:
    """Return a deep copy of JSON values."""
    if isinstance(value, Mapping):
        return {name: copied(one) for name, one in value.items()}
    return [copied(one) for one in value] if isinstance(value, list | tuple) else value


def is_field(path: str) -> bool:
    """Whether a guide has a field of this path."""
    model: type[BaseModel] | None = Matter
    for name in path.split("."):
        if model is None or name not in model.model_fields:
            return False
        model = _record_type(model.model_fields[name].annotation)
    return True


def _record_type(annotation: object) -> type[BaseModel] | None:
    """Return the record that a field holds, alone or as optional; None for lists and values."""
    optional = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else ()
    for one in (annotation, *optional):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None
