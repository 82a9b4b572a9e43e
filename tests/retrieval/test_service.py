import threading
from dataclasses import replace

import pytest

from foundation.settings import Settings
from knowledge_base.errors import MatterNotFoundError
from knowledge_base.library import Library
from knowledge_base.schema import FacetName, Visibility
from retrieval.calibration.store import read_calibration, write_calibration
from retrieval.errors import CalibrationError
from retrieval.schemas import Decision
from retrieval.search import SearchEngine
from retrieval.service import Retriever
from retrieval.understanding import understand
from tests.prepared import copy_prepared


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("身份证丢了怎么补办", "M0103"),
        ("身份證遺失咗點樣補辦", "M0103"),
        ("shenfenzheng丢了怎么补办", "M0103"),
        ("身分正掉了怎么补办", "M0103"),
        ("二代证快到期了怎么换新的", "M0102"),
    ],
)
def test_ask_answers_however_it_is_written(question: str, code: str, retriever: Retriever) -> None:
    answer = retriever.ask(question)

    assert (answer.decision, answer.matter) == (Decision.ANSWER, code)
    assert answer.candidates[0].code == code
    assert answer.sources[0].code == code


@pytest.mark.parametrize(
    "question",
    [
        "今天天气怎么样",
        "给我讲个笑话",
        "红烧肉怎么做",
        "路灯坏了好几天没人修",
        "你好",
        "",
        "😀😀",
        "？？",
    ],
)
def test_ask_does_not_answer_what_the_library_does_not_hold(
    question: str, retriever: Retriever
) -> None:
    answer = retriever.ask(question)

    assert (answer.decision, answer.matter, answer.text) == (Decision.NO_ANSWER, None, "")


def test_ask_offers_choices_where_several_guides_fit(retriever: Retriever) -> None:
    answer = retriever.ask("身份证怎么办")

    assert answer.decision is Decision.CLARIFY
    assert answer.matter is None
    assert 2 <= len(answer.candidates) <= 4
    assert len({candidate.title for candidate in answer.candidates}) == len(answer.candidates)


@pytest.mark.parametrize(
    ("question", "facet"),
    [
        ("那要多少钱", FacetName.FEE),
        ("在哪办", FacetName.LOCATION),
        ("需要带什么", FacetName.MATERIALS),
        ("要不要带户口本", FacetName.MATERIALS),
        ("需要照片吗", FacetName.MATERIALS),
        ("可以让家里人代领吗", FacetName.CONDITIONS),  # who may do it
    ],
)
def test_ask_answers_follow_up_from_matter_in_focus(
    question: str, facet: FacetName, retriever: Retriever
) -> None:
    answer = retriever.ask(question, focus="M0103")

    assert (answer.matter, answer.facet) == ("M0103", facet)
    assert answer.understanding.follow_up
    assert answer.text == retriever.compose("M0103", facet).text


def test_ask_leaves_focus_when_topic_changes(retriever: Retriever) -> None:
    assert retriever.ask("身份证到期了怎么换领", focus="M0103").matter == "M0102"
    assert retriever.ask("火车票多少钱", focus="M0103").decision is Decision.NO_ANSWER
    assert retriever.ask("今天天气怎么样", focus="M0103").decision is Decision.NO_ANSWER
    assert retriever.ask("谢谢", focus="M0103").decision is Decision.NO_ANSWER


def test_ask_without_focus_does_not_guess_what_a_follow_up_means(retriever: Retriever) -> None:
    assert retriever.ask("那要多少钱").decision is Decision.NO_ANSWER
    assert retriever.ask("那要多少钱", focus="M9999").decision is Decision.NO_ANSWER


def test_ask_uses_focus_to_settle_a_choice(retriever: Retriever) -> None:
    assert retriever.ask("身份证要多少钱", focus="M0103").matter == "M0103"


def test_compose_refuses_unknown_code(retriever: Retriever) -> None:
    with pytest.raises(MatterNotFoundError):
        retriever.compose("M9999", FacetName.FEE)


def test_suggest_names_the_passage_that_led_to_each(retriever: Retriever, library: Library) -> None:
    suggestions = retriever.suggest("客户说身份证不见了要重办")

    assert suggestions[0].code == "M0103"
    assert len(suggestions) <= 3
    assert suggestions[0].matched
    assert retriever.suggest("今天天气怎么样") == ()


def test_ask_works_before_the_encoder_is_loaded(library: Library, settings: Settings) -> None:
    retriever = Retriever(library, settings)
    retriever.warm_up_lexical()

    answer = retriever.ask("身份证丢了补办")

    assert not retriever.ready
    assert answer.matter == "M0103"
    assert retriever.ask("红烧肉怎么做").decision is Decision.NO_ANSWER


def test_internal_guides_are_neither_answered_nor_offered(
    small_library: Library, settings: Settings
) -> None:
    hidden = small_library.matters["M0103"].model_copy(update={"visibility": Visibility.INTERNAL})
    partly = replace(small_library, matters={**small_library.matters, "M0103": hidden})
    retriever = Retriever(partly, settings)
    retriever.warm_up_lexical()

    answer = retriever.ask("身份证丢了补办")

    assert "M0103" not in {candidate.code for candidate in answer.candidates}
    assert answer.matter != "M0103"


def test_warm_up_refuses_thresholds_of_another_encoder(
    small_library: Library, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tmp_path_factory.mktemp("other")
    (data / "models").symlink_to((settings.data_dir / "models").resolve())
    copy_prepared(settings.data_dir, data)
    write_calibration(replace(read_calibration(), encoder="another"), data / "calibration.json")
    retriever = Retriever(small_library, Settings(data_dir=data))

    with pytest.raises(CalibrationError, match="hotline encoder calibrate"):
        retriever.warm_up()

    assert not retriever.ready
    assert retriever.ask("身份证丢了补办").candidates[0].code == "M0103"


def test_ask_gives_the_same_answers_from_many_threads(retriever: Retriever) -> None:
    questions = ["身份证丢了怎么补办", "身份证到期换新", "今天天气怎么样", "身份证怎么办"] * 3
    alone = [replace(retriever.ask(question), elapsed_ms=0.0) for question in questions]
    together: list[object] = [None] * len(questions)

    def work(row: int) -> None:
        together[row] = replace(retriever.ask(questions[row]), elapsed_ms=0.0)

    threads = [threading.Thread(target=work, args=(row,)) for row in range(len(questions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert together == alone


@pytest.mark.parametrize("behind", ["，电话[电话1]", "，我叫[已隐去]"])
def test_what_stands_for_personal_data_is_not_searched(library: Library, behind: str) -> None:
    engine = SearchEngine(library, Settings())
    understanding = understand(f"身份证丢了怎么补办{behind}", engine.wording)

    readings, _ = engine.readings(understanding)

    assert readings
    assert not [text for text in readings if "[" in text]
