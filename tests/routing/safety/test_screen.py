from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from routing.safety import screen

SENTENCES = yaml.safe_load(Path(__file__).with_name("sentences.yml").read_text(encoding="utf-8"))
ALERTS = [(line, text) for line, texts in SENTENCES["alerts"].items() for text in texts]


@pytest.mark.parametrize(("line", "text"), ALERTS)
def test_screen_names_the_line_to_call(line: str, text: str) -> None:
    alert = screen(text)

    assert alert is not None
    assert alert.line == line


@pytest.mark.parametrize("text", SENTENCES["quiet"])
def test_screen_stays_quiet_on_figures_past_and_rules(text: str) -> None:
    assert screen(text) is None


def test_screen_has_at_least_120_sentences_of_both_sorts() -> None:
    assert len(ALERTS) >= 70
    assert len(SENTENCES["quiet"]) >= 50
    assert len(ALERTS) + len(SENTENCES["quiet"]) >= 120


def test_screen_instructions_ask_for_the_place() -> None:
    for _, text in ALERTS:
        alert = screen(text)
        assert alert is not None
        assert "位置" in alert.instructions or "在哪里" in alert.instructions


def test_screen_reads_traditional_full_width_and_spaced_text() -> None:
    for text in ("我家著火了", "我 家 着 火 了", "我家着火了！！！", "我家\u200b着火了"):
        alert = screen(text)
        assert alert is not None
        assert alert.category == "fire"


def test_screen_lets_the_present_outweigh_the_past() -> None:
    past = "昨天晚上邻居家着火了，今天想问问怎么办"
    present = "昨天他说要来闹，现在家里着火了快来人"

    assert screen(past) is None
    assert screen(present) is not None


def test_screen_finds_the_emergency_beside_a_question() -> None:
    alert = screen("身份证丢了怎么补办？还有，我家厨房着火了！")

    assert alert is not None
    assert alert.line == "119"


def test_screen_reads_ten_thousand_characters() -> None:
    alert = screen("我家着火了，" + "快来人啊" * 2500)

    assert alert is not None
    assert alert.line == "119"


@given(st.text(alphabet=st.characters(), max_size=400))
def test_screen_never_raises(text: str) -> None:
    screen(text)


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "😀" * 50, "<script>alert(1)</script>"])
def test_screen_of_nothing_meaningful_is_quiet(text: str) -> None:
    assert screen(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "我家厨房着火了，身份证丢了怎么补办",
        "我爸突然晕倒了叫不醒，还有他的护照怎么换",
        "救护车要多少钱，我肚子疼得在地上打滚，拉的都是黑血",
    ],
)
def test_screen_finds_the_emergency_whatever_else_is_asked(text: str) -> None:
    assert screen(text) is not None


def test_screen_takes_what_led_to_an_errand_for_no_emergency() -> None:
    assert screen("我爸瘫在床上，证是一级的，护理那份补贴他够不够格") is None
    assert screen("老伴在厂里摔了一跤把腰摔断了，公家认不认是因公负伤，工伤怎么报") is None
