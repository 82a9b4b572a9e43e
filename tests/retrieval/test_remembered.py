"""What was read out of texts, kept from one start to the next."""

import json
import logging
from pathlib import Path

import pytest

from retrieval.remembered import RememberedTexts, key_of


class Worker:
    """Cuts a text into its characters, and counts how often."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, text: str) -> list[str]:
        self.asked.append(text)
        return list(text)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "texts.json"


def test_text_is_worked_out_once_for_each_kind(path: Path) -> None:
    work, texts = Worker(), RememberedTexts.read(path, "k")

    assert texts.of("tokens", "户口", work) == texts.of("tokens", "户口", work) == ("户", "口")
    assert texts.of("sounds", "户口", work) == ("户", "口")
    assert work.asked == ["户口", "户口"]


def test_next_start_goes_on_with_what_was_saved(path: Path) -> None:
    first = RememberedTexts.read(path, "k")
    first.of("tokens", "户口", Worker())
    first.save()
    work = Worker()

    again = RememberedTexts.read(path, "k").of("tokens", "户口", work)

    assert (again, work.asked) == (("户", "口"), [])
    assert [one.name for one in path.parent.iterdir()] == [path.name]  # nothing half written


def test_what_was_saved_under_another_key_is_not_used(path: Path) -> None:
    first = RememberedTexts.read(path, "k")
    first.of("tokens", "户口", Worker())
    first.save()
    work = Worker()

    RememberedTexts.read(path, "other").of("tokens", "户口", work)

    assert work.asked == ["户口"]


def test_kinds_that_do_not_depend_on_the_key_are_shared(path: Path) -> None:
    work, first = Worker(), RememberedTexts.read(path, "k")
    for kind in ("tokens", "sounds"):
        first.of(kind, "户口", work)

    other = first.under("other", ["sounds"])
    for kind in ("tokens", "sounds"):
        other.of(kind, "户口", work)
    other.of("sounds", "社保", work)
    first.of("sounds", "社保", work)

    assert work.asked == ["户口", "户口", "户口", "社保"]  # tokens anew; new sounds for both


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"key": "k"}',
        '{"key": "k", "kinds": [1]}',
        '{"key": "k", "kinds": {"a": 1}}',
    ],
)
def test_damaged_file_is_made_anew(
    path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_text(content, encoding="utf-8")

    with caplog.at_level(logging.WARNING):
        texts = RememberedTexts.read(path, "k")
    texts.of("tokens", "户口", Worker())
    texts.save()

    assert "made anew" in caplog.text
    assert json.loads(path.read_text("utf-8"))["kinds"] == {"tokens": {"户口": ["户", "口"]}}


def test_missing_file_is_no_fault(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    RememberedTexts.read(path, "k")

    assert caplog.text == ""


def test_nothing_new_is_not_written(path: Path) -> None:
    texts = RememberedTexts.read(path, "k")
    texts.save()
    assert not path.exists()

    texts.of("tokens", "户口", Worker())
    texts.save()
    path.unlink()
    texts.save()

    assert not path.exists()


def test_place_that_cannot_be_written_is_logged_and_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    texts = RememberedTexts(tmp_path / "cache" / "texts.json", "k", {})

    assert texts.of("tokens", "户口", Worker()) == ("户", "口")
    texts.save()

    assert "not kept for the next start" in caplog.text


def test_key_changes_with_each_thing_that_parts_depend_on(tmp_path: Path) -> None:
    source = tmp_path / "tokens.py"
    source.write_text("one")
    key = key_of(["户口", "社保"], ["jieba 1"], [source])

    assert key_of(["社保", "户口"], ["jieba 1"], [source]) == key  # in whatever order terms come
    changed = [
        key_of(["户口"], ["jieba 1"], [source]),
        key_of(["户口", "社保"], ["jieba 2"], [source]),
    ]
    source.write_text("two")
    changed.append(key_of(["户口", "社保"], ["jieba 1"], [source]))
    assert len({key, *changed}) == 4
