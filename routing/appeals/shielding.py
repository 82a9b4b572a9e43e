"""The version of a citizen's words that handling roles may see.

An ordinary appeal is masked. A confidential one is shielded: personal data goes altogether (four
digits of a phone can name an informant), and so do stated names. Over-protection is no error.
"""

import re

from foundation.text.personal_information import PersonalValues, mask, replace_personal

HIDDEN = "[已隐去]"
_SELF_NAMED = re.compile(
    r"(?P<lead>我叫|我是|本人是|本人叫|本人|姓名(?:是|为)?[:：]?|名字(?:是|叫)?[:：]?|我姓)"
    r"\s*(?P<name>[\u4e00-\u9fff·]{1,4})(?=[，,。；;、！!？?\s（(]|$)"
)


def shielded(text: str, *, confidential: bool, name: str | None, phone: str | None) -> str:
    """Return ``text`` as handling roles may see it.

    Args:
        text: the citizen's own words.
        confidential: whether the informant is protected.
        name: as given for contact; hidden wherever it stands.
        phone: as given for contact; hidden wherever it stands, whatever its form.
    """
    if not confidential:
        return mask(text)
    for known in (name, phone):
        if known and known.strip():
            text = text.replace(known.strip(), HIDDEN)
    text = _SELF_NAMED.sub(lambda match: f"{match['lead']}{HIDDEN}", text)
    return replace_personal(text, PersonalValues())
