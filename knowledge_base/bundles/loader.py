"""Loading of the bundles: every file, every fault, then one frozen mapping by code.

One file of ``city/bundles/`` holds one or more bundles; all that they refer to stands in the
library they are loaded with.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from knowledge_base.bundles.checking import check_bundle
from knowledge_base.bundles.errors import BundleNotFoundError
from knowledge_base.bundles.schema import Bundle
from knowledge_base.faults import FaultList, Located, read_file, read_records
from knowledge_base.library import Library
from knowledge_base.loader import SHIPPED_DIRECTORY
from knowledge_base.references import check_unique

_WHERE: Final = "city/bundles"


class Bundles:
    """All bundles, in order of code."""

    def __init__(self, bundles: Mapping[str, Bundle]) -> None:
        self._by_code = MappingProxyType(dict(sorted(bundles.items())))

    def all(self) -> tuple[Bundle, ...]:
        """Return every bundle."""
        return tuple(self._by_code.values())

    def bundle(self, code: str) -> Bundle:
        """Return the bundle with this code.

        Raises:
            BundleNotFoundError: there is none.
        """
        try:
            return self._by_code[code]
        except KeyError:
            raise BundleNotFoundError(code) from None


def load_bundles(library: Library, directory: Path = SHIPPED_DIRECTORY) -> Bundles:
    """Load and check all bundles of a directory that is laid out like the shipped one.

    Args:
        library: whose matters and laws the bundles refer to.
        directory: holds ``city/bundles/*.yml``.

    Raises:
        LibraryFaultsError: listing every fault as ``file:line: field: problem; repair``.
    """
    faults = FaultList()
    entries: list[Located[Bundle]] = []
    for path in sorted((directory / _WHERE).glob("*.yml")):
        file = read_file(path, directory, faults)
        if file is not None:
            entries.extend(read_records(file, Bundle, faults))
    check_unique(entries, lambda bundle: bundle.code, "code", faults)
    check_unique(entries, lambda bundle: bundle.title, "title", faults)
    for entry in entries:
        check_bundle(entry, library, faults)
    faults.raise_if_any()
    return Bundles({entry.record.code: entry.record for entry in entries})
