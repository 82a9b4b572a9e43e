"""One entry checked against the others finds what the whole check finds of it."""

import re
import time
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from knowledge_base.checks import Finding, GuideMemory, Rule, check, check_entry
from knowledge_base.library import Library
from knowledge_base.schema import Matter
from tests.knowledge_base.checks.guides import TODAY

SECONDS = 0.25  # of one processor; 0.03 are needed
BOILERPLATE = "请先阅读本页的全部说明再前往窗口办理。"


def _changed(library: Library, **changes: dict[str, Any]) -> Library:
    """Return the library with these fields of these guides replaced."""
    guides = {
        code: Matter.model_validate({**library.matters[code].model_dump(), **fields})
        for code, fields in changes.items()
    }
    return replace(library, matters=MappingProxyType({**library.matters, **guides}))


def _part(library: Library, step: int) -> Library:
    """Return the library with one guide in ``step``."""
    kept = dict(list(library.matters.items())[::step])
    return replace(library, matters=MappingProxyType(kept))


@pytest.fixture(scope="module")
def faulty(shipped: Library) -> Library:
    """A part of the shipped library, faults of every family put into some of its guides."""
    shipped = _part(shipped, 4)
    codes = list(shipped.matters)
    data = {code: one.model_dump() for code, one in shipped.matters.items()}
    with_fee = next(
        one for one in shipped.matters.values() if any(i.amount_yuan for i in one.fee.items)
    )
    items = [{**item, "amount_yuan": 77.0} for item in with_fee.model_dump()["fee"]["items"]]
    asked = next(c for c, one in shipped.matters.items() if len(one.common_questions) > 1)
    answers = [{**one, "answer": "要99天。"} for one in data[asked]["common_questions"]]
    changes: dict[str, dict[str, Any]] = {
        codes[3]: {"aliases": [*data[codes[3]]["aliases"], data[codes[25]]["title"]]},
        codes[7]: {"conditions": data[codes[30]]["conditions"], "summary": "电话：7654321。"},
        codes[9]: {"superseded_by": codes[11]},
        codes[11]: {"superseded_by": codes[9]},
        codes[13]: {"department": "QX", "valid_to": "2026-01-31", "region": "无此地"},
        codes[15]: {"fee": {"items": items}},
        codes[17]: {"common_questions": answers, "title": "另一项登记"},
        codes[19]: {**data[codes[45]], "code": codes[19], "title": "又一项登记"},
        codes[21]: {"summary": "本市补贴每月800元。收取工本费15元。应当在15以内完成。"},
    }
    for code in codes[50:58]:
        changes[code] = {"summary": data[code]["summary"] + BOILERPLATE}
    changes[codes[13]]["department"] = next(
        one.code for one in shipped.departments.values() if not one.receives_tickets
    )
    return _changed(shipped, **changes)


@pytest.fixture(scope="module")
def whole(faulty: Library) -> list[Finding]:
    return check(faulty, TODAY, GuideMemory())


def test_faults_of_every_family_are_there_to_be_compared(whole: list[Finding]) -> None:
    missed = {Rule.ENTRY, Rule.LAW_NOT_IN_FORCE, Rule.MISSING_FACET}

    assert {one.rule for one in whole} >= set(Rule) - missed


def test_entries_checked_one_by_one_give_the_whole_check(
    faulty: Library, whole: list[Finding]
) -> None:
    memory = GuideMemory()
    # Every guide that a finding is of or names, and some of which there is nothing to say.
    named = {code for one in whole for code in re.findall(r"M\d{4,6}", one.message)}
    codes = {one.code for one in whole} | named | set(list(faulty.matters)[59:65])

    found = {code: check_entry(faulty, code, TODAY, memory) for code in codes}

    for code, findings in found.items():
        part = re.compile(rf"{code}(?!\d)")
        assert findings == [o for o in whole if o.code == code or part.search(o.message)], code
    assert {one for each in found.values() for one in each} == set(whole)


def test_findings_of_reference_data_belong_to_no_entry(shipped: Library) -> None:
    shipped = _part(shipped, 100)
    law = next(iter(shipped.laws.values()))
    ended = law.model_copy(update={"superseded_by": law.title})
    library = replace(shipped, laws=MappingProxyType({**shipped.laws, law.title: ended}))

    of_law = [one for one in check(library, TODAY, GuideMemory()) if one.code == law.title]

    assert [one.message for one in of_law] == [f"《{law.title}》最终由它自己取代"]
    assert of_law[0] not in check_entry(library, next(iter(library.matters)), TODAY, GuideMemory())


def test_changed_guide_is_looked_at_anew_and_quickly(shipped: Library) -> None:
    memory, code = GuideMemory(), "M0103"
    other = list(shipped.matters)[-1]
    assert check_entry(shipped, code, TODAY, memory) == []
    alias = shipped.matters[other].aliases[0]
    taken = _changed(shipped, **{code: {"aliases": [*shipped.matters[code].aliases, alias]}})

    started = time.process_time()
    findings = check_entry(taken, code, TODAY, memory)
    seconds = time.process_time() - started

    assert [(one.code, one.rule) for one in findings] == [(code, Rule.NEAR_DUPLICATE)]
    # The other one has a part in it.
    assert findings[0] in check_entry(taken, other, TODAY, memory)
    assert check_entry(shipped, code, TODAY, memory) == []
    assert seconds < SECONDS


def test_guides_read_again_are_not_worked_out_again(shipped: Library) -> None:
    memory = GuideMemory()
    before = memory.guides(shipped)
    copies = {code: one.model_copy(deep=True) for code, one in shipped.matters.items()}

    after = memory.guides(replace(shipped, matters=MappingProxyType(copies)))

    assert all(one is two for one, two in zip(before, after, strict=True))
