"""A small bundle on disk, for tests to break and repair, over the small library."""

from collections.abc import Callable
from pathlib import Path

import pytest

WriteLibrary = Callable[..., Path]

INDEX = (
    "- {code: M0001, title: 灯牌登记, category: 演示}\n"
    "- {code: M0002, title: 灯牌验收, category: 演示}\n"
    "- {code: M0003, title: 灯牌注销, category: 演示}\n"
)
BUNDLE = """\
- code: B01
  title: 挂灯牌
  aliases: [挂灯牌一件事]
  sample_questions: [挂灯牌要办什么]
  summary: 先登记，再验收。
  legal_basis: [{law: 灯牌管理条例}]
  questions:
    - {key: big, text: 灯牌大于一米吗？}
    - {key: lit, text: 夜里亮吗？, asked_when: {big: true}}
  joint_applications:
    - {name: 灯牌联办, text: 一次交齐。}
  steps:
    - {matter: M0001, why: 登记, gives: [登记证], together: 灯牌联办}
    - matter: M0002
      why: 验收
      applies_when: {lit: true}
      after: [M0001]
      due: {text: 十日内验收。, basis: [{law: 灯牌管理条例, article: 第三条}]}
      together: 灯牌联办
    - {matter: M0003, why: 旧的注销, applies_when: {big: false}}
  shared_documents:
    - {name: 本人身份证件, also: [申请人身份证]}
  local_variation: {what: 尺寸, set_by: 市政府, ask: 窗口}
  source: {title: 灯牌管理条例}
  valid_from: 2026-01-01
"""


@pytest.fixture
def write_bundles(write_library: WriteLibrary) -> Callable[..., Path]:
    """Write the small library and one valid bundle, with the files named in ``changed``."""

    def write(**changed: str) -> Path:
        files = {"city/matters_index.yml": INDEX, "city/bundles/lamps.yml": BUNDLE}
        return write_library(**{**files, **changed})

    return write
