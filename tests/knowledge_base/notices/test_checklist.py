import pytest

from knowledge_base.errors import UnknownDocumentNumberError
from knowledge_base.loader import load_library
from knowledge_base.notices.checklist import Checklist, Standing, checklist
from knowledge_base.schema import MaterialsFacet, Matter, RequiredDocument

DOCUMENTS = (
    RequiredDocument(name="申请表"),
    RequiredDocument(name="场地证明", deferrable=True),
    RequiredDocument(name="无违法声明", commitment_accepted=True, deferrable=True),
    RequiredDocument(name="委托书", required_when="由别人代办"),
)


@pytest.fixture(scope="module")
def matter() -> Matter:
    shipped = next(iter(load_library().matters.values()))
    return shipped.model_copy(update={"materials": MaterialsFacet(documents=DOCUMENTS)})


def standings(found: Checklist) -> list[Standing]:
    return [item.standing for item in found.items]


def test_checklist_tells_missing_deferrable_commitment_and_conditional_apart(
    matter: Matter,
) -> None:
    assert standings(checklist(matter, held=[])) == [
        Standing.MISSING,
        Standing.DEFERRABLE,
        Standing.COMMITMENT,
        Standing.ONLY_IF,
    ]


def test_checklist_sentence_names_what_is_missing_and_what_may_follow(matter: Matter) -> None:
    assert checklist(matter, held=[]).sentence == (
        "还缺：申请表。可以先办、以后补交：场地证明。可以签告知承诺书代替：无违法声明。"
        "只在特定情形才要：委托书（由别人代办）。"
    )


def test_checklist_lets_one_go_when_only_deferrable_ones_are_left(matter: Matter) -> None:
    found = checklist(matter, held=[1, 3])

    assert found.may_apply
    assert found.sentence == (
        "必须当场提交的材料已经齐了，可以去办。可以先办、以后补交：场地证明。"
        "只在特定情形才要：委托书（由别人代办）。"
    )


def test_checklist_asks_for_a_conditional_document_once_its_case_applies(matter: Matter) -> None:
    found = checklist(matter, held=[1, 2, 3], cases=[4])

    assert not found.may_apply
    assert [item.document.name for item in found.of(Standing.MISSING)] == ["委托书"]


@pytest.mark.parametrize("number", [0, 5])
def test_checklist_refuses_a_number_the_guide_does_not_have(matter: Matter, number: int) -> None:
    with pytest.raises(UnknownDocumentNumberError, match=str(number)):
        checklist(matter, held=[number])


def test_checklist_of_a_guide_without_documents_lets_one_go(matter: Matter) -> None:
    bare = matter.model_copy(update={"materials": MaterialsFacet()})

    assert checklist(bare, held=[]).may_apply
