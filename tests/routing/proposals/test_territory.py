from knowledge_base.loader import load_library
from routing.proposals.territory import TerritoryMap
from routing.taxonomy import TERRITORY

LIBRARY = load_library()
MAP = TerritoryMap(LIBRARY.departments, LIBRARY.places)


def test_territory_resolves_every_district_to_its_government() -> None:
    districts = [place.name for place in LIBRARY.places if place.kind == "区县"]

    assert [MAP.resolve(TERRITORY, name).code for name in districts] == [
        "PJQ",
        "LHQ",
        "YZS",
        "QPX",
        "HLX",
        "JKQ",
    ]


def test_territory_ends_where_the_body_says() -> None:
    assert MAP.resolve("CG", "盘江区").code == "CG"
    assert MAP.resolve("CG", "云岭经济技术开发区").code == "CG"
    assert MAP.resolve("CG", "永泽市").code == "YZS"
    assert MAP.resolve("GS", "永泽市").code == "GS"
    assert MAP.resolve("GS", "青屏县").code == "QPX"
    assert MAP.resolve("HJ", "青屏县").code == "HJ"


def test_territory_stays_open_only_where_the_place_decides() -> None:
    assert MAP.resolve(TERRITORY, None).code is None
    assert MAP.resolve("CG", None).code is None
    assert MAP.resolve("GS", None).code == "GS"
    assert MAP.resolve("HJ", None).code == "HJ"
