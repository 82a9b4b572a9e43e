"""Personal data in free text: found by pattern, replaced by typed placeholders, masked for logs.

Placeholders look like ``[电话1]``: readable, stable within one conversation, and never a word
that a citizen would type.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial


class PersonalKind(StrEnum):
    """What was replaced; the value is the placeholder's word."""

    ID_NUMBER = "身份证号"
    BANK_CARD = "银行卡号"
    PHONE = "电话"
    EMAIL = "邮箱"
    PLATE = "车牌"


_PLATE_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SPOKEN = "零〇洞一幺壹二两三四五六七八九"
_DIGIT_OF = str.maketrans(_SPOKEN, "000111223456789", "- ，、")
# Order matters: a card number contains what looks like a phone, an identity number a card.
_PATTERNS: tuple[tuple[PersonalKind, re.Pattern[str]], ...] = (
    (PersonalKind.EMAIL, re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")),
    (
        PersonalKind.ID_NUMBER,
        re.compile(r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}[01]\d[0-3]\d{4}[\dXx](?![\dXx])"),
    ),
    (
        PersonalKind.PHONE,
        re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"),
    ),
    (PersonalKind.PHONE, re.compile(r"(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)")),
    # As a voice transcript writes a number that was read out: 幺三八 零零幺三 八零零零
    (
        PersonalKind.PHONE,
        re.compile(
            rf"(?<![{_SPOKEN}])[一幺壹][- ，、]?[三四五六七八九]"
            rf"(?:[- ，、]?[{_SPOKEN}]){{9}}(?![{_SPOKEN}])"
        ),
    ),
    (
        PersonalKind.BANK_CARD,
        re.compile(r"(?<!\d)[3-6]\d{3}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)"),
    ),
    (
        PersonalKind.PLATE,
        re.compile(rf"[{_PLATE_PROVINCES}][A-HJ-NP-Z][· ]?[A-HJ-NP-Z0-9]{{5,6}}(?![A-Z0-9])"),
    ),
)
PLACEHOLDER = re.compile(r"\[(?:身份证号|银行卡号|电话|邮箱|车牌|姓名)\d+\]")


@dataclass(slots=True)
class PersonalValues:
    """The values behind the placeholders of one conversation: ``[电话1]`` → ``13…``."""

    values: dict[str, str] = field(default_factory=dict)

    def placeholder(self, kind: str, value: str) -> str:
        """Return the placeholder of ``value``, the same one each time it is said."""
        for name, known in self.values.items():
            if known == value and name.startswith(f"[{kind}"):
                return name
        number = 1 + sum(name.startswith(f"[{kind}") for name in self.values)
        name = f"[{kind}{number}]"
        self.values[name] = value
        return name

    def restore(self, text: str) -> str:
        """Put the values back in place of their placeholders."""
        return PLACEHOLDER.sub(lambda match: self.values.get(match[0], match[0]), text)


def replace_personal(text: str, values: PersonalValues) -> str:
    """Return ``text`` with personal data as placeholders; ``values`` remembers what they were."""
    for kind, pattern in _PATTERNS:
        text = pattern.sub(partial(_hide, values, kind), text)
    return text


def _hide(values: PersonalValues, kind: PersonalKind, match: re.Match[str]) -> str:
    said = match[0]
    if kind is PersonalKind.PHONE and said[0] in _SPOKEN:
        said = said.translate(_DIGIT_OF)  # one number, however it was said
    return values.placeholder(kind, said)


def mask(text: str) -> str:
    """Return ``text`` with personal data starred, for transcripts that many may read."""
    for _, pattern in _PATTERNS:
        text = pattern.sub(_star, text)
    return text


_LONG = 11  # a mobile number; longer values keep three digits before and four behind


def _star(match: re.Match[str]) -> str:
    value = match[0]
    before, behind = (3, 4) if len(value) >= _LONG else (1, 1)
    return value[:before] + "*" * (len(value) - before - behind) + value[-behind:]
