from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base.errors import LibraryFaultsError
from knowledge_base.loader import load_library
from tests.knowledge_base.guidance.conftest import BLOCK, GUIDE, NEIGHBOUR

Write = Callable[..., Path]

WITH_MANY_FAULTS = """\
- matter: M0001
  questions:
    - key: first
      text: 没有问号
      asked_when: {later: yes}
      answers:
        - {key: yes, label: 是, needs: [登记证]}
        - {key: no, label: 是, needs: [登记表]}
    - key: second
      text: 没人用的问题吗？
      asked_when: {first: maybe}
      answers:
        - {key: yes, label: 有}
        - {key: yes, label: 没有}
    - key: third
      text: 灯牌大吗？
      answers:
        - {key: yes, label: 很大, cannot: 太大的不登记。}
        - {key: no, label: 不大, switch: M0009, without: [相片]}
    - use: nobody_knows
      answers:
        - {key: yes, quotes: [挂灯牌的应当登记。]}
        - {key: no}
- matter: M0007
  questions:
    - key: only
      text: 挂吗？
      answers:
        - {key: yes, label: 挂, switch: M0001}
        - {key: no, label: 不挂}
"""


def test_guidance_loader_gives_shared_questions_their_words(write_guidance: Write) -> None:
    guidance = load_library(write_guidance()).guidance["M0001"]

    applicant = guidance.question("applicant")
    assert applicant is not None
    assert applicant.text == "是本人去办，还是托别人代办？"
    assert [(one.key, one.label, one.said, one.needs) for one in applicant.answers] == [
        ("self", "本人去办", ("自己去",), ()),
        ("agent", "托别人代办", ("委托", "代办"), ("委托书",)),
    ]


def test_guidance_loader_lists_every_fault_by_file_and_line(write_guidance: Write) -> None:
    directory = write_guidance(**{"guidance/demo.yml": WITH_MANY_FAULTS})

    with pytest.raises(LibraryFaultsError) as raised:
        load_library(directory)

    assert str(raised.value).splitlines()[1:] == [
        (
            "guidance/demo.yml:3: questions: 'first' has no text of a question; "
            "write a question that ends in ？, or use one of guidance/common/"
        ),
        (
            "guidance/demo.yml:5: questions.asked_when.later: no question 'later' is asked before; "
            "use the key of a question that stands above"
        ),
        (
            "guidance/demo.yml:7: questions.answers.needs: M0001 asks for no document '登记证'; "
            "write the name as in materials.documents of the guide"
        ),
        (
            "guidance/demo.yml:8: questions.answers.needs: '登记表' is required in every case; "
            "leave it out: only documents with required_when depend on an answer"
        ),
        (
            "guidance/demo.yml:8: questions.answers: answer 'no' has no label of its own; "
            "give it a label of its own"
        ),
        (
            "guidance/demo.yml:9: questions: nothing depends on the answer to 'second'; "
            "say what an answer needs, quotes or switches to, or remove the question"
        ),
        (
            "guidance/demo.yml:11: questions.asked_when.first: 'first' has no answer 'maybe'; "
            "use the key of one of its answers"
        ),
        "guidance/demo.yml:14: questions.answers: answer 'yes' stands twice; keep one of the two",
        (
            "guidance/demo.yml:18: questions.answers.cannot: M0001 does not say '太大的不登记。'; "
            "quote the guide word for word"
        ),
        (
            "guidance/demo.yml:19: questions.answers.switch: unknown matter code 'M0009'; "
            "use the code of a guide under library/"
        ),
        (
            "guidance/demo.yml:19: questions.answers.without: nothing says that '相片' falls away; "
            "add the guide's words that say so to quotes"
        ),
        (
            "guidance/demo.yml:20: questions: 'nobody_knows' has no text of a question; "
            "write a question that ends in ？, or use one of guidance/common/"
        ),
        (
            "guidance/demo.yml:22: questions.answers: answer 'yes' has no label of its own; "
            "give it a label of its own"
        ),
        (
            "guidance/demo.yml:23: questions.answers: answer 'no' has no label of its own; "
            "give it a label of its own"
        ),
        (
            "guidance/demo.yml:24: matter: unknown matter code 'M0007'; "
            "use the code of a guide under library/"
        ),
    ]


def test_guidance_of_a_guide_that_says_it_otherwise_is_a_fault(write_guidance: Write) -> None:
    renamed = (GUIDE + NEIGHBOUR).replace("name: 委托书", "name: 授权委托书")

    with pytest.raises(LibraryFaultsError, match="M0001 asks for no document '委托书'"):
        load_library(write_guidance(**{"library/demo.yml": renamed}))


def test_guidance_may_be_written_once_for_a_matter(write_guidance: Write) -> None:
    with pytest.raises(LibraryFaultsError, match=r"'M0001' stands already in guidance/demo\.yml:1"):
        load_library(write_guidance(**{"guidance/demo.yml": BLOCK + BLOCK}))


def test_library_without_guidance_is_none_the_worse(write_library: Write) -> None:
    assert dict(load_library(write_library()).guidance) == {}
