"""File names that harm nothing."""

from foundation.text.storable import storable
from routing.attachments.inspection import suffix_of

_NAME_CHARACTERS = 120


def clean_name(name: str, media_type: str) -> str:
    """Return a file name that harms nothing: no folder, no control character, a true ending."""
    base = name.replace("\\", "/").rpartition("/")[2]
    base = "".join(char for char in base if char.isprintable() and char not in '<>:"|?*')
    stem = storable(base.rpartition(".")[0] or base, _NAME_CHARACTERS).strip(". ") or "附件"
    return f"{stem}{suffix_of(media_type)}"
