"""A guide as editors write it."""

import pytest

from knowledge_base.checks import Finding
from knowledge_base.entries.content import guide_form, normal_form
from knowledge_base.entries.text_form import (
    MAX_CHARACTERS,
    as_text,
    lines_of,
    outline,
    read_text,
)
from knowledge_base.library import Library
from knowledge_base.loader import load_library


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def test_every_shipped_guide_survives_being_written_and_read(library: Library) -> None:
    assert library.matters
    for matter in library.matters.values():
        form = guide_form(matter)
        read = read_text(as_text(form))
        assert read.content is not None
        assert normal_form(read.content) == form


def test_text_is_laid_out_like_the_shipped_files(library: Library) -> None:
    text = as_text(guide_form(library.matters["M0103"]))

    assert text.startswith("code: M0103\ntitle: 居民身份证丢失补领\naliases:\n  - 身份证掉了\n")
    assert "- {law: 中华人民共和国居民身份证法, article: 第十一条}\n" in text
    assert "\nvalid_from: 2012-01-01" in text


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("code: M0103\ntitle: [没有写完", "格式有误", 2),
        ("code: M0103\ncode: M0104", "前面已经写过", 2),
        ("- 只有一条", "字段名", 1),
        ("", "字段名", 1),
        ("1: 数字作字段名", "字段名", 1),
        ("a: &x [1]\nb: *x", "引用符号", 2),
        ("a: " + "[" * 50_000, "嵌套过深", 1),
        ("a: \x00", "不能保存的字符", 1),
        ("字" * (MAX_CHARACTERS + 1), "内容过长", 1),
    ],
)
def test_what_is_no_guide_is_told_with_its_line(text: str, problem: str, line: int) -> None:
    read = read_text(text)

    assert read.content is None
    assert problem in (read.problem or "")
    assert read.line == line


def test_findings_are_found_at_their_lines() -> None:
    text = "code: M0103\nfee:\n  items:\n    - name: 工本费\n      amount_yuan: 40\n"
    fields = ("fee.items.0.amount_yuan", "fee.items[0].name", "fee.items", "code", "nothing")
    findings = [Finding("M0103", field, "", "") for field in fields]

    assert lines_of(text, findings) == [5, 4, 3, 1, 1]


def test_outline_of_a_listed_matter_names_what_is_known(library: Library) -> None:
    entry = next(iter(library.index.values()))

    read = read_text(as_text(outline(entry)))

    assert read.content is not None
    named = {name: read.content[name] for name in ("code", "title", "category")}
    assert named == {"code": entry.code, "title": entry.title, "category": entry.category}
