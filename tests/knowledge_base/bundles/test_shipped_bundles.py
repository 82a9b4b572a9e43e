import re
from itertools import product

import pytest

from knowledge_base.bundles.loader import load_bundles
from knowledge_base.bundles.materials import same_name
from knowledge_base.bundles.planning import plan
from knowledge_base.bundles.printing import plan_sheet
from knowledge_base.bundles.rendering import plan_text
from knowledge_base.bundles.schema import Bundle
from knowledge_base.library import Library
from knowledge_base.loader import load_library

BUNDLES = load_bundles(load_library())
EACH = pytest.mark.parametrize("bundle", BUNDLES.all(), ids=lambda bundle: bundle.code)


def every_answer(bundle: Bundle) -> list[dict[str, bool]]:
    keys = [question.key for question in bundle.questions]
    return [
        dict(zip(keys, given, strict=True)) for given in product((True, False), repeat=len(keys))
    ]


def test_shipped_bundles_cover_the_events_of_the_national_lists() -> None:
    assert {bundle.code: bundle.title for bundle in BUNDLES.all()} == {
        "B01": "新生儿出生",
        "B02": "企业开办",
        "B03": "结婚",
        "B04": "退休",
        "B05": "购房入住（搬家）",
        "B06": "亲人去世（公民身后）",
        "B07": "高校毕业生就业",
        "B08": "残疾人服务",
    }


def test_shipped_bundles_are_told_apart_by_their_names() -> None:
    names = [name for bundle in BUNDLES.all() for name in (bundle.title, *bundle.aliases)]
    questions = [text for bundle in BUNDLES.all() for text in bundle.sample_questions]

    assert len(names) == len(set(names))
    assert len(questions) == len(set(questions))


@EACH
def test_shipped_bundle_keeps_its_order_for_every_citizen(bundle: Bundle, shipped: Library) -> None:
    reached: set[str] = set()
    for answers in every_answer(bundle):
        made = plan(bundle, answers, shipped)
        reached.update(planned.step.matter for planned in made.steps)

        assert [planned.number for planned in made.steps] == list(range(1, len(made.steps) + 1))
        assert all(before < one.number for one in made.steps for before in one.after)
        assert made.open_steps == ()
        assert made.visits_together <= made.visits_apart
        for document in made.documents:
            needing = {need.code for need in document.needs}
            first = min(one.number for one in made.steps if one.step.matter in needing)
            given = [one.number for one in made.steps if one.step.matter == document.given_by]
            assert all(number < first for number in given)
    assert reached == {step.matter for step in bundle.steps}


@EACH
def test_shipped_bundle_asks_no_document_twice(bundle: Bundle, shipped: Library) -> None:
    for answers in every_answer(bundle):
        made = plan(bundle, answers, shipped)
        names = [same_name(document.name) for document in made.documents]
        listed = [
            document
            for planned in made.steps
            if planned.matter is not None
            for document in planned.matter.materials.documents
        ]

        assert len(names) == len(set(names))
        assert sum(len(document.needs) for document in made.documents) == len(listed)


@EACH
def test_shipped_bundle_repeats_no_number_without_its_law(bundle: Bundle) -> None:
    # A term or an amount stands in a fact with its law; free words must not slip one in.
    term = re.compile(r"[0-9一二三四五六七八九十两]+(?:个)?(?:工作日|日内|个月|天内|元)")
    free = [text for step in bundle.steps for text in (step.why, step.advice or "")]
    free += [joint.text for joint in bundle.joint_applications]

    assert [text for text in free if term.search(text)] == []


@EACH
def test_shipped_bundle_knows_what_its_guides_call_a_document(
    bundle: Bundle, shipped: Library
) -> None:
    guides = [shipped.matters.get(step.matter) for step in bundle.steps]
    called = {
        same_name(document.name)
        for guide in guides
        if guide is not None
        for document in guide.materials.documents
    }
    declared = {same_name(alias) for shared in bundle.shared_documents for alias in shared.also}

    # While a guide of the bundle is not written, a name may be one that it will use.
    assert None in guides or declared - called == set()


@EACH
def test_shipped_bundle_reads_as_chinese_in_every_channel(bundle: Bundle, shipped: Library) -> None:
    for answers in ({}, *every_answer(bundle)[:: max(1, len(every_answer(bundle)) // 8)]):
        made = plan(bundle, answers, shipped)
        text = plan_text(made)
        sheet = plan_sheet(made)

        assert re.search(r"None|[{}]|。。|；；|：；", text) is None
        assert re.search(r"\bM\d{4}\b|\bB\d{2}\b", text) is None
        assert [part.label for part in sheet.parts] == re.findall(r"^【(.+)】$", text, re.MULTILINE)
