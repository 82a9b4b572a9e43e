"""One guide as people read it: every facet in the words of the answer."""

from nicegui import ui
from pydantic import ValidationError

from knowledge_base.entries.content import Content, as_matter
from knowledge_base.entries.text_form import as_text
from knowledge_base.field_names import field_name
from knowledge_base.library import Library
from knowledge_base.rendering import common_questions_text, facet_text
from knowledge_base.schema import FacetName, Matter


def draw_content(content: Content, library: Library) -> None:
    """Draw a guide, or what is written of it so far."""
    try:
        matter = as_matter(content, 1)
        texts = {facet: facet_text(matter, facet, library) for facet in FacetName}
    except (ValidationError, KeyError):
        # Not a guide yet, or it names a place that is not there: the text says it best.
        ui.label("这份草稿还不完整，先按原文显示；编辑时右侧会指出问题。").classes(
            "know-unfinished"
        )
        ui.label(as_text(content)).classes("know-source")
        return
    _draw_head(matter)
    entry = library.index.get(matter.code)
    expected = tuple(FacetName) if entry is None else entry.expected_facets
    for facet, text in texts.items():
        if text:
            _fact(facet.label, text)
        elif facet in expected:
            _fact(facet.label, "△ 没有写明", missing=True)
    if matter.common_questions:
        _fact("常见问题", common_questions_text(matter))
    _draw_foot(matter, library)


def _draw_head(matter: Matter) -> None:
    ui.label(matter.summary).classes("know-summary")
    _fact("别名", "、".join(matter.aliases))
    if matter.sample_questions:
        _fact("问法", "\n".join(matter.sample_questions))


def _draw_foot(matter: Matter, library: Library) -> None:
    for code, difference in matter.confused_with.items():
        _fact("易混事项", f"{library.title_of(code) or code}（{code}）：{difference}")
    _fact("来源", matter.source.title + (f"\n{matter.source.url}" if matter.source.url else ""))
    ends = "长期" if matter.valid_to is None else matter.valid_to.isoformat()
    _fact("起止", f"{matter.valid_from.isoformat()} 至 {ends}")
    if matter.superseded_by:
        _fact(field_name("superseded_by"), matter.superseded_by)


def _fact(name: str, value: str, *, missing: bool = False) -> None:
    with ui.element("div").classes("fact"):
        ui.label(name).classes("fact-name")
        ui.label(value).classes("fact-value missing" if missing else "fact-value")
