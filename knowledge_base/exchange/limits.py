"""How much one file may hold. Each default fits a province's list many times over."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExchangeLimits:
    """Beyond any of these a file is refused before it can fill memory."""

    file_bytes: int = 200 * 2**20
    # A sheet of 100,000 rows and 12 columns expands to about 120 MB.
    expanded_bytes: int = 1024 * 2**20
    # XML of a real sheet packs 5 to 30 times; a bomb packs 1,000 times.
    expansion_ratio: int = 200
    rows: int = 200_000
    columns: int = 200
    cell_characters: int = 32_767  # what a spreadsheet cell holds
    record_characters: int = 1_000_000  # one guide in JSON
    yaml_bytes: int = 50 * 2**20
    report_rows: int = 200_000


DEFAULT_LIMITS = ExchangeLimits()
