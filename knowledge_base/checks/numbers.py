"""Numbers that a citizen cannot use: without a unit, or true only in some places."""

import re
from collections.abc import Iterator

from knowledge_base.checks.findings import Finding, Rule
from knowledge_base.checks.guides import CheckedGuide, Guides, per_guide
from knowledge_base.checks.quantities import quantities
from knowledge_base.checks.words import Said
from knowledge_base.library import Library
from knowledge_base.schema import Law, LimitUnit, Matter

_CLAUSE_END = re.compile(r"[。；！？，,;\n]")
_HERE = "本市|我市|全市|本省|我省|全省|本县|本区|我县|我区"
# Set by each province or city; an amount in yuan beside one of them is true only there.
_SET_LOCALLY = re.compile(
    "最低工资|最低生活保障标准|低保标准|特困供养标准|高龄津贴|护理补贴|生活补贴|缴费基数|缴存基数"
    "|平均工资|可支配收入|城乡低保|起付线|封顶线|贷款最高额度|最高可贷|贷款额度|租房提取|购房补贴"
)
_DATE = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日|\d{4}年(?:\d{1,2}月)?")
_MONEY = frozenset({"元"})
# A share of a local base (本省平均工资的60%) may well be national law; an amount is not.
_ABSOLUTE = frozenset({"元", "工作日", "日", "个月", "年", "小时", "平方米"})
_LOCAL_ISSUER = re.compile(r"(?:省|市|州|盟|县|区)(?:人民政府|人民代表大会|人大常委会|委员会)")


def numbers_without_unit(guides: Guides) -> Iterator[Finding]:
    """Yield each number that stands without a unit in a fact, a step, a fee or a limit."""
    for guide in guides:
        yield from _fee_units(guide.matter)
        yield from _limit_units(guide.matter)
        yield from _text_units(guide)


@per_guide
def _text_units(guide: CheckedGuide) -> tuple[Finding, ...]:
    return tuple(
        _unit(
            guide.code,
            said.field,
            f"数字“{one.text}”后面没有单位",
            "写出单位，如元、工作日、%",
        )
        for said in guide.words
        if not said.is_asked and not said.is_name
        for one in quantities(said.text)
        if one.needs_unit
    )


def _fee_units(matter: Matter) -> Iterator[Finding]:
    for index, item in enumerate(matter.fee.items):
        if item.amount_yuan is not None and item.unit is None:
            message = f"{item.name} {item.amount_yuan:g}元，没有写按什么收"
            field = f"fee.items.{index}.amount_yuan"
            yield _unit(matter.code, field, message, "在 unit 写出计费单位，如证、本、件")


def _limit_units(matter: Matter) -> Iterator[Finding]:
    for name in ("statutory", "committed"):
        limit = getattr(matter.time_limit, name)
        if limit is None:
            continue
        at_once = limit.unit is LimitUnit.IMMEDIATE
        if at_once != (limit.amount == 0):
            message = f"时限 {limit.amount} 与单位“{limit.unit.value}”不相称"
            repair = "当场办结的写 amount: 0、unit: 即办；其他的写出数字"
            yield _unit(matter.code, f"time_limit.{name}.amount", message, repair)


def _unit(code: str, field: str, message: str, repair: str) -> Finding:
    return Finding(code, field, message, repair, Rule.NUMBER_WITHOUT_UNIT)


def local_numbers(guides: Guides, library: Library) -> Iterator[Finding]:
    """Yield each number that holds only here, stated as if it held in the whole country.

    It is marked where it stands in a ``local_variation``, where the guide names its ``region``,
    or where it rests on a law of the place itself.
    """
    here = _places(library)
    for guide in guides:
        if guide.matter.region is not None:
            continue
        for said in guide.words:
            if said.local or said.is_asked or said.is_name or _rests_on_local_law(said, library):
                continue
            for clause in _CLAUSE_END.split(said.text):
                number = _local_number(clause, here)
                if number is not None:
                    yield Finding(
                        guide.code,
                        said.field,
                        f"“{clause.strip()}”中的“{number}”只在当地成立",
                        "移到 local_variation，或写明 region，或以当地法规为依据",
                        Rule.LOCAL_NUMBER,
                    )


def _places(library: Library) -> re.Pattern[str]:
    names = {library.city.name, library.city.short_name, library.city.province or ""}
    names |= {one.name for one in library.places if one.kind == "区县"}
    return re.compile("|".join([_HERE, *sorted(map(re.escape, filter(None, names)))]))


def _local_number(clause: str, here: re.Pattern[str]) -> str | None:
    is_here, is_set_locally = here.search(clause), _SET_LOCALLY.search(clause)
    wanted = _ABSOLUTE if is_here else _MONEY if is_set_locally else frozenset()
    timeless = _DATE.sub("", clause) if wanted else ""
    found = (one for one in quantities(timeless) if one.unit in wanted)
    return next((one.text for one in found), None)


def _rests_on_local_law(said: Said, library: Library) -> bool:
    laws = (library.laws.get(reference.law) for reference in said.basis)
    return any(law is not None and _is_local(law, library) for law in laws)


def _is_local(law: Law, library: Library) -> bool:
    words = law.title + (law.issuer or "")
    return library.city.name in words or bool(_LOCAL_ISSUER.search(law.issuer or ""))
