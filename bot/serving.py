"""How Rasa is started: its command line and environment, and where its files are.

Rasa answers on loopback only, without its HTTP API (a draft needs none to be continued, see
``bot/actions``), with telemetry off, and learns of the service's settings only what it needs.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import RasaEnvironmentError
from foundation.database.keyring import load_keyring
from foundation.settings import ROOT, Settings

RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
CONFIG = ROOT / "config.yml"
DOMAIN = ROOT / "bot" / "domain.yml"
DATA = ROOT / "bot" / "data"
_ENDPOINTS = ROOT / "bot" / "endpoints.yml"
_CREDENTIALS = ROOT / "bot" / "credentials.yml"
_ANY_ADDRESS = {"0.0.0.0", "::", "localhost"}  # noqa: S104 -- compared, not bound
_OWN_PREFIX = "HOTLINE_"


def rasa_folder(settings: Settings) -> Path:
    """Return where everything of Rasa's lives."""
    return settings.data_dir / "rasa"


def model_path(settings: Settings) -> Path:
    """Return the trained assistant."""
    return rasa_folder(settings) / "models" / "assistant.tar.gz"


def rasa_command(settings: Settings) -> list[str]:
    """Return the command line of ``rasa run`` for ``settings.rasa_url``.

    Raises:
        RasaEnvironmentError: Rasa's environment is not installed.
    """
    port = urlsplit(settings.rasa_url).port or 80
    return [
        rasa_python(),
        *("-m", "rasa", "run"),
        *("--model", str(model_path(settings))),
        *("--endpoints", str(_ENDPOINTS)),
        *("--credentials", str(_CREDENTIALS)),
        *("--interface", "127.0.0.1", "--port", str(port)),
    ]


def rasa_environment(settings: Settings) -> dict[str, str]:
    """Return the whole environment of ``rasa run``; the actions' secret is in it, not in a URL."""
    keyring = load_keyring(settings.data_dir / "keys.json")
    return training_environment(settings) | {
        # One message's products are too small for two threads, which would wait for each other.
        "OPENBLAS_NUM_THREADS": "1",
        "HOTLINE_ACTIONS_URL": actions_url(settings),
        "HOTLINE_ACTIONS_SECRET": keyring.secret("actions").hex(),
    }


def training_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of any Rasa program: quiet, without telemetry, without our secrets."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(_OWN_PREFIX)
    }
    return inherited | {
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # no graphics card is used, and looking for one takes seconds
        "CUDA_VISIBLE_DEVICES": "-1",
        "SANIC_SERVER_BANNER": "false",
        "HOTLINE_ENCODER_DIR": str(settings.data_dir / "models" / "encoder"),
    }


def actions_url(settings: Settings) -> str:
    """Return where Rasa calls the service back."""
    host = "127.0.0.1" if settings.host in _ANY_ADDRESS else settings.host
    bracketed = f"[{host}]" if ":" in host else host
    return f"http://{bracketed}:{settings.port}/rasa/actions"


def rasa_python() -> str:
    """Return Rasa's interpreter.

    Raises:
        RasaEnvironmentError: it is not installed.
    """
    if not RASA_PYTHON.exists():
        raise RasaEnvironmentError("no .venv-rasa/bin/python")
    return str(RASA_PYTHON)
