import pytest

from foundation.metrics import Metrics


def test_turn_is_counted_by_path_and_degraded_reason() -> None:
    metrics = Metrics()

    metrics.turn("web", 0.09, None)
    metrics.turn("web", 0.02, "rasa_away")

    text = metrics.exposition().decode()
    assert 'hotline_turn_seconds_count{channel="web",path="rasa"} 1.0' in text
    assert 'hotline_turn_seconds_count{channel="web",path="degraded"} 1.0' in text
    assert 'hotline_degraded_turns_total{reason="rasa_away"} 1.0' in text


def test_retrieval_is_timed_also_when_it_fails() -> None:
    metrics = Metrics()

    with pytest.raises(RuntimeError), metrics.retrieval():
        raise RuntimeError

    assert "hotline_retrieval_seconds_count 1.0" in metrics.exposition().decode()
