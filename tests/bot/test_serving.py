"""How Rasa is started, and when it is trained."""

import json
from pathlib import Path

import pytest

from bot.errors import AssistantTrainingError
from bot.serving import model_path, rasa_command, rasa_environment
from bot.training import fingerprint, is_trained
from foundation.database.keyring import load_keyring
from foundation.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, rasa_url="http://127.0.0.1:25005", port=28000)


def prepare_encoder(settings: Settings, source: str) -> None:
    folder = settings.data_dir / "models" / "encoder"
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {"source": source, "conversion": 1, "query_prefix": "query: "}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_rasa_listens_on_loopback_without_its_api(settings: Settings) -> None:
    command = rasa_command(settings)

    assert command[1:4] == ["-m", "rasa", "run"]
    assert command[-4:] == ["--interface", "127.0.0.1", "--port", "25005"]
    assert "--enable-api" not in command


def test_secret_is_in_the_environment_and_in_no_url(settings: Settings) -> None:
    environment = rasa_environment(settings)
    secret = load_keyring(settings.data_dir / "keys.json").secret("actions").hex()

    assert environment["HOTLINE_ACTIONS_SECRET"] == secret
    assert environment["HOTLINE_ACTIONS_URL"] == "http://127.0.0.1:28000/rasa/actions"
    assert not any(secret in part for part in rasa_command(settings))
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"


def test_rasa_learns_nothing_of_our_other_settings(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_WECHAT_TOKEN", "a token of ours")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")

    environment = rasa_environment(settings)

    assert environment["LANG"] == "zh_CN.UTF-8"
    assert "HOTLINE_WECHAT_TOKEN" not in environment


def test_fingerprint_follows_the_encoder(settings: Settings) -> None:
    prepare_encoder(settings, "one")
    first = fingerprint(settings)
    prepare_encoder(settings, "another")

    assert fingerprint(settings) != first


def test_model_counts_as_trained_only_for_its_own_sources(settings: Settings) -> None:
    prepare_encoder(settings, "one")
    model = model_path(settings)
    model.parent.mkdir(parents=True)
    model.write_bytes(b"model")
    assert not is_trained(settings)

    model.with_name("assistant.fingerprint").write_text(fingerprint(settings))
    assert is_trained(settings)
    prepare_encoder(settings, "another")
    assert not is_trained(settings)


def test_training_without_the_encoder_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(AssistantTrainingError, match="hotline encoder prepare"):
        fingerprint(settings)
