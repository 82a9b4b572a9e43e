"""CSV, JSON and YAML, written guide by guide."""

import csv
import json
from collections.abc import Iterable
from typing import Any, TextIO

from knowledge_base.entries.text_form import as_text
from knowledge_base.exchange.columns import COLUMNS
from knowledge_base.exchange.writers.sheets import row_of

_BOM = "\ufeff"  # without it spreadsheets take UTF-8 for the machine's own encoding


def write_csv(contents: Iterable[dict[str, Any]], output: TextIO) -> None:
    """Write the columns of the template, UTF-8 with a mark, CRLF as spreadsheets expect."""
    output.write(_BOM)
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow([column.header for column in COLUMNS])
    writer.writerows(row_of(content) for content in contents)


def write_json(contents: Iterable[dict[str, Any]], output: TextIO) -> None:
    """Write an array, one guide a line, in the library's form."""
    separator = "[\n"
    for content in contents:
        output.write(separator + json.dumps(content, ensure_ascii=False))
        separator = ",\n"
    output.write("[]\n" if separator == "[\n" else "\n]\n")


def write_yaml(contents: Iterable[dict[str, Any]], output: TextIO) -> None:
    """Write a list in the layout of the library's files."""
    output.writelines(as_text([content]) for content in contents)
