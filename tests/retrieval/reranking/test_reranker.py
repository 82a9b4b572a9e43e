"""The optional cross-encoder: prepared from a small random network, asked, and held to its use."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from foundation.settings import Settings
from knowledge_base.library import Library
from retrieval.calibration.store import own_file, read_calibration, write_calibration
from retrieval.errors import CalibrationError, RerankerError
from retrieval.fusion import RERANKED
from retrieval.reranking.preparation import load_reranker, prepare_reranker
from retrieval.service import Retriever
from tests.retrieval.tiny_models import write_cross_encoder

QUESTION = "身份证丢了怎么补办"
PASSAGES = ["居民身份证丢失补领", "普通护照首次申请", "公司注销要交多少钱", "社保卡"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cross_encoder(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def reranking(
    model: Path, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """The tests' data folder with a cross-encoder, and thresholds that were made with it."""
    data = tmp_path_factory.mktemp("reranking")
    (data / "models").mkdir()
    (data / "models" / "encoder").symlink_to(settings.data_dir / "models" / "encoder")
    if (settings.data_dir / "index").exists():
        shutil.copytree(settings.data_dir / "index", data / "index")
    chosen = Settings(data_dir=data, reranker_model=str(model))
    prepare_reranker(chosen)
    reranker = load_reranker(chosen)
    assert reranker is not None
    shipped = read_calibration()
    # outweighs everything else, so that its effect can be seen
    ranking = {**shipped.full.ranking, RERANKED: 1000.0}
    full = replace(shipped.full, ranking=ranking)
    made = replace(shipped, full=full, reranker=reranker.fingerprint)
    write_calibration(made, own_file(chosen))
    return chosen


def test_no_cross_encoder_unless_the_settings_name_one(settings: Settings) -> None:
    assert prepare_reranker(settings) is None
    assert load_reranker(settings) is None
    assert not (settings.data_dir / "models" / "reranker").exists()


def test_scores_are_those_of_the_network(reranking: Settings, model: Path) -> None:
    import torch  # noqa: PLC0415 -- slow import
    from sentence_transformers import CrossEncoder  # noqa: PLC0415 -- same

    pairs = [(QUESTION, passage) for passage in PASSAGES]
    network = CrossEncoder(str(model), device="cpu")
    before = network.predict(pairs, activation_fn=torch.nn.Sigmoid(), show_progress_bar=False)
    reranker = load_reranker(reranking)
    assert reranker is not None

    scores = reranker.scores(QUESTION, PASSAGES)

    assert np.ptp(before) > 0.05
    np.testing.assert_allclose(scores, before, atol=0.02)
    assert reranker.scores(QUESTION, []).shape == (0,)
    assert np.isfinite(reranker.scores(QUESTION * 40, [PASSAGES[0] * 40])).all()


def test_damaged_cross_encoder_is_refused_and_made_anew(tmp_path: Path, model: Path) -> None:
    settings = Settings(data_dir=tmp_path, reranker_model=str(model))
    folder = prepare_reranker(settings)
    assert folder is not None
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")

    with pytest.raises(RerankerError, match=r"tokenizer\.json .* hotline encoder prepare"):
        load_reranker(settings)
    prepare_reranker(settings)

    assert load_reranker(settings) is not None


def test_network_with_several_scores_is_refused(tmp_path: Path) -> None:
    model = write_cross_encoder(tmp_path / "model", labels=3)

    with pytest.raises(RerankerError, match="gives 3 scores a pair"):
        prepare_reranker(Settings(data_dir=tmp_path / "data", reranker_model=str(model)))


def test_cross_encoder_orders_the_first_few_and_the_explanation_says_so(
    small_library: Library, reranking: Settings, retriever: Retriever
) -> None:
    changed = Retriever(small_library, reranking)
    changed.warm_up()

    told = changed.explain(QUESTION).candidates
    untold = retriever.explain(QUESTION).candidates

    assert not any("精排" in one.parts for one in untold)
    added = [one.parts["精排"] for one in told]
    assert len(added) > 1
    assert added == sorted(added, reverse=True)
    assert added[0] > 0  # those that it did not read have 0


def test_thresholds_remember_whether_it_was_on(small_library: Library, reranking: Settings) -> None:
    without = Settings(data_dir=reranking.data_dir)
    with pytest.raises(CalibrationError, match=r"made with reranker \w+, loaded is no reranker"):
        Retriever(small_library, without).warm_up()

    reranker = load_reranker(reranking)
    assert reranker is not None
    with pytest.raises(CalibrationError, match=r"no reranker, loaded .*hotline encoder calibrate"):
        read_calibration().check_reranker(reranker.fingerprint)
