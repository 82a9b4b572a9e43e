from collections.abc import Callable

from knowledge_base.checks import Finding, Rule
from tests.knowledge_base.checks.guides import guide

Found = Callable[..., list[Finding]]

BODIES = """\
- {code: GA, name: 示例市公安局, short_name: 市公安局, level: 市, territory: 全市,
   duties: [户籍管理和居民身份证签发, 养犬登记]}
- {code: JJ, name: 示例市交警支队, short_name: 市交警支队, level: 市, territory: 全市,
   duties: [机动车驾驶证业务, 机动车注册登记, 电动自行车通行管理]}
- {code: MZ, name: 示例市民政局, short_name: 市民政局, level: 市, territory: 全市,
   duties: [婚姻登记和收养登记, 殡葬管理]}
- {code: SW, name: 示例市税务局, short_name: 市税务局, level: 市, territory: 全市,
   duties: [发票管理, 车辆购置税征收]}
- {code: RQ, name: 示例燃气公司, short_name: 燃气公司, level: 企业, territory: 全市,
   duties: [管道燃气开户通气, 燃气抢修]}
- {code: X110, name: 公安报警台, short_name: 报警台, level: 市, territory: 全市,
   duties: [警情], receives_tickets: false}
"""
FILES = {"city/departments.yml": BODIES}


def _licence(department: str, **changed: object) -> dict[str, object]:
    written = guide("M0101", "机动车驾驶证业务办理", department=department, **changed)
    return {**written, "aliases": [*written["aliases"], "机动车注册登记", "电动自行车通行管理"]}


def test_departments_without_power_finds_guide_of_another_body(found: Found) -> None:
    assert [
        (one.code, one.field, one.message)
        for one in found(Rule.DEPARTMENT_WITHOUT_POWER, _licence("MZ"), **FILES)
    ] == [
        (
            "M0101",
            "department",
            "市民政局的职责没有提到“机动车驾驶证业务办理”，字面上更接近市交警支队（JJ）",
        )
    ]


def test_departments_without_power_passes_the_body_with_the_duty(found: Found) -> None:
    assert found(Rule.DEPARTMENT_WITHOUT_POWER, _licence("JJ"), **FILES) == []


def test_departments_without_power_passes_what_no_duty_list_mentions(found: Found) -> None:
    written = guide("M0101", "灯笼悬挂", department="MZ")

    assert found(Rule.DEPARTMENT_WITHOUT_POWER, written, **FILES) == []


def test_departments_without_power_finds_company_that_grants_licences(found: Found) -> None:
    def gas(power_kind: str) -> dict[str, object]:
        return guide("M0101", "管道燃气开户", department="RQ", power_kind=power_kind)

    licence = found(Rule.DEPARTMENT_WITHOUT_POWER, gas("行政许可"), **FILES)

    assert [one.message for one in licence] == ["示例燃气公司是企业，不能行使行政许可"]
    assert found(Rule.DEPARTMENT_WITHOUT_POWER, gas("公共服务"), **FILES) == []


def test_departments_without_power_finds_emergency_line(found: Found) -> None:
    written = guide("M0101", "警情受理", department="X110")

    assert [one.message for one in found(Rule.DEPARTMENT_WITHOUT_POWER, written, **FILES)] == [
        "公安报警台不承办政务服务事项"
    ]
