"""The library exchanged while questions are being asked."""

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from foundation.settings import Settings
from knowledge_base.errors import MatterNotFoundError
from knowledge_base.library import Library
from knowledge_base.schema import FacetName, Matter, Visibility
from retrieval.encoder.onnx_encoder import OnnxEncoder
from retrieval.index.faiss_index import FaissIndex
from retrieval.schemas import Decision
from retrieval.search import SearchEngine
from retrieval.service import Retriever
from retrieval.understanding import understand

CODE, QUESTION = "M0103", "身份证丢了补办要多少钱"


def with_fee(library: Library, amount: float, version: int) -> Library:
    matter = library.matter(CODE)
    item = matter.fee.items[0].model_copy(update={"amount_yuan": amount})
    fee = matter.fee.model_copy(update={"items": (item,)})
    return with_matter(library, matter.model_copy(update={"fee": fee, "version": version}))


def with_matter(library: Library, matter: Matter) -> Library:
    return replace(library, matters={**library.matters, matter.code: matter})


@pytest.fixture(scope="module")
def small_index(
    small_library: Library, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The index of two guides, encoded once."""
    data = tmp_path_factory.mktemp("small")
    (data / "models").symlink_to(settings.data_dir / "models")
    SearchEngine(small_library, Settings(data_dir=data)).load_dense()
    return data / "index"


@pytest.fixture
def own(small_library: Library, settings: Settings, small_index: Path, tmp_path: Path) -> Retriever:
    """Retrieval over two guides, with an index of its own on disk."""
    (tmp_path / "models").symlink_to(settings.data_dir / "models")
    shutil.copytree(small_index, tmp_path / "index")
    retriever = Retriever(small_library, Settings(data_dir=tmp_path))
    retriever.warm_up()
    return retriever


def test_renewed_library_is_answered_with_its_version(
    own: Retriever, small_library: Library
) -> None:
    own.renew(with_fee(small_library, 20.0, version=2))

    answer = own.ask(QUESTION)
    assert (answer.matter, answer.sources[0].version) == (CODE, 2)
    assert "20元" in answer.text
    assert own.ready  # the encoder took part in it


def test_whoever_holds_the_snapshot_goes_on_with_it(own: Retriever, small_library: Library) -> None:
    held = own.present
    own.renew(with_fee(small_library, 20.0, version=2))

    assert "40元" in held.ask(QUESTION).text
    assert "40元" in held.compose(CODE, FacetName.FEE).text


def test_new_words_are_found_in_both_channels(own: Retriever, small_library: Library) -> None:
    said = "灯牌占道经营许可怎么换证件壳"
    matter = small_library.matter(CODE)
    assert own.suggest(said) == ()

    own.renew(
        with_matter(small_library, matter.model_copy(update={"aliases": (*matter.aliases, said)}))
    )

    assert own.suggest(said)[0].matched == said
    dense = own.present.engine._dense
    assert dense is not None
    assert len(dense[1]) == len(own.present.engine.passages)


def test_renewed_lexical_index_says_the_same_as_one_built_anew(
    small_library: Library, settings: Settings
) -> None:
    matter = small_library.matter(CODE)
    # a short alias becomes a word: texts that hold it are cut in another way from then on
    aliases = (*matter.aliases[1:], "补个证", "灯牌占道经营许可怎么换证件壳")
    changed = with_matter(small_library, matter.model_copy(update={"aliases": aliases}))
    first = SearchEngine(small_library, settings)
    first.warm_up_lexical()

    renewed = first.renewed(with_fee(small_library, 20.0, version=2)).renewed(changed)

    anew = SearchEngine(changed, settings)
    assert renewed.passages == anew.passages
    for question in (QUESTION, "补个证要带什么", "灯牌占道", "护照怎么办", "居住正"):
        asked = understand(question, anew.wording)
        assert renewed.warm_up_lexical().readings(question) == anew.warm_up_lexical().readings(
            question
        )
        np.testing.assert_allclose(
            renewed.search(asked).features(), anew.search(asked).features(), atol=1e-6
        )


def test_unchanged_guides_are_neither_read_nor_encoded_again(
    own: Retriever, small_library: Library
) -> None:
    before = own.present.engine

    own.renew(with_fee(small_library, 20.0, version=2))

    after = own.present.engine
    assert after.groups["M0102"] is before.groups["M0102"]
    held, now = before.warm_up_lexical(), after.warm_up_lexical()
    assert now.tokenizer is held.tokenizer
    assert all(now.documents[text] is held.documents[text] for text in held.documents)


def test_many_changes_are_kept_for_the_next_start(
    own: Retriever,
    small_library: Library,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("retrieval.index.passage_index._MOST_BESIDE", 0)
    matter = small_library.matter(CODE)
    said = "灯牌占道经营许可怎么换证件壳"
    changed = with_matter(
        small_library, matter.model_copy(update={"aliases": (*matter.aliases, said)})
    )

    own.renew(changed)

    dense = own.present.engine._dense
    assert dense is not None
    assert not dense[1].is_worn
    place = FaissIndex(tmp_path / "index", dense[0].dimensions, dense[0].fingerprint)
    place.load()
    assert sorted(place.ids.tolist()) == sorted(own.present.engine.ids.tolist())
    assert own.suggest(said)[0].matched == said


def test_withdrawn_guide_is_neither_answered_nor_composed(
    own: Retriever, small_library: Library
) -> None:
    others = {code: one for code, one in small_library.matters.items() if code != CODE}
    own.renew(replace(small_library, matters=others))

    assert own.ask(QUESTION, focus=CODE).matter != CODE
    with pytest.raises(MatterNotFoundError):
        own.compose(CODE)


def test_guide_for_staff_is_not_composed_for_a_citizen_who_chose_it_before(
    own: Retriever, small_library: Library
) -> None:
    internal = small_library.matter(CODE).model_copy(update={"visibility": Visibility.INTERNAL})
    own.renew(with_matter(small_library, internal))

    with pytest.raises(MatterNotFoundError):
        own.compose(CODE)


def test_questions_during_the_exchange_get_one_version_or_the_other(
    own: Retriever, small_library: Library
) -> None:
    seen: set[tuple[int, bool]] = set()
    failures: list[Exception] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                answer = own.ask(QUESTION)
                seen.add((answer.sources[0].version, "20元" in answer.text))
            except Exception as error:  # noqa: BLE001 -- whatever it is, the test tells
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    own.renew(with_fee(small_library, 20.0, version=2))
    own.ask(QUESTION)
    stop.set()
    for thread in threads:
        thread.join()

    assert failures == []
    assert seen <= {(1, False), (2, True)}
    assert own.ask(QUESTION).sources[0].version == 2


def test_library_exchanged_while_the_encoder_loads_gets_the_encoder(
    small_library: Library,
    settings: Settings,
    tmp_path: Path,
    small_index: Path,
    encoder: OnnxEncoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(small_index, tmp_path / "index")
    (tmp_path / "models").symlink_to(settings.data_dir / "models")
    retriever = Retriever(small_library, Settings(data_dir=tmp_path))
    retriever.warm_up_lexical()

    def slow(_: Settings) -> OnnxEncoder:
        retriever.renew(with_fee(small_library, 20.0, version=2))
        return encoder

    monkeypatch.setattr("retrieval.search.load_encoder", slow)
    retriever.warm_up()

    dense = retriever.present.engine._dense
    assert dense is not None
    assert len(dense[1]) == len(retriever.present.engine.passages)
    assert retriever.ask(QUESTION).decision is Decision.ANSWER
    assert retriever.ask(QUESTION).sources[0].version == 2


def test_two_that_warm_up_at_once_load_one_encoder(
    small_library: Library,
    settings: Settings,
    tmp_path: Path,
    small_index: Path,
    encoder: OnnxEncoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(small_index, tmp_path / "index")
    loaded: list[int] = []

    def load(_: Settings) -> OnnxEncoder:
        loaded.append(1)
        return encoder

    monkeypatch.setattr("retrieval.search.load_encoder", load)
    retriever = Retriever(small_library, Settings(data_dir=tmp_path))
    threads = [threading.Thread(target=retriever.warm_up) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (loaded, retriever.ready) == ([1], True)
