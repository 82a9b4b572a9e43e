import time
from collections.abc import Callable
from pathlib import Path

import yaml

from knowledge_base.checks import check, with_places
from knowledge_base.library import Library
from knowledge_base.loader import load_with_sources
from tests.knowledge_base.checks.guides import TODAY, fact, guide

SECONDS = 15  # of one processor, for the whole library; 3 are needed


def test_shipped_guides_have_no_findings_and_are_read_in_time(shipped: Library) -> None:
    started = time.process_time()

    findings = check(shipped, TODAY)

    assert [f"{f.code} {f.field}: {f.message}" for f in findings] == []
    assert time.process_time() - started < SECONDS


def test_shipped_guides_state_most_facets_with_their_law(shipped: Library) -> None:
    expected = [
        (matter, facet)
        for matter in shipped.matters.values()
        for facet in shipped.index[matter.code].expected_facets
    ]
    grounded = sum(matter.grounded(facet) for matter, facet in expected)

    assert grounded / len(expected) >= 0.6, f"{grounded} of {len(expected)}"


def test_findings_name_file_and_line(write_library: Callable[..., Path]) -> None:
    written = guide(conditions=fact("应当在15以内修复。"))
    text = yaml.safe_dump([written], allow_unicode=True, sort_keys=False)
    directory = write_library(**{"library/demo.yml": text})
    library, sources = load_with_sources(directory)

    (finding,) = with_places(check(library, TODAY), sources)

    assert finding.file == "library/demo.yml"
    assert finding.line is not None
    assert "应当在15以内修复" in text.splitlines()[finding.line - 1]


def test_findings_of_reference_data_name_their_file(write_library: Callable[..., Path]) -> None:
    text = yaml.safe_dump([guide()], allow_unicode=True, sort_keys=False)
    places = (
        "- {name: 东区, kind: 区县, district: 东区}\n- {name: 长街, kind: 道路, district: 北区}\n"
    )
    directory = write_library(**{"library/demo.yml": text, "city/places.yml": places})
    library, sources = load_with_sources(directory)

    (finding,) = with_places(check(library, TODAY), sources)

    assert (finding.code, finding.file, finding.line) == ("长街", "city/places.yml", 2)
