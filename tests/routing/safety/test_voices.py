from pathlib import Path
from time import process_time

import yaml

from routing.safety import screen

VOICES = yaml.safe_load(Path(__file__).with_name("voices.yml").read_text(encoding="utf-8"))
ALERTS = [(line, text) for line, texts in VOICES["alerts"].items() for text in texts]
QUIET = [text for texts in VOICES["quiet"].values() for text in texts]

# Where two services come to the same danger, the screen may name either: what is burning hangs on
# a wire, who is on the roof is also in despair, whoever was run over is also hurt.
ALSO = {
    "110": {"119", "120", "心理援助"},
    "119": {"110", "120", "122", "供电", "燃气"},
    "120": {"110", "119", "122", "燃气"},
    "122": {"110", "119", "120"},
    "燃气": {"110", "119", "120"},
    "供电": {"119", "120"},
    "心理援助": {"110", "120"},
}


def test_screen_hears_every_voice_in_danger() -> None:
    missed = [(line, text) for line, text in ALERTS if screen(text) is None]

    assert len(ALERTS) >= 500
    assert missed == []


def test_screen_names_a_service_that_comes_to_this_danger() -> None:
    wrong = []
    exact = 0
    for line, text in ALERTS:
        alert = screen(text)
        assert alert is not None
        exact += alert.line == line
        if alert.line not in {line, *ALSO[line]}:
            wrong.append((line, alert.line, text))

    assert wrong == []
    assert exact / len(ALERTS) >= 0.85


def test_screen_leaves_at_least_98_percent_of_ordinary_messages_alone() -> None:
    alarmed = [text for text in QUIET if screen(text) is not None]

    assert len(QUIET) >= 450
    assert len(alarmed) / len(QUIET) <= 0.02, alarmed


def test_screen_takes_under_a_millisecond_a_message() -> None:
    texts = [text for _, text in ALERTS] + QUIET
    best = min(_seconds(texts) for _ in range(2))

    assert best / len(texts) < 0.001


def test_screen_takes_a_long_text_in_its_stride() -> None:
    # 10,000 characters, dense with the words the patterns begin on
    assert _seconds(["有人他家里的车电线水" * 1000]) < 0.25


def _seconds(texts: list[str]) -> float:
    start = process_time()
    for text in texts:
        screen(text)
    return process_time() - start
