"""Finding an appeal's number and query code in what a citizen writes."""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"(?<!\d)(?P<day>20\d{6})\s*[-－—]?\s*(?P<serial>\d{6})(?!\d)")
_CODE = re.compile(r"(?<![A-Za-z0-9])(?P<code>[A-Za-z0-9]{6})(?![A-Za-z0-9])")
_LAST_FOUR = re.compile(r"(?<!\d)(?P<digits>\d{4})(?!\d)")


@dataclass(frozen=True, slots=True)
class NamedTicket:
    """What a message names; ``code`` is the query code or the phone's last four digits."""

    number: str | None
    code: str | None


def named_ticket(text: str) -> NamedTicket:
    """Return the appeal number (``YYYYMMDD-NNNNNN``) and the code that ``text`` holds."""
    found = _NUMBER.search(text)
    rest = _NUMBER.sub(" ", text)
    code = _CODE.search(rest) or _LAST_FOUR.search(rest)
    return NamedTicket(
        number=f"{found['day']}-{found['serial']}" if found else None,
        code=code[1].upper() if code else None,
    )
