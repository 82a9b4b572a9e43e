"""Telephone numbers, and what looks like one and cannot be dialled."""

import re
from collections.abc import Iterator

from knowledge_base.checks.findings import Finding, Rule
from knowledge_base.checks.guides import CheckedGuide, Guides, per_guide
from knowledge_base.library import Library
from knowledge_base.schema import Matter

# Short codes by their plan (电信网编号计划): emergency 1xx, hotlines 12xxx(x), operators 100xx,
# post 1118x, nationwide services 95xxx(x), services of a province 96xxx(x).
_SHORT_CODE = r"11[0249]|12[02]|12\d{3,4}|100\d{2}|1118[35]|95\d{3,4}|96\d{3,4}"
_LANDLINE = r"0\d{2,3}[-—－ ]?[2-9]\d{6,7}(?:[-—－转]\d{1,6})?"
_FREE_CALL = r"[48]00[-—－ ]?\d{3,4}[-—－ ]?\d{3,4}"
_MOBILE = r"(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}"
PHONE = re.compile(rf"(?:{_FREE_CALL}|{_MOBILE}|{_LANDLINE}|{_SHORT_CODE})")

_DIALLED = r"\+?\d[\d\-—－ ]*\d"
_WHOLE_TOKEN = re.compile(rf"(?<![\dA-Za-z.〔]){_DIALLED}(?![\dA-Za-z.〕])")
# Behind these words stands a number to dial; a few words may stand between.
_ANNOUNCED = re.compile(
    r"(?:电话|热线|手机号码?|致电|拨打|来电|联系方式|传真)(?:号码?)?(?:[是为]|[:：（(“])?\s*"
    rf"(?P<number>{_DIALLED})(?![\d年月日个元%岁人天小分秒点时周次位名])"
)
_SHAPED = re.compile(
    r"^(?:0\d{2,3}[-—－ ]\d+|\+?86[- ]?\d+|1[3-9]\d{8,11}|[48]00[-—－ ]\d[\d\-—－ ]*)$"
)


def no_phones(guides: Guides) -> Iterator[Finding]:
    """Yield each number that a guide tells people to dial and that is no telephone number."""
    for guide in guides:
        yield from _of_guide(guide)


@per_guide
def _of_guide(guide: CheckedGuide) -> tuple[Finding, ...]:
    told = (
        _finding(guide.code, said.field, number)
        for said in guide.words
        for number in malformed_phones(said.text)
    )
    return (*_own_phones(guide.matter), *told)


def no_phones_of_points(library: Library) -> Iterator[Finding]:
    """Yield the same of each service point."""
    for point in library.service_points.values():
        for field in ("name", "address", "hours"):
            for number in malformed_phones(getattr(point, field)):
                yield _finding(point.code, field, number)


def _own_phones(matter: Matter) -> Iterator[Finding]:
    for field in ("consultation_phone", "complaint_phone"):
        number = getattr(matter, field)
        if not PHONE.fullmatch(number):
            yield _finding(matter.code, field, number)


def _finding(code: str, field: str, number: str) -> Finding:
    return Finding(
        code,
        field,
        f"“{number}”不是能拨通的电话号码",
        "核对号码：固定电话写区号，如 0871-63100000；不清楚的写 12345",
        Rule.NO_PHONE,
    )


def malformed_phones(text: str) -> list[str]:
    """Return what is announced as a telephone number, or has the shape of one, and is none."""
    announced = [match["number"] for match in _ANNOUNCED.finditer(text)]
    shaped = [token for token in _WHOLE_TOKEN.findall(text) if _SHAPED.match(token)]
    return [one for one in dict.fromkeys((*announced, *shaped)) if not PHONE.fullmatch(one)]


def without_phones(text: str) -> str:
    """Return the text with every telephone number blanked, as long as before.

    A short code counts as one only where no unit follows: 12345, but not 12315元.
    """
    return _BLANKED.sub(lambda match: "　" * len(match[0]), text)


_BLANKED = re.compile(rf"(?<![\d.,]){PHONE.pattern}(?![\d.,年月日个元万千百亿%岁人天名张户米])")
