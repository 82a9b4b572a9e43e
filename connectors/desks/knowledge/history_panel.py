"""The right column while reading: every version, and what can be done with it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from nicegui import ui

from connectors.desks.due import when_words
from connectors.desks.widgets import button, heading
from knowledge_base.entries.schemas import EntryView, Standing, VersionView
from knowledge_base.entries.states import OPEN


@dataclass(frozen=True, slots=True)
class HistoryActs:
    """What the history offers; each is asked again by the service."""

    read: Callable[[int | None], Awaitable[None]]
    compare: Callable[[int, int | None], Awaitable[None]]
    roll_back: Callable[[int], None] | None  # None: not for this account
    expire: Callable[[int], None] | None


def draw_history(view: EntryView | None, acts: HistoryActs) -> None:
    """Draw the versions, the newest first; the shipped guide last."""
    heading("版本与经过")
    if view is None:
        ui.label("还没有任何版本。").classes("desk-empty")
        return
    if view.shipped_newer:
        ui.label("△ 产品随附的内容比在用版本的底稿更新，请比较后决定是否采用。").classes(
            "know-newer"
        )
    with ui.element("ol").classes("desk-timeline"):
        for version in view.versions:
            with ui.element("li").props(f"data-version={version.version or 'open'}"):
                _draw_version(version, acts)
        shipped = view.shipped_version
        if shipped is not None and shipped not in {one.version for one in view.versions}:
            with ui.element("li").props(f"data-version={shipped}"):
                _draw_shipped(shipped, view, acts)


def _draw_version(one: VersionView, acts: HistoryActs) -> None:
    opened = one.state in OPEN
    name = one.state.label if opened else f"第 {one.version} 版"
    with ui.element("div").classes("desk-bar know-version"):
        ui.label(name).classes("desk-channel")
        if not opened:
            ui.label(one.standing.label).classes(_look(one.standing))
        ui.label(when_words(one.published_at or one.updated_at)).classes("desk-time")
    for line in _lines(one):
        ui.label(line).classes("desk-note")
    with ui.element("div").classes("know-version-acts"):
        button("查看", partial(acts.read, one.version), "quiet")
        if one.base_version is not None:
            act = partial(acts.compare, one.base_version, one.version)
            button(f"与第 {one.base_version} 版比较", act, "quiet", mark=f"compare-{name}")
        replaced = one.standing in {Standing.REPLACED, Standing.ENDED}
        if acts.roll_back is not None and one.version is not None and replaced:
            act_back = partial(acts.roll_back, one.version)
            button("回退到此版", act_back, "quiet", mark=f"roll-back-{one.version}")
        current = one.standing in {Standing.IN_FORCE, Standing.SCHEDULED}
        if acts.expire is not None and one.version is not None and current:
            button("停用", partial(acts.expire, one.version), "quiet", mark=f"expire-{one.version}")


def _draw_shipped(number: int, view: EntryView, acts: HistoryActs) -> None:
    in_force = not any(one.version is not None for one in view.versions)
    with ui.element("div").classes("desk-bar know-version"):
        ui.label(f"第 {number} 版").classes("desk-channel")
        ui.label("在用" if in_force else "已被取代").classes(
            _look(Standing.IN_FORCE if in_force else Standing.REPLACED)
        )
        ui.label("产品随附").classes("desk-time")
    with ui.element("div").classes("know-version-acts"):
        button("查看", partial(acts.read, number), "quiet")
        if acts.roll_back is not None and not in_force:
            back = partial(acts.roll_back, number)
            button("回退到此版", back, "quiet", mark=f"roll-back-{number}")
        if acts.expire is not None and in_force:
            button("停用", partial(acts.expire, number), "quiet", mark=f"expire-{number}")


def _look(standing: Standing) -> str:
    return "desk-tag know-in-force" if standing is Standing.IN_FORCE else "desk-tag"


def _lines(one: VersionView) -> list[str]:
    people = f"编写 {one.author}" + (f"，审核 {one.reviewer}" if one.reviewer else "")
    said = [
        people,
        f"理由：{one.reason}",
        f"审核意见：{one.review_note}" if one.review_note else "",
        f"放行理由：{one.override_reason}" if one.override_reason else "",
        f"由第 {one.restores_version} 版回退而来" if one.restores_version else "",
        f"自 {one.in_force_from:%Y-%m-%d} 起生效" if one.in_force_from else "",
        f"{one.ended_on:%Y-%m-%d} 停用：{one.end_reason or '未写明'}" if one.ended_on else "",
        f"由 {one.superseded_by} 替代" if one.superseded_by else "",
    ]
    return [line for line in said if line]
