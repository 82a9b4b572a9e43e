"""Single checks on an installation of their own."""

from datetime import datetime
from pathlib import Path

import pytest

from connectors.cli import doctor_checks
from connectors.cli.doctor_checks import Finding, Verdict
from foundation.clock import SHANGHAI, FixedClock
from foundation.database.keyring import load_keyring
from foundation.settings import Settings
from routing.deadlines.calendar import load_calendar


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, rasa="off")


def test_doctor_says_that_a_missing_database_is_made_by_setup(settings: Settings) -> None:
    assert doctor_checks.database(settings) == Finding(Verdict.FAULT, "尚未建立：hotline setup")


def test_doctor_finds_a_key_file_that_others_may_read(settings: Settings) -> None:
    path = settings.data_dir / "keys.json"
    load_keyring(path)
    sound = doctor_checks.keys(settings)
    path.chmod(0o644)

    assert sound == Finding(Verdict.GOOD, "keys.json，权限 0600")
    assert doctor_checks.keys(settings).verdict is Verdict.FAULT


def test_doctor_warns_in_november_that_next_year_is_not_published(settings: Settings) -> None:
    last = max(load_calendar(settings).years)
    november = FixedClock(datetime(last, 11, 22, tzinfo=SHANGHAI))
    june = FixedClock(datetime(last, 6, 1, tzinfo=SHANGHAI))

    assert doctor_checks.calendar(settings, november).verdict is Verdict.NOTICE
    assert doctor_checks.calendar(settings, june).verdict is Verdict.GOOD


def test_doctor_takes_rasa_switched_off_for_no_fault(settings: Settings) -> None:
    assert doctor_checks.rasa(settings) == Finding(Verdict.GOOD, "按设置关闭")
    assert doctor_checks.rasa_environment(settings).verdict is Verdict.GOOD
