"""What a citizen wants done, and the words that say so."""

import pytest

from foundation.errors import ConfigurationError
from routing.extraction.demands import load_demands, read_demands
from routing.schemas import Demand, Demanded


@pytest.mark.parametrize(
    ("text", "demands"),
    [
        (
            "请尽快派人来修一下路灯，要求物业给个说法",
            (
                Demanded(Demand.REPAIR, "请尽快派人来修一下"),
                Demanded(Demand.REPLY, "要求物业给个说法"),
            ),
        ),
        (
            "押金不退，要求全额退款并赔偿",
            (
                Demanded(Demand.REFUND, "押金不退"),
                Demanded(Demand.COMPENSATE, "要求全额退款并赔偿"),
            ),
        ),
        ("商家卖假货请查处", (Demanded(Demand.INVESTIGATE, "请查处"),)),
        ("建议在路口加装红绿灯", (Demanded(Demand.INSTALL, "建议在路口加装"),)),
        ("希望别再半夜施工", (Demanded(Demand.STOP, "希望别再"),)),
        ("老板拖欠工资三个月", (Demanded(Demand.PAY, "拖欠工资"),)),
    ],
)
def test_what_is_wanted_is_read_with_its_words(text: str, demands: tuple[Demanded, ...]) -> None:
    assert read_demands(text) == demands


@pytest.mark.parametrize(
    "text",
    [
        "身份证丢了怎么补办",
        "退休金怎么领",
        "楼下烧烤店油烟很大",
        "不用你们赔偿",
        "能不能帮我修改信息",
    ],
)
def test_what_is_not_said_is_not_guessed(text: str) -> None:
    assert read_demands(text) == ()


@pytest.mark.parametrize("broken", ["refund: [", "refund: {asks: [退款]}"])
def test_data_that_cannot_be_read_is_named(broken: str) -> None:
    with pytest.raises(ConfigurationError, match="demands"):
        load_demands(broken)
