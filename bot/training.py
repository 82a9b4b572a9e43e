"""Train Rasa's model when what it is made of has changed, and only then."""

import fcntl
import hashlib
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bot.errors import AssistantTrainingError
from bot.serving import (
    CONFIG,
    DATA,
    DOMAIN,
    model_path,
    rasa_folder,
    rasa_python,
    training_environment,
)
from foundation.settings import ROOT, Settings

Progress = Callable[[str, float], None]  # step in Chinese, done from 0 to 1

# A sign in Rasa's output → what it has come to; the shares are those of a run on two cores.
_SIGNS = (
    ("Started validating", "检查语料", 0.15),
    ("Finished training component 'JiebaTokenizer'", "分词", 0.25),
    ("Finished training component 'RegexFeaturizer'", "计算句向量", 0.3),
    ("Starting to train component 'CalibratedIntentClassifier'", "训练意图分类", 0.55),
    ("Finished training component 'CalibratedIntentClassifier'", "学习对话规则", 0.9),
    ("is trained and saved", "保存模型", 0.98),
)
_KEPT_LINES = 15


def silent(step: str, done: float) -> None:
    """Tell nobody."""


def train(settings: Settings, progress: Progress = silent) -> bool:
    """Train the assistant unless the model at hand was made from the same sources.

    Processes that come at the same time wait for the first and find its model.

    Returns:
        Whether anything was trained.

    Raises:
        AssistantTrainingError: Rasa refused; the model at hand stays.
        RasaEnvironmentError: Rasa's environment is not installed.
    """
    folder = rasa_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / "training.lock"):
        wanted = fingerprint(settings)
        if _trained_from(settings) == wanted:
            progress("对话模型已是最新", 1.0)
            return False
        _run(settings, progress)
        _mark(settings).write_text(wanted + "\n", encoding="utf-8")
        progress("对话模型就绪", 1.0)
        return True


def is_trained(settings: Settings) -> bool:
    """Tell whether the model at hand fits its sources."""
    return _trained_from(settings) == fingerprint(settings)


def fingerprint(settings: Settings) -> str:
    """Return a hash of all that the model depends on: pipeline, data, our component, encoder."""
    digest = hashlib.sha256()
    sources = [
        CONFIG,
        DOMAIN,
        *sorted(DATA.rglob("*.yml")),
        *sorted((ROOT / "bot" / "nlu").glob("*.py")),
    ]
    for path in sources:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    digest.update(json.dumps(_encoder_identity(settings)).encode())
    return digest.hexdigest()


def _encoder_identity(settings: Settings) -> list[str]:
    """Return what names the encoder's vectors (the exported bytes may differ between machines)."""
    path = settings.data_dir / "models" / "encoder" / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        return [str(manifest[key]) for key in ("source", "conversion", "query_prefix")]
    except (OSError, ValueError, KeyError) as error:
        raise AssistantTrainingError(
            "the encoder is not prepared; run: hotline encoder prepare"
        ) from error


def _mark(settings: Settings) -> Path:
    return model_path(settings).with_name("assistant.fingerprint")


def _trained_from(settings: Settings) -> str | None:
    mark = _mark(settings)
    if not model_path(settings).exists() or not mark.exists():
        return None
    return mark.read_text(encoding="utf-8").strip()


def _run(settings: Settings, progress: Progress) -> None:
    """Train beside the model at hand and replace it only when it is whole."""
    model = model_path(settings)
    model.parent.mkdir(parents=True, exist_ok=True)
    progress("启动 Rasa", 0.02)
    with tempfile.TemporaryDirectory(dir=rasa_folder(settings), prefix=".training-") as scratch:
        command = [
            rasa_python(),
            # --force: Rasa's own cache does not see that our component or the encoder changed
            *("-m", "rasa", "train", "--skip-validation", "--force"),
            *("--config", str(CONFIG), "--domain", str(DOMAIN), "--data", str(DATA)),
            *("--out", scratch, "--fixed-model-name", "assistant"),
        ]
        with subprocess.Popen(  # noqa: S603 -- our own interpreter and files
            command,
            # Rasa keeps its cache where it is started.
            cwd=rasa_folder(settings),
            env=training_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            last_lines = _follow(process.stdout, progress)
        made = Path(scratch) / "assistant.tar.gz"
        if process.returncode != 0 or not made.exists():
            raise AssistantTrainingError("rasa train failed:\n" + "\n".join(last_lines))
        made.replace(model)


def _follow(output: IO[str] | None, progress: Progress) -> list[str]:
    """Report the steps Rasa goes through; return its last lines."""
    kept: list[str] = []
    for line in output or ():
        kept = [*kept[1 - _KEPT_LINES :], line.rstrip()]
        for sign, step, done in _SIGNS:
            if sign in line:
                progress(step, done)
    return kept


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock between processes of this machine; the system frees it when one dies."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
