import pytest

from knowledge_base.loader import load_library
from routing.city_data import load_taxonomy
from routing.proposals.evidence import DutyQuotes
from routing.proposals.leads import OPEN, LeadChooser
from routing.proposals.territory import TerritoryMap
from routing.taxonomy import TERRITORY, Taxonomy


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture(scope="module")
def chooser(taxonomy: Taxonomy) -> LeadChooser:
    library = load_library()
    quotes = DutyQuotes(taxonomy, library.departments)
    return LeadChooser(taxonomy, TerritoryMap(library.departments, library.places), quotes)


@pytest.mark.parametrize(
    ("category", "text", "body"),
    [
        ("C010105", "广告牌上写三天治好糖尿病，骗人的", "SCJG"),
        ("C010501", "车全停在人行道上，我们只好走机动车道", "CG"),
        ("C010501", "车就停在机动车道上，公交过不去", "JJ"),
        ("C030104", "泵房早就移交了，物业说不归他们", "GS"),
        ("C030202", "挂网线的水泥杆斜了", "DXGS"),
        ("C050402", "化肥厂家属院从窗户拉线充电", TERRITORY),
        ("C050402", "仓库里四十辆电瓶车一起充电", "XF"),
        ("C050504", "小吃店没有报警器，软管老化了", "ZJ"),
        ("C050504", "网上买的燃气灶用三天就漏", "SCJG"),
        ("C060201", "干了五年被辞退，该赔多少", "RS"),
        ("C060201", "一直不签合同", "LDJC"),
        ("C060301", "在老厂交了九年，现在查不到记录", "SBZX"),
        ("C070404", "电梯里天天有人抽烟", TERRITORY),
        ("C070404", "候车厅里一堆人抽烟", "WJ"),
        ("C090305", "验收三年了，尾款还欠着", "FGW"),
        ("C090305", "园区的路一直没修好，货车进不来", TERRITORY),
    ],
)
def test_choose_follows_the_responsibility_list(
    chooser: LeadChooser, taxonomy: Taxonomy, category: str, text: str, body: str
) -> None:
    assert chooser.choose(taxonomy.categories[category], text).body == body


def test_rank_names_the_professional_body_of_a_question_without_a_place(
    chooser: LeadChooser,
) -> None:
    ranked = chooser.rank("街边摆摊几点以后可以", [("C010101", 0.9)], None, anywhere=True)

    assert ranked[0].code == "CG"
    assert OPEN not in {score.code for score in ranked}


def test_rank_leaves_open_what_is_the_territorys_own_business(chooser: LeadChooser) -> None:
    said = [("C170103", 0.7), ("C120102", 0.1)]

    ranked = chooser.rank("社区搞个旧衣服交换点多好", said, None, anywhere=True)

    assert ranked[0].code == OPEN
    assert "MZ" in {score.code for score in ranked}
