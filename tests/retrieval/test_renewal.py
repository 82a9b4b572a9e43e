"""The library exchanged while questions are being asked."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from foundation.settings import Settings
from knowledge_base.errors import MatterNotFoundError
from knowledge_base.library import Former, Library
from knowledge_base.policies.parsing import parse_file
from knowledge_base.policies.schema import PublishedPolicy
from knowledge_base.policy_answers.answers import PolicyAnswers
from knowledge_base.schema import FacetName, Matter, Visibility
from retrieval.encoder.onnx_encoder import OnnxEncoder
from retrieval.index.faiss_index import FaissIndex
from retrieval.schemas import Decision
from retrieval.search import SearchEngine
from retrieval.service import Retriever
from retrieval.tokens import Tokenizer
from retrieval.understanding import understand
from tests.prepared import copy_prepared

CODE, QUESTION = "M0103", "身份证丢了补办要多少钱"


def with_fee(library: Library, amount: float, version: int) -> Library:
    matter = library.matter(CODE)
    item = matter.fee.items[0].model_copy(update={"amount_yuan": amount})
    fee = matter.fee.model_copy(update={"items": (item,)})
    return with_matter(library, matter.model_copy(update={"fee": fee, "version": version}))


def with_matter(library: Library, matter: Matter) -> Library:
    return replace(library, matters={**library.matters, matter.code: matter})


def with_policies(library: Library, answers: PolicyAnswers, last: str) -> Library:
    """A library with policy answers, and with a document of which ``last`` is the last article."""
    text = (
        "江南市犬只寄养服务管理办法\n江南规〔2025〕7号\n江南市农业农村局\n"
        "第一条 为了规范犬只寄养服务，制定本办法。\n"
        f"第二条 {last}"
    )
    document = parse_file(text.encode(), "a.txt").document
    policies = {"P0001": PublishedPolicy(version=1, document=document)}
    return replace(library, policy_answers=answers, policies=policies)


@pytest.fixture(scope="module")
def small_index(
    small_library: Library, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A data folder with the index of two guides, made once."""
    data = tmp_path_factory.mktemp("small")
    (data / "models").symlink_to(settings.data_dir / "models")
    copy_prepared(settings.data_dir, data)
    Retriever(small_library, Settings(data_dir=data)).warm_up()
    return data


@pytest.fixture
def own(small_library: Library, settings: Settings, small_index: Path, tmp_path: Path) -> Retriever:
    """Retrieval over two guides, with an index of its own on disk."""
    (tmp_path / "models").symlink_to(settings.data_dir / "models")
    copy_prepared(small_index, tmp_path)
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


def test_policy_answers_and_clauses_are_shared_where_they_say_the_same(
    small_library: Library, library: Library, settings: Settings
) -> None:
    said = {code: library.policy_answers.answer(code) for code in ("Q1302", "Q0712")}
    twice_a_day = "犬只寄养场所应当每日对笼舍消毒两次。"
    first = SearchEngine(with_policies(small_library, PolicyAnswers(said), twice_a_day), settings)
    held = first.warm_up_lexical()
    asked = (*said["Q1302"].variants, "外婆的姐姐的孙女可以结婚吗")
    changed = said["Q1302"].model_copy(update={"variants": asked})
    answers = PolicyAnswers({**said, "Q1302": changed})
    # The document is read anew from the database: another object that says the same but once.
    other = with_policies(small_library, answers, "犬只寄养场所应当每日对笼舍消毒三次。")

    renewed = first.renewed(other)

    shared = {code for code, group in renewed.groups.items() if first.groups[code] is group}
    new = {"Q1302", "P0001/article2/paragraph1"}
    assert set(renewed.groups) - shared == new
    now = renewed.warm_up_lexical()
    assert set(now.documents) - set(held.documents) == {asked[-1]}
    assert len(set(now.clauses) - set(held.clauses)) == 1
    assert all(
        now.clauses[text] is held.clauses[text] for text in now.clauses if text in held.clauses
    )
    anew = SearchEngine(other, settings)
    assert renewed.passages == anew.passages
    for question in ("犬只寄养场所笼舍每日消毒三次吗", asked[-1]):
        understood = understand(question, anew.wording)
        np.testing.assert_allclose(
            renewed.search(understood).features(), anew.search(understood).features(), atol=1e-6
        )
    row = renewed.position["P0001/article2/paragraph1"]
    evidence = renewed.search(understand("笼舍消毒三次", anew.wording)).lexical
    assert evidence.coverage[row] == pytest.approx(evidence.coverage.max())
    assert "三次" in renewed.passages[evidence.best[row]].text


def test_guide_gets_the_names_of_one_that_it_replaced_while_it_stays_as_it_was(
    small_library: Library, settings: Settings
) -> None:
    first = SearchEngine(small_library, settings)
    first.warm_up_lexical()
    former = {"M0999": Former(CODE, ("灯牌占道经营许可怎么换证件壳",))}

    renewed = first.renewed(replace(small_library, former=former))

    assert {one.text for one in renewed.passages} - {one.text for one in first.passages} == {
        "灯牌占道经营许可怎么换证件壳"
    }
    assert renewed.renewed(small_library).passages == first.passages


def test_remembered_texts_are_not_read_again_at_the_next_start(
    small_library: Library, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = settings.model_copy(update={"data_dir": tmp_path})
    matter = small_library.matter(CODE)
    aliases = (*matter.aliases, "补个证")
    changed = with_matter(small_library, matter.model_copy(update={"aliases": aliases}))
    first = SearchEngine(small_library, own)
    first.warm_up_lexical()
    renewed = first.renewed(changed)  # cut in another way: never mixed with what is remembered
    cut: list[str] = []
    tokens = Tokenizer.tokens

    def counted(self: Tokenizer, text: str) -> list[str]:
        cut.append(text)
        return tokens(self, text)

    monkeypatch.setattr(Tokenizer, "tokens", counted)
    second = SearchEngine(small_library, own)
    second.warm_up_lexical()
    assert cut == []

    third = SearchEngine(changed, own)
    third.warm_up_lexical()

    assert len(cut) > len(aliases)  # with another word every text is cut anew, once
    asked = understand("补个证要带什么", third.wording)
    np.testing.assert_allclose(
        third.search(asked).features(), renewed.search(asked).features(), atol=1e-6
    )


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
    copy_prepared(small_index, tmp_path)
    (tmp_path / "models").symlink_to(settings.data_dir / "models")
    retriever = Retriever(small_library, Settings(data_dir=tmp_path))
    retriever.warm_up_lexical()

    def slow(_: Settings) -> OnnxEncoder:
        retriever.renew(with_fee(small_library, 20.0, version=2))
        return encoder

    monkeypatch.setattr("retrieval.search.mended_encoder", slow)
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
    copy_prepared(small_index, tmp_path)
    loaded: list[int] = []

    def load(_: Settings) -> OnnxEncoder:
        loaded.append(1)
        return encoder

    monkeypatch.setattr("retrieval.search.mended_encoder", load)
    retriever = Retriever(small_library, Settings(data_dir=tmp_path))
    threads = [threading.Thread(target=retriever.warm_up) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (loaded, retriever.ready) == ([1], True)
