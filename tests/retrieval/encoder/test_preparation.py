import logging
import shutil
from pathlib import Path

import pytest

from foundation.settings import Settings
from retrieval.encoder.manifest import SERVED_FILES
from retrieval.encoder.preparation import load_encoder, prepare_encoder
from retrieval.errors import EncoderError


@pytest.fixture
def damaged(prepared_folder: Path, tmp_path: Path) -> Settings:
    folder = tmp_path / "models" / "encoder"
    for name in (*SERVED_FILES, "manifest.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(prepared_folder / name, folder / name)
    with (folder / "onnx" / "model.onnx").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\0" * 64)
    return Settings(data_dir=tmp_path)


def test_prepare_does_nothing_when_manifest_matches(settings: Settings) -> None:
    told: list[str] = []

    folder = prepare_encoder(settings, lambda step, _: told.append(step))

    assert folder == settings.data_dir / "models" / "encoder"
    assert told == ["语义模型就绪"]


def test_load_refuses_damaged_model_and_names_the_command(damaged: Settings) -> None:
    with pytest.raises(EncoderError, match=r"onnx/model\.onnx .* hotline encoder prepare"):
        load_encoder(damaged)


def test_load_refuses_missing_model(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="hotline encoder prepare"):
        load_encoder(Settings(data_dir=tmp_path))


def test_load_refuses_model_prepared_for_another_setting(settings: Settings) -> None:
    other = Settings(data_dir=settings.data_dir, encoder_model="BAAI/bge-small-zh-v1.5")

    with pytest.raises(EncoderError, match="another model"):
        load_encoder(other)


def test_damaged_model_is_prepared_anew_with_a_message(
    damaged: Settings,
    prepared_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def build(folder: Path, *_: object) -> None:  # what conversion makes, without its two minutes
        shutil.copytree(prepared_folder, folder)

    monkeypatch.setattr("retrieval.encoder.preparation._build", build)

    with caplog.at_level(logging.WARNING):
        prepare_encoder(damaged)

    assert "encoder is prepared anew" in caplog.text
    assert "onnx/model.onnx" in caplog.text
    assert load_encoder(damaged).dimensions == 384
