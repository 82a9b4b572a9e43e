import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_base.errors import DepartmentNotFoundError, LibraryFaultsError, MatterNotFoundError
from knowledge_base.library import Library
from knowledge_base.loader import SHIPPED_DIRECTORY, load_library

WriteLibrary = Callable[..., Path]

GUIDE_WITH_MANY_FAULTS = """\
- code: M0001
  title: 灯牌登录
  aliases: [登记灯牌]
  category: 演示
  audience: 个人
  department: GB
  summary: 挂灯牌前登记。
  conditions:
    facts:
      - text: 应当登记。
        basis:
          - law: 灯牌条例
            article: 第二条
  location:
    service_points:
      - P1
      - P9
  legal_basis:
    - {law: 灯牌管理条例}
  confused_with:
    M2: 不是这一项
    M0001: 就是这一项
    M0777: 没有这一项
    M0002: 注销的
  source: {title: 灯牌管理条例}
  valid_from: 2026-01-01
- code: M0001
  title: 灯牌注销
  aliases: []
  colour: 红
  category: 演示
  audience: 个人
  department: GA
  summary: 注销灯牌。
  fee: {items: [{name: 工本费, amount_yuan: 很贵}]}
  legal_basis:
    - {law: 灯牌管理条例, article: 二条}
  source: {title: 灯牌管理条例}
"""


def _faults(directory: Path) -> list[str]:
    with pytest.raises(LibraryFaultsError) as caught:
        load_library(directory)
    return caught.value.faults


def _unexplained(directory: Path) -> list[str]:
    try:
        load_library(directory)
    except LibraryFaultsError as error:
        form = re.compile(r"library/demo\.yml:\d+: .+: .+; .+", re.DOTALL)
        return [fault for fault in error.faults if form.match(fault) is None]
    return []


def test_load_library_reads_valid_directory(write_library: WriteLibrary) -> None:
    library = load_library(write_library())

    assert library.city.name == "示例市"
    assert [matter.title for matter in library.public_matters()] == ["灯牌登记"]
    assert library.title_of("M0002") == "灯牌注销"


def test_load_library_reports_every_fault_with_its_line(write_library: WriteLibrary) -> None:
    faults = _faults(write_library(**{"library/demo.yml": GUIDE_WITH_MANY_FAULTS}))

    assert [fault.split("; ")[0] for fault in faults] == [
        "library/demo.yml:2: title: '灯牌登录' is not the title of M0001",
        "library/demo.yml:3: aliases: M0001 has 1 different aliases and sample questions",
        "library/demo.yml:6: department: unknown department 'GB'",
        "library/demo.yml:12: conditions.facts.basis.law: unknown law '灯牌条例'",
        "library/demo.yml:17: location.service_points: unknown service point 'P9'",
        "library/demo.yml:21: confused_with.M2: malformed matter code 'M2'",
        "library/demo.yml:22: confused_with.M0001: a matter cannot be confused with itself",
        "library/demo.yml:23: confused_with.M0777: unknown matter code 'M0777'",
        "library/demo.yml:27: valid_from: Field required",
        "library/demo.yml:29: aliases: Tuple should have at least 1 item after validation, not 0",
        "library/demo.yml:30: colour: Extra inputs are not permitted",
        (
            "library/demo.yml:35: fee.items.amount_yuan: Input should be a valid number, "
            "unable to parse string as a number"
        ),
        "library/demo.yml:35: fee.items.basis: Field required",
        (
            "library/demo.yml:37: legal_basis.article: String should match pattern "
            "'^第[一二三四五六七八九十百千零]+条'"
        ),
    ]


def test_load_library_reports_faults_of_several_files_at_once(write_library: WriteLibrary) -> None:
    laws = (
        "- {title: 灯牌管理条例, certainty: A}\n"
        "- title: 旧灯牌条例\n"
        "  in_force_to: 2020-01-01\n"
        "  certainty: A\n"
        "- {title: 更旧的条例, superseded_by: 没有的条例, certainty: B}\n"
    )
    points = (
        "- code: P1\n  name: 窗口\n  department: XX\n  district: 西区\n"
        "  address: 东路\n  hours: 全天\n"
    )
    second = "- {title: 灯牌管理条例, certainty: B}\n"
    faults = _faults(
        write_library(
            **{
                "city/laws/general.yml": laws,
                "city/laws/other.yml": second,
                "city/service_points/halls.yml": points,
                "city/places.yml": "- {name: 东区, kind: 区县, district: 东区, : }}\n",
            }
        )
    )

    assert [fault.split("; ")[0] for fault in faults] == [
        (
            "city/laws/general.yml:3: in_force_to: 《旧灯牌条例》 is out of force and names no "
            "successor"
        ),
        "city/laws/general.yml:5: superseded_by: unknown law '没有的条例'",
        "city/laws/other.yml:1: title: '灯牌管理条例' stands already in city/laws/general.yml:1",
        "city/places.yml:1: YAML: did not find expected node content",
        "city/service_points/halls.yml:3: department: unknown department 'XX'",
    ]


