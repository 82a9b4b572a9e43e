import numpy as np
import pytest

from knowledge_base.loader import load_library
from routing.city_data import load_taxonomy
from routing.classification.weights import BodyWeights
from routing.proposals.body_reading import BodyReading
from routing.proposals.evidence import DutyQuotes
from routing.proposals.leads import LeadChooser
from routing.proposals.territory import TerritoryMap
from routing.taxonomy import TERRITORY, LabelledAppeal

TEXTS = ("半夜邻居唱歌吵得睡不着", "隔壁打麻将吵闹", "酒吧音响震得窗子响", "店门口喇叭促销太吵")
BODIES = ("GA", "GA", "CG", "CG")
CLAIMS = {"GA": 0.45, "CG": 0.5, "HJ": 0.01}


def test_weighed_leans_to_the_body_whose_examples_a_text_is_like() -> None:
    reading = BodyReading.of(TEXTS, BODIES, None)
    odds = reading.odds("邻居打麻将吵得睡不着", None, BodyWeights(likelihood=1.0))

    weighed = odds.weighed(CLAIMS)

    assert max(weighed, key=lambda body: weighed[body]) == "GA"
    assert sum(weighed.values()) == pytest.approx(sum(CLAIMS.values()))
    assert set(weighed) == set(CLAIMS)  # a body that nothing claims is not brought in


def test_scores_without_vectors_read_the_words_alone() -> None:
    linear, words = BodyReading.of(TEXTS, BODIES, None).scores("酒吧太吵", None)

    assert linear.tolist() == [0.0, 0.0]
    assert np.argmax(words) == 0  # CG, the first in the order of the codes


def _appeal(lead: str | None, text: str) -> LabelledAppeal:
    return LabelledAppeal(kind="投诉", category="C010401", lead=lead, text=text)


def test_body_behind_tells_a_districts_own_duty_from_one_it_takes_over() -> None:
    library, taxonomy = load_library(), load_taxonomy()
    territory = TerritoryMap(library.departments, library.places)
    chooser = LeadChooser(taxonomy, territory, DutyQuotes(taxonomy, library.departments))
    town, village = _appeal("QPX", "楼顶搭了彩钢棚"), _appeal("QPX", "村里有人乱搭乱建")
    assert territory.resolve("CG", "青屏县").code == "QPX"

    # Illegal buildings in town are CG's, which a county's government replaces; in villages 属地's.
    assert chooser.body_behind(town, "青屏县") == "CG"
    assert chooser.body_behind(village, "青屏县") == TERRITORY
    assert chooser.body_behind(_appeal("ZJ", "楼顶搭了彩钢棚"), "青屏县") == "ZJ"
