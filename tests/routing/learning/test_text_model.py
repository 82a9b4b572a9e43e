import numpy as np

from routing.learning.text_model import _vectoriser, learn

TEXTS = [
    "小区门口的路灯坏了三天",
    "路灯不亮，晚上看不见  路",
    "烧烤店半夜冒油烟",
    "楼下烧烤的烟熏得睡不着 KTV也吵",
] * 3
LABELS = ["城管", "城管", "环保", "环保"] * 3


def test_service_weighs_runs_as_the_vectoriser_does() -> None:
    model = learn(TEXTS, None, LABELS)
    said = ["路灯坏了，ktv 太吵", "", "从没见过的话", TEXTS[1]]

    there = _vectoriser().fit(TEXTS)

    assert {run: int(n) for run, n in there.vocabulary_.items()} == dict(model.vocabulary)
    found = model.weighted(said).toarray()
    np.testing.assert_allclose(found, there.transform(said).toarray(), atol=1e-12)
    assert found.any(axis=1).tolist() == [True, False, True, True]
