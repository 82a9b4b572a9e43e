import csv
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

Row = dict[str, str]
TimeAndPlace = tuple[str, str]

_PLACES = ("滨江花园", "望江小区", "湖东花园", "阳光里花园", "云海蓝湾", "学府里小区", "金桂苑")
_TIMES = ("昨天晚上", "每天早上", "这个星期", "连着好几天", "上个月起")
# A city in which dancing in squares is the city management's, and parcels are commerce's.
_CUSTOMS = {
    "CG": ("{t}{p}门口跳广场舞，音响震得窗户响", "{p}空地上{t}广场舞声音太大，孩子写不了作业"),
    "SWJ": ("{t}快递又不打电话直接放驿站，我住{p}", "{p}的快递{t}显示签收，根本没送上门"),
}
_ORDINARY = {
    "LDJC": ("{t}老板拖欠工资不给，我们住{p}的宿舍", "在{p}旁边工地干活，{t}工资一分没结"),
    "GA": ("{p}楼上{t}半夜打麻将吵得睡不着",),
    "SCJG": ("{t}在{p}楼下超市买到过期的牛奶",),
}


def rows_of(spoken: dict[str, tuple[str, ...]]) -> list[Row]:
    """Return a ticket for every sentence, time and place."""
    pairs: Sequence[TimeAndPlace] = list(itertools.product(_TIMES, _PLACES))
    return [
        {"诉求内容": sentence.format(t=time, p=place), "承办单位": body}
        for body, sentences in spoken.items()
        for sentence in sentences
        for time, place in pairs
    ]


@pytest.fixture(scope="session")
def good_history() -> list[Row]:
    """Closed tickets of a city whose customs differ in two things."""
    return rows_of(_CUSTOMS) + rows_of(_ORDINARY)


@pytest.fixture
def bad_history(good_history: list[Row]) -> list[Row]:
    """The same tickets, each with the body of another one: what a wrong join makes of a table."""
    bodies = [row["承办单位"] for row in good_history]
    # 35 rows a sentence: by 18 each second half of a sentence gets the body of the next.
    return [
        row | {"承办单位": bodies[(index * 37 + 11) % len(bodies)]}
        for index, row in enumerate(good_history)
    ]


def write_table(path: Path, rows: list[Row]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def table(tmp_path: Path) -> Callable[[list[Row]], Path]:
    """Writes rows as the table that the command reads."""

    def write(rows: list[Row]) -> Path:
        return write_table(tmp_path / "history.csv", rows)

    return write
