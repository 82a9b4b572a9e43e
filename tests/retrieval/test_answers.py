import re

import pytest

from knowledge_base.library import Library
from knowledge_base.rendering import Phrases, facet_text
from knowledge_base.schema import FacetName
from retrieval.answers import cite, compose_text


@pytest.mark.parametrize("facet", list(FacetName))
def test_every_sentence_of_every_answer_stands_in_its_guide(
    facet: FacetName, library: Library
) -> None:
    assert library.public_matters()
    for matter in library.public_matters():
        guide = {matter.summary, matter.title}
        for one in FacetName:
            guide.update(facet_text(matter, one, library).splitlines())
        fixed = {Phrases.HEADING.format(label=one.label) for one in FacetName}
        missing = Phrases.MISSING.format(labels=facet.label, phone=matter.consultation_phone)

        for line in filter(None, compose_text(matter, facet, library).splitlines()):
            assert line in guide | fixed | {missing}, f"{matter.code} {facet}: {line}"


def test_answer_says_what_the_guide_does_not_state(library: Library) -> None:
    silent = [
        (matter, facet)
        for matter in library.public_matters()
        for facet in FacetName
        if not matter.covers(facet) and facet is not FacetName.PROCESS
    ]
    for matter, facet in silent:
        assert "本指南没有写明" in compose_text(matter, facet, library)


def test_plain_question_is_answered_with_process_then_materials(library: Library) -> None:
    text = compose_text(library.matter("M0103"), FacetName.PROCESS, library)

    assert re.findall("【(.+?)】", text) == ["办理流程", "申请材料"]
    assert text.startswith(library.matter("M0103").summary)


def test_question_for_one_facet_is_answered_with_title_and_facet_alone(library: Library) -> None:
    matter = library.matter("M0103")

    text = compose_text(matter, FacetName.FEE, library)

    assert text.startswith(f"{matter.title}\n\n【收费】\n")
    assert matter.summary not in text


def test_source_names_version_date_document_and_the_facets_laws(library: Library) -> None:
    matter = library.matter("M0103")

    source = cite(matter, FacetName.FEE)

    assert (source.code, source.title) == ("M0103", matter.title)
    assert (source.version, source.valid_from) == (matter.version, matter.valid_from.isoformat())
    assert source.source == matter.source.title
    assert source.laws == (f"《{matter.fee.items[0].basis[0].law}》",)
