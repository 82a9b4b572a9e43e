"""A small guidance block on disk, for tests to break and repair, over the small library."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.knowledge_base.conftest import MATTER

WriteLibrary = Callable[..., Path]

# The small library's guide with documents that depend on the case, and a neighbour.
GUIDE = MATTER.replace(
    "  legal_basis:\n",
    """\
  materials:
    documents:
      - {name: 登记表}
      - {name: 委托书, required_when: 托人来办, basis: [{law: 灯牌管理条例}]}
      - {name: 房主同意书, required_when: 房子是租的}
      - {name: 监护人证件, required_when: 未成年人来办}
      - {name: 相片}
  common_questions:
    - {question: 电子相片行吗, answer: 有电子相片的，不用带相片。}
  confused_with: {M0002: 不挂了的，办灯牌注销}
  legal_basis:
""",
    1,
)
NEIGHBOUR = (
    MATTER.replace("M0001", "M0002")
    .replace("灯牌登记", "灯牌注销")
    .replace(
        "[登记灯牌, 挂灯牌, 灯牌备案, 店门口挂灯]", "[注销灯牌, 拆灯牌, 灯牌不要了, 灯牌不挂了]"
    )
    .replace(
        "[门口想挂灯牌找谁, 挂灯要不要登记, 灯牌登记多少钱, 登记灯牌要几天]",
        "[拆灯牌找谁, 拆灯要不要注销, 灯牌注销多少钱, 注销灯牌要几天]",
    )
)
COMMON = """\
- key: applicant
  text: 是本人去办，还是托别人代办？
  answers:
    - {key: self, label: 本人去办, said: [自己去]}
    - {key: agent, label: 托别人代办, said: [委托, 代办]}
"""
BLOCK = """\
- matter: M0001
  questions:
    - key: wants
      text: 灯牌还挂吗？
      answers:
        - {key: yes, label: 还挂, said: [要挂]}
        - {key: no, label: 不挂了, said: [拆掉], switch: M0002}
    - use: applicant
      answers:
        - {key: self}
        - {key: agent, needs: [委托书]}
    - key: agent_age
      text: 代办的人成年了吗？
      asked_when: {applicant: agent}
      answers:
        - {key: yes, label: 成年了, ages: [18, 150]}
        - {key: no, label: 没成年, ages: [0, 17], needs: [监护人证件]}
    - key: photo
      text: 有电子相片吗？
      answers:
        - {key: yes, label: 有电子相片, without: [相片], quotes: [有电子相片的，不用带相片。]}
        - {key: no, label: 没有电子相片}
    - key: large
      text: 灯牌大吗？
      answers:
        - {key: yes, label: 很大, cannot: 挂灯牌的应当登记。}
        - {key: no, label: 不大}
"""


@pytest.fixture
def write_guidance(write_library: WriteLibrary) -> WriteLibrary:
    """Write the small library with guidance, with the files named in ``changed`` replaced."""
    files = {
        "library/demo.yml": GUIDE + NEIGHBOUR,
        "guidance/common/questions.yml": COMMON,
        "guidance/demo.yml": BLOCK,
    }

    def write(**changed: str) -> Path:
        return write_library(**{**files, **changed})

    return write
