import pytest

from bot.conversation.guidance_answers import heard, picked, picks_unsure
from bot.conversation.suggesting import Suggesting
from connectors.assembly import Services
from knowledge_base.guidance.schema import Guidance, Question
from knowledge_base.loader import load_library
from retrieval.operators import OperatorSearch
from tests.bot.conversation.conftest import Say
from tests.service_fixtures import RunningService

LIBRARY = load_library()


def question(code: str, key: str) -> Question:
    found = LIBRARY.guidance[code].question(key)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("code", "key", "said", "answer"),
    [
        ("M0113", "ground", "2", "home"),
        ("M0113", "ground", "第二个吧", "home"),
        ("M0113", "ground", "9", None),
        ("M0113", "ground", "凭住处", "home"),
        ("M0113", "ground", "在这边打工", "work"),
        ("M0113", "ground", "租房，也在上班", None),  # two at once: not certain
        ("M0113", "carer", "不是", "no"),
        ("M0113", "carer", "嗯", "yes"),
        ("M0302", "applicant", "不是本人去", "agent"),
        ("M0302", "applicant", "委托我儿子", "agent"),
        ("M0302", "delayed", "没有当兵", "no"),
        ("M0301", "age", "我今年二十五岁", "adult"),
        ("M0301", "age", "17周岁", "minor"),
        ("M1210", "age", "老人八十二岁了", "eighty"),
        ("M1304", "age", "才8个月", "no"),
        ("M0102", "card", "随便说说", None),
    ],
)
def test_answer_is_picked_by_number_label_words_or_age(
    code: str, key: str, said: str, answer: str | None
) -> None:
    assert picked(question(code, key), said) == answer


def test_number_behind_the_last_answer_is_the_choice_not_to_know() -> None:
    ground = question("M0113", "ground")

    assert picks_unsure(ground, "4")
    assert not picks_unsure(ground, "3")


@pytest.mark.parametrize(
    ("code", "said", "answers"),
    [
        ("M0201", "我是外地的，孩子还小", {"age16": "no"}),
        ("M0107", "我在外地，结婚了想迁过来", {"hukou": "elsewhere", "reason": "spouse"}),
        (
            "M1601",
            "老板欠薪，我是农民工，没钱请律师",
            {"what": "wages", "exempt": "yes", "poor": "yes"},
        ),
        ("M0113", "今天天气不错", {}),
    ],
)
def test_everything_told_of_a_case_is_heard(code: str, said: str, answers: dict[str, str]) -> None:
    guidance: Guidance = LIBRARY.guidance[code]

    assert heard(guidance, said) == answers


def test_every_label_picks_its_own_answer() -> None:
    wrong = [
        (code, one.key, answer.label)
        for code, guidance in LIBRARY.guidance.items()
        for one in guidance.questions
        for answer in one.answers
        if picked(one, answer.label) != answer.key
    ]

    assert wrong == []


def test_operator_is_shown_what_to_ask_and_what_was_told(running_service: RunningService) -> None:
    services: Services = running_service.services
    suggesting = Suggesting(OperatorSearch(services.retriever), lambda: services.library)

    first = suggesting.suggest(["我想办居住证，在这边上班", "居住证怎么办"], None)[0]

    assert (first.code, first.case) == ("M0113", "凭工作")
    assert first.ask[0] == "以前办过本市的居住证吗？没办过 / 有居住证、要续"
    assert len(first.ask) == 3


def test_answers_stay_with_the_conversation_and_hold_no_personal_data(
    say: Say, running_service: RunningService
) -> None:
    say("居住证怎么办")
    say("好，问吧")
    receipt = say("没办过，我电话13812345678")

    assert receipt.conversation_id is not None
    state = running_service.run(
        running_service.services.conversations.state(receipt.conversation_id)
    )
    assert state.guiding is not None
    assert state.guiding.answers == {"card": "no"}
    assert "138" not in state.guiding.said
