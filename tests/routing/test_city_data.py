import shutil
from pathlib import Path

import pytest

from foundation.text.normalise import normalise
from knowledge_base.errors import LibraryFaultsError
from knowledge_base.loader import load_library
from routing.city_data import SHIPPED_DIRECTORY, load_taxonomy
from routing.taxonomy import TERRITORY


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for file in SHIPPED_DIRECTORY.glob("*.yml"):
        shutil.copy(file, tmp_path)
    return tmp_path


def test_taxonomy_holds_every_category_with_phrases_and_cue() -> None:
    taxonomy = load_taxonomy()

    assert len(taxonomy.categories) == 240
    assert set(taxonomy.phrases) == set(taxonomy.categories)
    assert set(taxonomy.cues) == set(taxonomy.categories)


def test_taxonomy_names_only_bodies_of_the_knowledge_base() -> None:
    taxonomy, departments = load_taxonomy(), load_library().departments
    named = {body for row in taxonomy.categories.values() for body in row.leads}
    named |= set(taxonomy.responsibilities)

    assert named - {TERRITORY} <= set(departments)


def test_load_taxonomy_lists_every_fault_at_once(copied: Path) -> None:
    rows = copied / "categories.yml"
    rows.write_text(
        rows.read_text("utf-8").replace("leads: [CG, 属地]", "leads: [ZZZ]", 1), "utf-8"
    )
    cues = copied / "category_cues.yml"
    cues.write_text(cues.read_text("utf-8") + "C999999: '('\n", "utf-8")

    with pytest.raises(LibraryFaultsError) as caught:
        load_taxonomy(copied)

    assert [fault.split(";")[0].split(": ", 1)[1] for fault in caught.value.faults] == [
        "leads: no body 'ZZZ'",
        "C999999: 'C999999' is not known",
    ]


def test_load_taxonomy_without_a_file_says_so(copied: Path) -> None:
    (copied / "category_examples.yml").unlink()

    with pytest.raises(LibraryFaultsError, match=r"category_examples.yml:1: file: is missing"):
        load_taxonomy(copied)


def test_each_writers_appeals_can_be_left_out_and_the_newest_speak_of_every_category() -> None:
    taxonomy = load_taxonomy()

    assert {appeal.writer for appeal in taxonomy.appeals} == {1, 2, 3, 4}
    newest = {appeal.category for appeal in taxonomy.appeals if appeal.writer == 3}
    assert newest == set(taxonomy.categories)


def test_shipped_appeals_look_like_a_message_that_was_read() -> None:
    texts = [appeal.text for appeal in load_taxonomy().appeals]

    assert texts == [normalise(text) for text in texts]
    assert any("联通的卡" in text for text in texts)  # written in traditional characters
