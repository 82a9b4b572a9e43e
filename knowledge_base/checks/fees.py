"""Money that nobody can check: a fee without the rule that allows it."""

import re
from collections.abc import Iterator

from knowledge_base.checks.findings import Finding, Rule
from knowledge_base.checks.guides import CheckedGuide, Guides, per_guide

# 工本费20元, 每证收取10元: an amount charged, not one paid out, owed as a fine or deposited.
_CHARGED = re.compile(
    r"(?:工本费|手续费|登记费|服务费|报名费|检测费|鉴定费|公证费|考试费|证书费|收费标准|收取|缴纳费用|收费)"
    r"[^。；，]{0,12}?\d[\d.]*(?:余|多)?万?元"
)


def fees_without_basis(guides: Guides) -> Iterator[Finding]:
    """Yield each fee for which no law, document or local authority is named."""
    for guide in guides:
        yield from _of_guide(guide)


@per_guide
def _of_guide(guide: CheckedGuide) -> tuple[Finding, ...]:
    fee, found = guide.matter.fee, []
    if fee.free is False and not fee.items and not fee.facts and fee.local_variation is None:
        repair = "写出收费项目和依据，或写明由谁定价"
        found.append(_finding(guide.code, "fee", "收费没有依据", repair))
    if not fee.items and not fee.facts and not fee.basis and fee.local_variation is None:
        return (*found, *_amounts_elsewhere(guide))
    return (*found, *_amounts_without_law(guide))


def _amounts_elsewhere(guide: CheckedGuide) -> Iterator[Finding]:
    for said in guide.words:
        if not said.is_asked and (charged := _CHARGED.search(said.text)):
            message = f"写了“{charged[0]}”，收费一项却没有内容"
            repair = "把金额和依据写进 fee.items"
            yield _finding(guide.code, said.field, message, repair)


def _amounts_without_law(guide: CheckedGuide) -> Iterator[Finding]:
    stated = {f"{item.amount_yuan:g}元" for item in guide.matter.fee.items if item.amount_yuan}
    for said in guide.words:
        if said.is_asked or said.basis or said.local:
            continue
        charged = _CHARGED.search(said.text)
        if charged and not any(charged[0].endswith(amount) for amount in stated):
            message = f"“{charged[0]}”旁边没有依据"
            yield _finding(guide.code, said.field, message, "写上 basis，或与 fee.items 一致")


def _finding(code: str, field: str, message: str, repair: str) -> Finding:
    return Finding(code, field, message, repair, Rule.FEE_WITHOUT_BASIS)
