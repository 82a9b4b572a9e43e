"""The order of a run: quick tests first, then those that need Rasa, then the browser.

A pytest plugin, loaded with ``-p tests.run_order``; inside each part the order stays as collected.
"""

import pytest

_LATE_MARKERS = ("postgres", "rasa", "browser")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_part)


def _part(item: pytest.Item) -> int:
    marks = [
        number for number, name in enumerate(_LATE_MARKERS, 1) if item.get_closest_marker(name)
    ]
    return max(marks, default=0)