def test_load_library_refuses_key_written_twice(write_library: WriteLibrary) -> None:
    twice = "- {title: 灯牌管理条例, certainty: A}\n- title: 甲\n  certainty: A\n  title: 乙\n"

    faults = _faults(write_library(**{"city/laws/general.yml": twice}))

    # The laws are unknown now, so the guide's references to them are not judged.
    assert faults == [
        (
            "city/laws/general.yml:4: YAML: key 'title' stands twice; "
            "correct the YAML at or just before this line"
        )
    ]


def test_load_library_names_line_of_impossible_date(write_library: WriteLibrary) -> None:
    laws = "- title: 灯牌管理条例\n  certainty: A\n  in_force_from: 2026-13-01\n"

    faults = _faults(write_library(**{"city/laws/general.yml": laws}))

    assert faults == [
        (
            "city/laws/general.yml:3: YAML: '2026-13-01' is no date (month must be in 1..12); "
            "correct the YAML at or just before this line"
        )
    ]


def test_load_library_reports_duplicate_guide_with_both_places(
    write_library: WriteLibrary,
) -> None:
    directory = write_library()
    shutil.copy(directory / "library/demo.yml", directory / "library/second.yml")

    assert _faults(directory) == [
        (
            "library/second.yml:1: code: 'M0001' stands already in library/demo.yml:1; "
            "keep one of the two"
        ),
        (
            "library/second.yml:2: title: '灯牌登记' stands already in library/demo.yml:2; "
            "keep one of the two"
        ),
    ]


def test_load_library_names_missing_file(write_library: WriteLibrary) -> None:
    directory = write_library()
    (directory / "city/city.yml").unlink()

    assert _faults(directory) == ["city/city.yml:1: file: is missing; create it"]


def test_load_library_refuses_file_that_holds_no_list(write_library: WriteLibrary) -> None:
    faults = _faults(write_library(**{"library/demo.yml": "code: M0001\n"}))

    assert faults == [
        "library/demo.yml:1: record: the file must hold a list; begin every record with '- '"
    ]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_load_library_explains_any_damage_to_a_guide(
    write_library: WriteLibrary, data: st.DataObject
) -> None:
    """Whatever one edit breaks, the answer is a library or a list of faults in that file."""
    directory = write_library()
    guide = directory / "library/demo.yml"
    text = guide.read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 12))
    inserted = data.draw(st.text(alphabet="-:[]{}&*!|>'\"%@`#, \n\t甲a1", max_size=3))
    guide.write_text(text[:start] + inserted + text[start + length :], encoding="utf-8")

    assert _unexplained(directory) == []


def test_shipped_library_is_whole() -> None:
    library = load_library()

    assert len(library.departments) == 60
    assert len(library.places) == 211
    assert len(library.index) == 260


def test_library_refuses_unknown_codes(shipped: Library) -> None:
    with pytest.raises(MatterNotFoundError):
        shipped.matter("M9999")
    with pytest.raises(DepartmentNotFoundError):
        shipped.department("ZZ")


def test_departments_that_are_only_named_receive_no_tickets(shipped: Library) -> None:
    named_only = {code for code, body in shipped.departments.items() if not body.receives_tickets}

    assert named_only == {"X110", "X119", "X120", "X122", "XFY", "XJW", "JDXZ"}


def test_fingerprint_changes_with_content_not_with_layout(write_library: WriteLibrary) -> None:
    directory = write_library()
    before = load_library(directory).fingerprint
    guide = directory / "library/demo.yml"

    guide.rename(directory / "library/renamed.yml")
    assert load_library(directory).fingerprint == before

    renamed = directory / "library/renamed.yml"
    renamed.write_text(renamed.read_text(encoding="utf-8").replace("应当登记", "必须登记"), "utf-8")
    assert load_library(directory).fingerprint != before


def test_shipped_directory_holds_the_city_name_in_data_only() -> None:
    name = load_library().city.short_name
    sources = SHIPPED_DIRECTORY.glob("*.py")

    assert [path.name for path in sources if name in path.read_text(encoding="utf-8")] == []
