import pytest

from bot.conversation.choices import pick, side_of
from bot.conversation.schemas import Choice
from knowledge_base.schema import FacetName

STEPS = [Choice(label=f"手续{n}", value=f"手续{n}", code=f"M{n:04}") for n in range(1, 13)]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("6", "M0006"),
        ("10", "M0010"),
        ("第十二个", "M0012"),
        ("选十一", "M0011"),
        ("第三步", "M0003"),
        ("第7件吧", "M0007"),
        ("第十步要多少钱", "M0010"),
    ],
)
def test_pick_counts_the_steps_of_a_long_event(said: str, code: str) -> None:
    picked = pick(STEPS, said)

    assert picked is not None
    assert picked.code == code


@pytest.mark.parametrize("said", ["13", "第二十个", "十三", "要多久"])
def test_pick_takes_nothing_for_certain_that_is_not_offered(said: str) -> None:
    assert pick(STEPS, said) is None


def test_side_of_a_step_is_what_is_asked_behind_its_number() -> None:
    assert side_of("第三步去哪办") is FacetName.LOCATION


def test_choice_is_picked_by_a_word_of_its_name_within_a_question() -> None:
    offered = (
        Choice(label="灵活就业人员职工医保参保", value="a", code="M0603"),
        Choice(label="城乡居民基本医疗保险参保登记", value="b", code="M0602"),
    )

    assert pick(offered, "职工的那个怎么参保") == offered[0]
    assert pick(offered, "参保的那个要多少钱") is None
