"""Records that hold records: each value becomes a column of its own, named by its path."""

from collections.abc import Iterator, Mapping
from typing import Any

from knowledge_base.exchange.rows import RawRow

Json = Any  # the JSON edge: a value of a record
_DEEPEST = 10  # levels; records of real lists have three


def flattened(row: RawRow) -> RawRow:
    """Return a row whose columns are paths: ``办理.承诺办结时限``, ``申请.材料.名称``.

    Of a list of records each is a member of the row, so that what belongs together stays so; the
    column of the row holds the values of all, a line each.
    """
    if not any(isinstance(one, dict | list) for one in row.values.values()):
        return row
    values: dict[str, list[Json]] = {}
    members: list[dict[str, Json]] = []
    for path, value, member in _leaves(row.values, "", members, None, 0):
        values.setdefault(path, []).append(value)
        if member is not None:
            member[path] = value
    joined = {path: found[0] if len(found) == 1 else found for path, found in values.items()}
    return RawRow(row.number, joined, row.faults, tuple(members))


def _leaves(
    record: Mapping[str, Json],
    above: str,
    members: list[dict[str, Json]],
    member: dict[str, Json] | None,
    depth: int,
) -> Iterator[tuple[str, Json, dict[str, Json] | None]]:
    """Yield each value with its path and the member it stands in; new members are added."""
    for name, value in record.items():
        path = f"{above}{name}"
        if isinstance(value, dict) and depth < _DEEPEST:
            yield from _leaves(value, f"{path}.", members, member, depth + 1)
        elif _holds_records(value) and depth < _DEEPEST:
            for one in value:
                own: dict[str, Json] = {}
                members.append(own)
                yield from _leaves(one, f"{path}.", members, own, depth + 1)
        else:
            yield path, value, member


def _holds_records(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
