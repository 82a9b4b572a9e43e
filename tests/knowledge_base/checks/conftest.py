"""The small library with guides of a test, and what one rule finds in it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

from knowledge_base.checks import Finding, Rule, check
from knowledge_base.loader import load_library
from tests.knowledge_base.checks.guides import TODAY, Guide

Found = Callable[..., list[Finding]]


@pytest.fixture
def found(write_library: Callable[..., Path]) -> Found:
    """Write a library of these guides and return what one rule finds in it."""

    def run(rule: Rule, *guides: Guide, today: date = TODAY, **files: str) -> list[Finding]:
        text = yaml.safe_dump(list(guides), allow_unicode=True, sort_keys=False)
        directory = write_library(**{"library/demo.yml": text, **files})
        return [one for one in check(load_library(directory), today) if one.rule is rule]

    return run
