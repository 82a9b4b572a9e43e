"""The real library, the real converted encoder, and retrieval over both."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from foundation.settings import ROOT, Settings
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.schema import Matter
from retrieval.encoder.onnx_encoder import OnnxEncoder
from retrieval.encoder.preparation import load_encoder, prepare_encoder
from retrieval.service import Retriever
from tests.prepared import copy_prepared


@pytest.fixture(scope="session")
def prepared_folder() -> Path:
    """The converted encoder, made only where it is not there yet."""
    return prepare_encoder(Settings(data_dir=ROOT / "var"))


@pytest.fixture(scope="session")
def settings(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A data folder of the tests' own, with the converted encoder and what is indexed already."""
    data = tmp_path_factory.mktemp("data")
    (data / "models").symlink_to(prepared_folder.parent)
    copy_prepared(ROOT / "var", data)
    return Settings(data_dir=data)


@pytest.fixture(scope="session")
def encoder(settings: Settings) -> OnnxEncoder:
    return load_encoder(settings)


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="session")
def small_library(library: Library) -> Library:
    """Two guides, and the index of matters that goes with them."""
    matters: Mapping[str, Matter] = {code: library.matters[code] for code in ("M0102", "M0103")}
    return replace(library, matters=matters)


@pytest.fixture(scope="session")
def retriever(library: Library, settings: Settings) -> Retriever:
    retriever = Retriever(library, settings)
    retriever.warm_up()
    return retriever
