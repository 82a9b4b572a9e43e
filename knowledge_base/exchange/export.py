"""The library as it is answered today, handed out in any of the formats."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge_base.entries.content import guide_form
from knowledge_base.exchange.reading import FileFormat
from knowledge_base.exchange.writers.files import beside
from knowledge_base.exchange.writers.sheets import write_xlsx
from knowledge_base.exchange.writers.texts import write_csv, write_json, write_yaml
from knowledge_base.library import Library

_TEXTS = {
    FileFormat.CSV: write_csv,
    FileFormat.JSON: write_json,
    FileFormat.YAML: write_yaml,
}


def export(library: Library, chosen: FileFormat, path: Path) -> int:
    """Write every guide, internal ones too, in order of code; return how many.

    The file appears whole or not at all; imported again it changes nothing.
    """
    contents = _contents(library)
    if chosen is FileFormat.XLSX:
        write_xlsx(contents, path, library)
    else:
        with beside(path) as place, place.open("w", encoding="utf-8", newline="") as output:
            _TEXTS[chosen](contents, output)
    return len(library.matters)


def _contents(library: Library) -> Iterator[dict[str, Any]]:
    for code in sorted(library.matters):
        yield guide_form(library.matters[code])
