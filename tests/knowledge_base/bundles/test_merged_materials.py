import pytest

from knowledge_base.bundles.materials import MergedDocument, merge, same_name
from knowledge_base.bundles.schema import SharedDocument, Step
from knowledge_base.library import Library
from knowledge_base.schema import LegalReference, Matter, RequiredDocument


def step(code: str, *gives: str) -> Step:
    return Step.model_validate({"matter": code, "why": "要办", "gives": gives})


@pytest.fixture
def asking(shipped: Library) -> "Asking":
    return Asking(next(iter(shipped.matters.values())))


class Asking:
    """Real guides with the documents that a test gives them."""

    def __init__(self, like: Matter) -> None:
        self._like = like

    def __call__(self, code: str, *documents: dict[str, object]) -> Matter:
        materials = self._like.materials.model_copy(
            update={"documents": tuple(RequiredDocument.model_validate(one) for one in documents)}
        )
        changes = {"code": code, "title": f"事项{code}", "materials": materials}
        return self._like.model_copy(update=changes)


def shown(documents: tuple[MergedDocument, ...]) -> list[tuple[str, list[str]]]:
    return [(one.name, [need.code for need in one.needs]) for one in documents]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("《出生医学证明》", "出生医学证明"),
        ("中华人民共和国残疾人证", "残疾人证"),
        ("申请人的 身份证件", "申请人身份证件"),
        ("“双软”证书", "双软证书"),
        ("營業執照", "营业执照"),
    ],
)
def test_same_name_sees_through_marks_and_filling_words(one: str, other: str) -> None:
    assert same_name(one) == same_name(other)


def test_same_name_keeps_different_documents_apart() -> None:
    assert same_name("结婚证") != same_name("离婚证")
    assert same_name("居民户口簿") != same_name("居民户口簿和居民身份证")


def test_merge_asks_one_document_once_and_names_who_needs_it(asking: Asking) -> None:
    first = asking("M0001", {"name": "《出生医学证明》"}, {"name": "户口簿"})
    second = asking("M0002", {"name": "照片"}, {"name": "出生医学证明"})

    merged = merge([(step("M0001"), first), (step("M0002"), second)])

    assert shown(merged) == [
        ("《出生医学证明》", ["M0001", "M0002"]),
        ("户口簿", ["M0001"]),
        ("照片", ["M0002"]),
    ]


def test_merge_follows_names_that_the_bundle_declares_equal(asking: Asking) -> None:
    shared = [SharedDocument(name="本人身份证件", also=("申领人身份证", "《参保人证件》"))]
    first = asking("M0001", {"name": "申领人的身份证"})
    second = asking("M0002", {"name": "参保人证件"})

    merged = merge([(step("M0001"), first), (step("M0002"), second)], shared)

    assert shown(merged) == [("本人身份证件", ["M0001", "M0002"])]


def test_merge_keeps_one_original_and_adds_copies_up(asking: Asking) -> None:
    first = asking("M0001", {"name": "身份证", "form": "原件和复印件", "copies": 2})
    second = asking("M0002", {"name": "身份证", "form": "复印件"})
    third = asking("M0003", {"name": "身份证", "form": "原件"})

    (card,) = merge([(step("M0001"), first), (step("M0002"), second), (step("M0003"), third)])

    assert (card.original, card.copies, card.pieces) == (True, 3, 0)


def test_merge_adds_up_what_offices_keep_but_not_what_they_hand_back(asking: Asking) -> None:
    first = asking(
        "M0001", {"name": "照片", "copies": 2}, {"name": "合同", "form": "原件", "copies": 2}
    )
    second = asking(
        "M0002", {"name": "照片", "copies": 3}, {"name": "合同", "form": "原件", "copies": 1}
    )

    photos, contract = merge([(step("M0001"), first), (step("M0002"), second)])

    assert (photos.pieces, photos.original) == (5, False)
    assert (contract.pieces, contract.copies) == (2, 0)


def test_merge_is_conditional_only_where_every_matter_is(asking: Asking) -> None:
    first = asking(
        "M0001",
        {"name": "委托书", "required_when": "委托别人办"},
        {"name": "结婚证", "required_when": "已婚"},
    )
    second = asking("M0002", {"name": "委托书", "required_when": "代领"}, {"name": "结婚证"})

    letter, marriage = merge([(step("M0001"), first), (step("M0002"), second)])

    assert letter.conditions == ("委托别人办", "代领")
    assert marriage.conditions == ()


def test_merge_takes_electronic_only_where_every_matter_does(asking: Asking) -> None:
    first = asking(
        "M0001", {"name": "执照", "electronic_accepted": True}, {"name": "表", "form": "电子"}
    )
    second = asking("M0002", {"name": "执照"}, {"name": "表", "form": "电子"})

    alone = merge([(step("M0001"), first)])
    both = merge([(step("M0001"), first), (step("M0002"), second)])

    assert [one.electronic for one in alone] == [True, False]
    assert [one.electronic for one in both] == [False, False]
    assert [one.filled_online for one in both] == [False, True]


def test_merge_marks_what_an_earlier_step_gives(asking: Asking) -> None:
    first = asking("M0001", {"name": "登记表"})
    second = asking("M0002", {"name": "《登记证》"}, {"name": "验收单"})
    third = asking("M0003", {"name": "验收单"})
    taken = [
        (step("M0001", "登记证"), first),
        (step("M0002", "验收单"), second),
        (step("M0003"), third),
    ]

    merged = {one.name: one.given_by for one in merge(taken)}

    # The second step asks for the slip before it gives one: it has to be brought.
    assert merged == {"登记表": None, "《登记证》": "M0001", "验收单": None}


def test_merge_names_laws_and_notes_once(asking: Asking) -> None:
    law = {"law": "灯牌管理条例", "article": "第二条"}
    first = asking("M0001", {"name": "证", "note": "要清楚", "basis": [law]})
    second = asking("M0002", {"name": "证", "note": "要清楚", "basis": [law, {"law": "另一条例"}]})

    (card,) = merge([(step("M0001"), first), (step("M0002"), second)])

    assert card.notes == ("要清楚",)
    assert card.basis == (LegalReference.model_validate(law), LegalReference(law="另一条例"))


def test_merge_leaves_out_steps_without_a_guide(asking: Asking) -> None:
    guide = asking("M0002", {"name": "证"})

    assert shown(merge([(step("M0001"), None), (step("M0002"), guide)])) == [("证", ["M0002"])]
