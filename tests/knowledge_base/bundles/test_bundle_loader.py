from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base.bundles.errors import BundleNotFoundError
from knowledge_base.bundles.loader import load_bundles
from knowledge_base.errors import LibraryFaultsError
from knowledge_base.loader import load_library
from tests.knowledge_base.bundles.conftest import BUNDLE

Write = Callable[..., Path]

WITH_MANY_FAULTS = """\
- code: B01
  title: 挂灯牌
  aliases: [挂灯牌一件事]
  sample_questions: [挂灯牌要办什么]
  summary: 先登记，再验收。
  legal_basis:
    - law: 灯牌条例
  questions:
    - key: lit
      text: 夜里亮吗？
      asked_when:
        big: true
    - key: idle
      text: 没人用的问题吗？
    - key: big
      text: 灯牌大于一米吗？
    - key: big
      text: 灯牌大吗？
  joint_applications:
    - name: 灯牌联办
      text: 一次交齐。
  steps:
    - matter: M0002
      why: 验收
      after:
        - M0001
      applies_when:
        red: true
        lit: true
      together: 灯牌联办
    - matter: M0001
      why: 登记
      applies_when: {big: true}
      together: 没有的联办
    - matter: M0001
      why: 再登记
    - matter: M0777
      why: 没有的事
  shared_documents:
    - {name: 身份证, also: [证件]}
    - {name: 户口簿, also: [证件]}
  local_variation: {what: 尺寸, set_by: 市政府, ask: 窗口}
  source: {title: 灯牌管理条例}
  valid_from: 2026-01-01
- code: B1
  title: 拆灯牌
  colour: 红
"""


def faults_of(directory: Path) -> list[str]:
    with pytest.raises(LibraryFaultsError) as caught:
        load_bundles(load_library(directory), directory)
    return caught.value.faults


def test_load_bundles_reads_valid_directory(write_bundles: Write) -> None:
    directory = write_bundles()

    bundles = load_bundles(load_library(directory), directory)

    assert [bundle.title for bundle in bundles.all()] == ["挂灯牌"]
    assert [step.matter for step in bundles.bundle("B01").steps] == ["M0001", "M0002", "M0003"]
    with pytest.raises(BundleNotFoundError):
        bundles.bundle("B02")


def test_load_bundles_reports_every_fault_with_its_line(write_bundles: Write) -> None:
    directory = write_bundles(**{"city/bundles/lamps.yml": WITH_MANY_FAULTS})

    assert [fault.split("; ")[0] for fault in faults_of(directory)] == [
        "city/bundles/lamps.yml:7: legal_basis.law: unknown law '灯牌条例'",
        "city/bundles/lamps.yml:12: questions.asked_when.big: no question 'big' is asked before",
        "city/bundles/lamps.yml:13: questions.key: nothing depends on the answer to 'idle'",
        "city/bundles/lamps.yml:17: questions.key: 'big' stands twice",
        "city/bundles/lamps.yml:20: joint_applications.name: '灯牌联办' joins fewer than two steps",
        "city/bundles/lamps.yml:26: steps.after: 'M0001' is no earlier step of B01",
        "city/bundles/lamps.yml:28: steps.applies_when.red: no question 'red' is asked before",
        "city/bundles/lamps.yml:34: steps.together: unknown joint application '没有的联办'",
        "city/bundles/lamps.yml:35: steps.matter: 'M0001' stands twice",
        "city/bundles/lamps.yml:37: steps.matter: unknown matter code 'M0777'",
        "city/bundles/lamps.yml:41: shared_documents: '证件' stands already for '身份证'",
        "city/bundles/lamps.yml:45: aliases: Field required",
        "city/bundles/lamps.yml:45: code: String should match pattern '^B\\d{2}$'",
        "city/bundles/lamps.yml:45: legal_basis: Field required",
        "city/bundles/lamps.yml:45: local_variation: Field required",
        "city/bundles/lamps.yml:45: sample_questions: Field required",
        "city/bundles/lamps.yml:45: source: Field required",
        "city/bundles/lamps.yml:45: steps: Field required",
        "city/bundles/lamps.yml:45: summary: Field required",
        "city/bundles/lamps.yml:45: valid_from: Field required",
        "city/bundles/lamps.yml:47: colour: Extra inputs are not permitted",
    ]


def test_load_bundles_reports_a_bundle_of_one_step(write_bundles: Write) -> None:
    head, _ = BUNDLE.split("  steps:\n")
    tail = BUNDLE[BUNDLE.index("  local_variation:") :]
    one_step = f"{head}  steps:\n    - {{matter: M0001, why: 登记}}\n{tail}"

    faults = faults_of(write_bundles(**{"city/bundles/lamps.yml": one_step}))

    assert [fault for fault in faults if "steps: Tuple should have at least 2 items" in fault]


def test_load_bundles_reports_a_code_in_two_files_and_broken_yaml(write_bundles: Write) -> None:
    again = (write_bundles() / "city/bundles/lamps.yml").read_text(encoding="utf-8")
    directory = write_bundles(
        **{"city/bundles/more.yml": again, "city/bundles/torn.yml": "- {code: B02\n"}
    )

    assert [fault.split("; ")[0] for fault in faults_of(directory)] == [
        "city/bundles/more.yml:1: code: 'B01' stands already in city/bundles/lamps.yml:1",
        "city/bundles/more.yml:2: title: '挂灯牌' stands already in city/bundles/lamps.yml:2",
        "city/bundles/torn.yml:2: YAML: did not find expected ',' or '}'",
    ]
