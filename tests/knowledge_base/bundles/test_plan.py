from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge_base.bundles.errors import UnknownQuestionError
from knowledge_base.bundles.loader import load_bundles
from knowledge_base.bundles.planning import Plan, plan
from knowledge_base.bundles.rendering import plan_text
from knowledge_base.bundles.schema import Bundle
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.schema import Matter, RequiredDocument, Visibility


@pytest.fixture
def library(write_bundles: Callable[..., Path]) -> Library:
    """Two guides, one of them with a document; the third step's guide is not written."""
    loaded = load_library(write_bundles())
    first = loaded.matter("M0001")
    second = first.model_copy(update={"code": "M0002", "title": "灯牌验收"})
    return with_guides(loaded, asks(first, "申请人身份证"), asks(second, "登记证", "本人身份证件"))


@pytest.fixture
def bundle(library: Library, tmp_path: Path) -> Bundle:
    return load_bundles(library, tmp_path).bundle("B01")


def asks(matter: Matter, *names: str, **changes: object) -> Matter:
    documents = tuple(RequiredDocument(name=name, form="原件") for name in names)
    materials = matter.materials.model_copy(update={"documents": documents})
    return matter.model_copy(update={"materials": materials, **changes})


def with_guides(library: Library, *matters: Matter) -> Library:
    return replace(library, matters={**library.matters, **{one.code: one for one in matters}})


def codes(made: Plan) -> list[str]:
    return [planned.step.matter for planned in made.steps]


def still_open(made: Plan) -> list[str]:
    return [one.step.matter for one in made.open_steps]


def test_plan_without_answers_leaves_conditional_steps_open(
    bundle: Bundle, library: Library
) -> None:
    made = plan(bundle, {}, library)

    assert codes(made) == ["M0001"]
    assert still_open(made) == ["M0002", "M0003"]


@pytest.mark.parametrize(
    ("answers", "steps", "unsettled"),
    [
        ({"big": True}, ["M0001"], ["M0002"]),
        ({"big": True, "lit": True}, ["M0001", "M0002"], []),
        ({"big": True, "lit": False}, ["M0001"], []),
        ({"big": False}, ["M0001", "M0003"], []),
        # Whether it is lit is asked of big ones only: an answer left over counts for nothing.
        ({"big": False, "lit": True}, ["M0001", "M0003"], []),
    ],
)
def test_plan_follows_answers(
    bundle: Bundle,
    library: Library,
    answers: dict[str, bool],
    steps: list[str],
    unsettled: list[str],
) -> None:
    made = plan(bundle, answers, library)

    assert codes(made) == steps
    assert still_open(made) == unsettled


def test_plan_asks_first_what_a_later_question_hangs_on(bundle: Bundle, library: Library) -> None:
    def to_answer(answers: dict[str, bool]) -> list[str]:
        first = plan(bundle, answers, library).open_steps[0]
        return [question.key for question in first.questions]

    assert to_answer({}) == ["big"]
    assert to_answer({"big": True}) == ["lit"]


def test_plan_refuses_an_answer_to_no_question(bundle: Bundle, library: Library) -> None:
    with pytest.raises(UnknownQuestionError):
        plan(bundle, {"red": True}, library)


def test_plan_numbers_steps_and_merges_their_documents(bundle: Bundle, library: Library) -> None:
    made = plan(bundle, {"big": True, "lit": True}, library)

    assert [(one.number, one.after) for one in made.steps] == [(1, ()), (2, (1,))]
    assert [(one.name, one.given_by, len(one.needs)) for one in made.documents] == [
        ("本人身份证件", None, 2),
        ("登记证", "M0001", 1),
    ]


def test_plan_counts_visits_apart_and_together(bundle: Bundle, library: Library) -> None:
    twice = asks(library.matter("M0002"), "登记证", visits=2)
    answers = {"big": True, "lit": True}

    assert plan(bundle, answers, library).visits_apart == 2
    assert plan(bundle, answers, library).visits_together == 1
    made = plan(bundle, answers, with_guides(library, twice))
    assert (made.visits_apart, made.visits_together) == (3, 2)


def test_plan_counts_no_visit_for_what_is_done_online(bundle: Bundle, library: Library) -> None:
    first = library.matter("M0001")
    at_home = first.online.model_copy(update={"available": True})
    online = first.model_copy(update={"online": at_home})
    now = with_guides(library, online)

    assert plan(bundle, {"big": True, "lit": False}, now).visits_apart == 0
    assert "都可以网上办，不用跑。" in plan_text(plan(bundle, {"big": True, "lit": False}, now))


def test_plan_joins_only_steps_that_both_apply(bundle: Bundle, library: Library) -> None:
    both = plan(bundle, {"big": True, "lit": True}, library)
    alone = plan(bundle, {"big": False}, library)

    assert [[one.number for one in joint.steps] for joint in both.joint] == [[1, 2]]
    assert alone.joint == ()


def test_plan_shows_no_guide_that_is_not_for_citizens(bundle: Bundle, library: Library) -> None:
    hidden = asks(library.matter("M0002"), "内部材料", visibility=Visibility.OPERATORS)

    made = plan(bundle, {"big": True, "lit": True}, with_guides(library, hidden))

    assert [one.name for one in made.documents] == ["本人身份证件"]
    assert [one.number for one in made.unwritten] == [2]


def test_plan_text_says_everything_in_order(bundle: Bundle, library: Library) -> None:
    assert plan_text(plan(bundle, {"big": True, "lit": True}, library)) == (
        "挂灯牌 一件事一次办\n\n"
        "先登记，再验收。\n\n"
        "【按顺序办这2件】\n"
        "1. 灯牌登记：登记。\n"
        "2. 灯牌验收：验收；先办完第1件。十日内验收。（依据：《灯牌管理条例》第三条）\n\n"
        "【要带的材料（合并后2样）】\n"
        "1. 本人身份证件：办第1、2件要用；原件（同一份，每件都能用）\n"
        "2. 登记证：办第2件要用；办完第1件就有；原件\n\n"
        "【可以一起办】\n"
        "灯牌联办（第1、2件）：一次交齐。\n\n"
        "【要跑几趟】\n"
        "一件一件办要跑2趟；当地开通联办的，一起办最少跑1趟。"
        "可以网上办的不计；办事指南没有写明跑几趟的，按一趟计。\n\n"
        "【当地规定】\n"
        "各地不同：尺寸，由市政府规定。可咨询：窗口。\n\n"
        "【依据】\n"
        "《灯牌管理条例》"
    )


def test_plan_text_says_what_is_open_and_what_is_not_written(
    bundle: Bundle, library: Library
) -> None:
    text = plan_text(plan(bundle, {"big": False}, library))
    assert "第2件的材料本库还没有写明，请拨打12345核实。" in text
    assert "【看情况办】" not in text

    assert "【看情况办】\n夜里亮吗？答了才知道要不要办：灯牌验收。" in plan_text(
        plan(bundle, {"big": True}, library)
    )
