"""The five steps from a question to its answer, drawn one under the other."""

from collections.abc import Callable

from nicegui import ui

from connectors.desks.knowledge.parts import entry_path, link
from connectors.desks.widgets import heading
from knowledge_base.library import Library
from knowledge_base.schema import Audience
from retrieval.explaining import ChannelHits, Explanation, FusedCandidate, Hit
from retrieval.schemas import Decision, EntryKind

_DECISIONS = {
    Decision.ANSWER: ("✓ 直接回答", "in-time"),
    Decision.CLARIFY: ("◷ 列出选项，请市民选择", "soon"),
    Decision.NO_ANSWER: ("○ 知识库没有，请换个说法或转人工", "out"),
}
_AUDIENCES = {Audience.PERSON: "个人", Audience.ORGANISATION: "法人", Audience.BOTH: "个人和法人"}


def draw_explanation(explained: Explanation, library: Library) -> None:
    """Draw every step."""
    _step("1 理解问题", lambda: _draw_understanding(explained))
    _step("2 各通道找到的条目", lambda: _draw_channels(explained))
    _step("3 合并得分", lambda: _draw_candidates(explained))
    _step("4 决定", lambda: _draw_decision(explained))
    _step("5 回答", lambda: _draw_answer(explained, library))


def _step(title: str, draw: Callable[[], None]) -> None:
    with ui.element("section").classes("know-step").props(f"data-step={title[0]}"):
        heading(title)
        draw()


def _draw_understanding(explained: Explanation) -> None:
    read = explained.understanding
    with ui.element("dl").classes("know-facts"):
        for name, value in (
            ("规范后的文字", read.text),
            ("核心问题", read.core if read.core != read.text else "与全文相同"),
            ("检索用的说法", "\n".join(explained.readings)),
            ("问的方面", read.facet.label if read.facet else "没有明说，按办理流程回答"),
            ("服务对象", _AUDIENCES[read.audience] if read.audience else "没有明说"),
            ("是否追问", "是，没有说出事项" if read.follow_up else "否"),
        ):
            with ui.element("dt"):
                ui.label(name)
            with ui.element("dd"):
                ui.label(value)


def _draw_channels(explained: Explanation) -> None:
    if not explained.has_dense:
        ui.label("△ 语义通道还没有就绪，暂时只用字词和读音。").classes("know-newer")
    with ui.element("div").classes("know-channels"):
        for found in explained.channels:
            _draw_channel(found)
    ui.label("各通道的分数不能互相比较；带 ○ 的事项没有公开指南，不会用来回答。").classes(
        "desk-note"
    )


def _draw_channel(found: ChannelHits) -> None:
    with ui.element("section").classes("know-channel").props(f"data-channel={found.channel}"):
        ui.label(found.channel.label).classes("desk-channel").props("role=heading aria-level=3")
        if not found.hits:
            ui.label("没有找到。").classes("desk-empty")
        for hit in found.hits:
            _draw_hit(hit)


def _draw_title(title: str, code: str, kind: EntryKind) -> None:
    if kind is EntryKind.GUIDE:
        link(title, entry_path(code))
    else:
        # Policy answers and documents have no page of their own on this desk.
        ui.label(f"{kind.label}：{title}")


def _draw_hit(hit: Hit) -> None:
    with ui.element("div").classes("know-hit"):
        with ui.element("div").classes("know-hit-line"):
            sign = "" if hit.written else "○ "
            _draw_title(f"{sign}{hit.title}", hit.code, hit.kind)
            ui.label(f"{hit.score:.3f}").classes("know-score")
        _bar(hit.score, 1.0)
        if hit.matched and hit.matched != hit.title:
            ui.label(f"近似：{hit.matched}").classes("know-matched")


def _bar(value: float, full: float) -> None:
    width = 0.0 if full <= 0 else max(0.0, min(1.0, value / full)) * 100
    with ui.element("div").classes("know-bar").props("aria-hidden=true"):
        ui.element("div").style(f"width: {width:.1f}%")


def _draw_candidates(explained: Explanation) -> None:
    if not explained.candidates:
        ui.label("没有候选条目。").classes("desk-empty")
        return
    names = list(explained.candidates[0].parts)
    with (
        ui.element("div").classes("know-wide"),
        ui.element("table").classes("desk-table know-table"),
    ):
        with ui.element("thead"), ui.element("tr"):
            for title in ("候选条目", "合并得分", *names):
                with ui.element("th").props("scope=col"):
                    ui.label(title)
        with ui.element("tbody").props("data-mark=candidates"):
            for candidate in explained.candidates:
                _draw_candidate(candidate)


def _draw_candidate(candidate: FusedCandidate) -> None:
    with ui.element("tr"):
        with ui.element("td"):
            _draw_title(f"{candidate.title}（{candidate.code}）", candidate.code, candidate.kind)
        for number in (candidate.score, *candidate.parts.values()):
            with ui.element("td").classes("know-number"):
                ui.label(f"{number:.3f}")


def _draw_decision(explained: Explanation) -> None:
    words, look = _DECISIONS[explained.answer.decision]
    ui.label(words).classes(f"know-decision {look}").props("data-mark=decision")
    with ui.element("div").classes("know-gauge").props("aria-hidden=true"):
        ui.element("div").classes("know-gauge-value").style(
            f"width: {explained.probability * 100:.1f}%"
        )
        left = f"left: {explained.answer_from * 100:.1f}%"
        with ui.element("div").classes("know-gauge-mark").style(left):
            ui.label("回答")
    tied = explained.margin < explained.tie_margin
    lead = f"第一名领先 {explained.margin:.3f}（少于 {explained.tie_margin:.3f} 视为不相上下）"
    ui.label(
        f"前几名中有正确项的概率 {explained.belonging:.1%}，"
        f"不到 {explained.clarify_from:.1%} 不作答；"
        f"第一名正确的概率 {explained.probability:.1%}，达到 {explained.answer_from:.1%} 直接回答，"
        f"否则列出选项；"
        f"{lead}{'，现在不相上下' if tied else ''}。"
    ).classes("desk-note").props("data-mark=probability")
    if explained.decision is not explained.answer.decision:
        note = "这句话没有说出事项，单独问时不回答；在对话中会接着上一个事项回答。"
        ui.label(note).classes("desk-note")


def _draw_answer(explained: Explanation, library: Library) -> None:
    answer = explained.answer
    with ui.element("div").props("data-mark=answer"):
        if not answer.text:
            ui.label("不给出答案：市民会看到换个说法或转接坐席的提示。").classes("desk-empty")
            return
        if answer.matter and answer.facet:
            title = library.title_of(answer.matter) or answer.matter
            ui.label(f"{title} · {answer.facet.label}").classes("know-answer-title")
        ui.label(answer.text).classes("know-answer")
        for source in answer.sources:
            laws = f"（{'、'.join(source.laws)}）" if source.laws else ""
            since = f" · {source.valid_from} 起" if source.valid_from else ""
            line = f"来源：{source.source}{laws} · 第 {source.version} 版{since}"
            ui.label(line).classes("desk-note")
    ui.label(f"用时 {answer.elapsed_ms:.0f} 毫秒").classes("desk-note")
