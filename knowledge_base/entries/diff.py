"""What changed between two versions, field by field."""

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from pydantic import BaseModel, ConfigDict

Json = Any  # the JSON edge: a guide as it lies in the database
_SCALARS = frozenset({bool, int, float})


class FieldChange(BaseModel):
    """One field; ``before`` is None where it was added, ``after`` where it was taken out."""

    model_config = ConfigDict(frozen=True)

    field: str  # fee.items[0].amount_yuan; positions of the new version, of the old when taken out
    before: Json = None
    after: Json = None


def field_changes(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[FieldChange]:
    """Return every changed field in the order of the guide; the version number is no content.

    Empty values count as absent. Lists are aligned, so that one inserted document does not show
    as a change of all that follow.
    """
    old, new = ({k: v for k, v in side.items() if k != "version"} for side in (before, after))
    return list(_changes("", old, new))


def additions(after: Mapping[str, Json]) -> list[dict[str, Json]]:
    """Return the changes of a guide without a base, as they are stored: every field is added."""
    kept = {name: pruned(value) for name, value in after.items() if name != "version"}
    return [
        {"field": name, "before": None, "after": value}
        for name, value in kept.items()
        if value is not None
    ]


def _changes(field: str, before: Json, after: Json) -> Iterator[FieldChange]:
    if before is None or after is None:  # added or taken out: nothing to compare within
        old, new = pruned(before), pruned(after)
        if old is not None or new is not None:
            yield FieldChange(field=field, before=old, after=new)
        return
    if _canonical(before) == _canonical(after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*after, *before)):
            inner = f"{field}.{name}" if field else name
            yield from _changes(inner, before.get(name), after.get(name))
    elif _is_list(before) and _is_list(after):
        yield from _list_changes(field, before, after)
    else:
        yield FieldChange(field=field, before=pruned(before), after=pruned(after))


def _list_changes(
    field: str, before: Sequence[Json], after: Sequence[Json]
) -> Iterator[FieldChange]:
    matcher = SequenceMatcher(
        None,
        [_canonical(one) for one in before],
        [_canonical(one) for one in after],
        autojunk=False,
    )
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            continue
        old, new = before[old_from:old_to], after[new_from:new_to]
        paired = min(len(old), len(new))
        for offset in range(paired):
            yield from _changes(f"{field}[{new_from + offset}]", old[offset], new[offset])
        for offset, one in enumerate(old[paired:], old_from + paired):
            yield FieldChange(field=f"{field}[{offset}]", before=pruned(one))
        for offset, one in enumerate(new[paired:], new_from + paired):
            yield FieldChange(field=f"{field}[{offset}]", after=pruned(one))


def pruned(value: Json) -> Json:
    """Return the value without anything empty; ``None`` when nothing is left."""
    # Exact types first: asking an abstract class is slow, and nearly all values are plain.
    kind = type(value)
    if kind is str:
        return value or None
    if value is None or kind in _SCALARS:
        return value
    if kind is dict or isinstance(value, Mapping):
        kept = {name: pruned(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one is not None} or None
    if kind is list or _is_list(value):
        return [pruned(one) for one in value] or None
    return None if value == "" else value


def _canonical(value: Json) -> str:
    return json.dumps(pruned(value), ensure_ascii=False, sort_keys=True)


def _is_list(value: Json) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
