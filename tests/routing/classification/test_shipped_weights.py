from retrieval.calibration.store import read_calibration
from routing.classification.weights import load_weights


def test_weights_and_thresholds_belong_to_the_same_encoder() -> None:
    """Weights of another encoder are left alone: appeals would be routed by words only."""
    assert load_weights().encoder == read_calibration().encoder
