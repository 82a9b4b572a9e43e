"""Another encoder by setting: a local folder, and a name that leads nowhere."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from sentence_transformers import SentenceTransformer

from foundation.settings import Settings
from retrieval.calibration.store import active_calibration
from retrieval.encoder.preparation import load_encoder, mended_encoder, prepare_encoder
from retrieval.errors import CalibrationError, EncoderDamagedError, EncoderError
from tests.retrieval.tiny_models import SHAPE, write_encoder

TEXTS = ["身份证丢了怎么补办", "护照", "公司注销要交多少钱，在哪里办"]


def own_settings(folder: Path, model: str) -> Settings:
    return Settings(data_dir=folder / "data", encoder_model=model)


def operators(folder: Path) -> list[str]:
    graph = onnx.load(folder / "onnx" / "model.onnx").graph
    return [node.op_type for node in graph.node]


@pytest.mark.parametrize(
    ("kind", "fused"), [("bert", True), ("xlm-roberta", True), ("mpnet", False)]
)
def test_local_folder_is_converted_and_says_what_it_said(
    tmp_path: Path, kind: str, fused: bool
) -> None:
    model = write_encoder(tmp_path, kind)
    settings = own_settings(tmp_path, str(model))

    prepared = prepare_encoder(settings)

    assert ("MultiHeadAttention" in operators(prepared)) == fused
    encoder = load_encoder(settings)
    assert encoder.dimensions == SHAPE["hidden_size"]
    before = SentenceTransformer(str(model), device="cpu").encode(
        TEXTS, normalize_embeddings=True, show_progress_bar=False
    )
    together = encoder.encode_queries(TEXTS)
    alone = np.concatenate([encoder.encode_queries([text]) for text in TEXTS])
    for vectors in (together, alone):
        assert np.sum(vectors * before, axis=1).min() > 0.99


def test_model_cut_short_is_mended_at_start_up_with_a_message(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = own_settings(tmp_path, str(write_encoder(tmp_path, "bert")))
    model = prepare_encoder(settings) / "onnx" / "model.onnx"
    before = load_encoder(settings).encode_queries(TEXTS)
    with model.open("r+b") as file:
        file.truncate(1_000)
    with pytest.raises(EncoderDamagedError):
        load_encoder(settings)

    mended = mended_encoder(settings)

    np.testing.assert_allclose(mended.encode_queries(TEXTS), before, atol=1e-5)
    assert "encoder is prepared anew" in caplog.text


def test_model_that_was_never_prepared_is_not_fetched_at_start_up(tmp_path: Path) -> None:
    settings = own_settings(tmp_path, str(write_encoder(tmp_path, "bert")))

    with pytest.raises(EncoderError, match="run: hotline encoder prepare"):
        mended_encoder(settings)
    assert not settings.data_dir.exists()


def test_model_of_older_conversion_is_made_anew(tmp_path: Path) -> None:
    settings = own_settings(tmp_path, str(write_encoder(tmp_path, "bert")))
    manifest = prepare_encoder(settings) / "manifest.json"
    fingerprint = load_encoder(settings).fingerprint
    old = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**old, "conversion": 1}), encoding="utf-8")

    with pytest.raises(EncoderError, match=r"older conversion.*hotline encoder prepare"):
        load_encoder(settings)
    prepare_encoder(settings)

    assert load_encoder(settings).fingerprint == fingerprint


def test_thresholds_of_shipped_encoder_do_not_serve_another(tmp_path: Path) -> None:
    settings = own_settings(tmp_path, str(write_encoder(tmp_path, "bert")))
    prepare_encoder(settings)

    with pytest.raises(CalibrationError, match="run: hotline encoder calibrate"):
        active_calibration(settings).check_encoder(load_encoder(settings).fingerprint)


def test_folder_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EncoderError) as refused:
        prepare_encoder(own_settings(tmp_path, str(tmp_path / "nowhere")))

    assert str(refused.value) == f"model folder {tmp_path / 'nowhere'} does not exist"


def test_hub_name_without_network_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    with pytest.raises(EncoderError) as refused:
        prepare_encoder(own_settings(tmp_path, "nobody/no-such-model"))

    assert str(refused.value) == (
        "model nobody/no-such-model is neither a local folder nor could it be fetched from the "
        "hub; download it elsewhere and give its folder"
    )
    assert not (tmp_path / "data" / "models" / "encoder").exists()
