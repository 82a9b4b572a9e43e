from collections.abc import Callable

from knowledge_base.checks import Finding, Rule
from tests.knowledge_base.checks.guides import Guide, fact, guide

Found = Callable[..., list[Finding]]

SUBJECTS = ("灯笼", "旗杆", "雨棚", "铜像", "石碑", "路牌")
SENTENCE = "具体以当地窗口的解释为准，敬请谅解"


def _guides(**changed: object) -> list[Guide]:
    return [
        guide(f"M01{number:02}", f"{subject}登记", **changed)
        for number, subject in enumerate(SUBJECTS, start=1)
    ]


def test_boilerplate_is_a_sentence_in_more_than_five_guides(found: Found) -> None:
    guides = _guides(conditions=fact(SENTENCE + "。"))

    assert found(Rule.BOILERPLATE, *guides[:5]) == []
    six = found(Rule.BOILERPLATE, *guides)

    assert [(one.code, one.field) for one in six] == [
        (one["code"], "conditions.facts.0.text") for one in guides
    ]
    assert six[0].message == f"同一句话出现在 6 个事项中：{SENTENCE}"


def test_boilerplate_is_no_category_however_long_its_name(found: Found) -> None:
    guides = _guides(category="农业林水文旅生态应急")

    assert found(Rule.BOILERPLATE, *guides) == []


def test_boilerplate_is_found_in_the_hints_to_neighbours(found: Found) -> None:
    hint = "要换别的牌子时看另一个事项的指南"
    index = "".join(
        f"- {{code: M02{number:02}, title: 换牌{number}, category: 演示}}\n" for number in range(6)
    )
    guides = [
        {**one, "confused_with": {f"M02{number:02}": hint}} for number, one in enumerate(_guides())
    ]

    six = found(Rule.BOILERPLATE, *guides, **{"city/matters_index.yml": index})

    assert [one.field for one in six] == [f"confused_with.M02{number:02}" for number in range(6)]
