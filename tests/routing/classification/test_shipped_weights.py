from retrieval.calibration.store import read_calibration
from routing.classification.weights import load_weights


def test_weights_and_thresholds_belong_to_the_same_encoder() -> None:
    """Weights of another encoder are left alone: appeals would be routed by words only."""
    assert load_weights().encoder == read_calibration().encoder


def test_an_alarm_is_the_surer_the_more_it_reads_like_danger() -> None:
    alarm = load_weights().alarm

    hardly, clearly = alarm.probability(0.1), alarm.probability(1.2)

    assert hardly < 0.5
    assert clearly > 0.9
