"""Calendar and rule packs over HTTP: for administrators, with a preview before anything is kept."""

import pytest

from connectors.ticket_api.matrix import DEADLINES
from foundation.access.permissions import Role
from routing.deadlines.calendar import shipped_calendar
from tests.connectors.cli.test_calendar import NOTICE, YEAR
from tests.connectors.ticket_api.conftest import DEPARTMENTAL, INFORMANT, World

PACKS, CALENDAR = f"{DEADLINES}/rule-packs", f"{DEADLINES}/calendar"
BODY = {"year": YEAR, "text": NOTICE}
ASKED = (
    ("GET", PACKS, None),
    ("GET", f"{PACKS}/backtest?pack=sichuan_2025", None),
    ("GET", f"{CALENDAR}?year=2026", None),
    ("POST", f"{CALENDAR}/preview", BODY),
    ("POST", f"{CALENDAR}/notices", BODY),
)


@pytest.mark.parametrize("role", Role)
def test_only_administrators_keep_calendar_and_rules(world: World, role: Role) -> None:
    login = world.login(role, "CG" if role in DEPARTMENTAL else None)
    expected = 200 if role is Role.ADMINISTRATOR else 403

    answers = [world.ask(method, path, login, body).status_code for method, path, body in ASKED]

    assert answers == [expected] * len(ASKED)


def test_packs_are_shown_with_their_sources_and_the_one_in_force(world: World) -> None:
    shown = world.ask("GET", PACKS, world.login(Role.ADMINISTRATOR)).json()

    assert shown["faults"] == []
    assert [one["code"] for one in shown["packs"] if one["in_force"]] == ["guangdong_2022"]
    limits = [limit for pack in shown["packs"] for limit in pack["limits"]]
    assert all(limit["source"] and limit["certainty"] in {"A", "B"} for limit in limits)


def test_a_backtest_says_what_would_have_been_late_and_nothing_of_the_words(world: World) -> None:
    replied = world.replied()
    later = "2030-01-01T00:00:00%2B08:00"  # the clock of this test stands at the registration
    address = f"{PACKS}/backtest?pack=sichuan_2025&end={later}"

    answer = world.ask("GET", address, world.login(Role.ADMINISTRATOR))

    shown = answer.json()
    assert (shown["tickets"], [one["name"] for one in shown["by_department"]]) == (1, ["CG"])
    assert shown["newly_late"] == []
    assert not [secret for secret in INFORMANT if secret in answer.text]
    assert replied.number not in answer.text
    unknown = world.ask("GET", f"{PACKS}/backtest?pack=none", world.login(Role.ADMINISTRATOR))
    assert unknown.status_code == 404


def test_a_notice_is_previewed_and_then_loaded(world: World) -> None:
    admin = world.login(Role.ADMINISTRATOR)
    assert YEAR not in shipped_calendar().years

    preview = world.ask("POST", f"{CALENDAR}/preview", admin, BODY).json()
    unchanged = world.ask("GET", f"{CALENDAR}?year={YEAR}", admin).json()
    loaded = world.ask("POST", f"{CALENDAR}/notices", admin, BODY).json()
    after = world.ask("GET", f"{CALENDAR}?year={YEAR}", admin).json()

    assert preview["refusal"] is None
    assert preview["plan"]["publishes_year"] is True
    assert unchanged == {"year": YEAR, "published": False, "days": []}
    assert loaded["changes"] == preview["plan"]["changes"]
    assert set(loaded["recount"]) == {"seen", "moved", "changed"}
    assert after["published"] is True
    assert f"{YEAR}-10-01" in [one["day"] for one in after["days"]]


def test_a_notice_that_cannot_be_read_is_refused_with_why(world: World) -> None:
    admin = world.login(Role.ADMINISTRATOR)
    torn = {"year": YEAR, "text": NOTICE.replace("1月1日至7日", "1月1日至")}

    preview = world.ask("POST", f"{CALENDAR}/preview", admin, torn).json()
    answer = world.ask("POST", f"{CALENDAR}/notices", admin, torn)

    assert preview["plan"] is None
    assert preview["refusal"]
    assert answer.status_code in {409, 422}
    assert world.ask("GET", f"{CALENDAR}?year={YEAR}", admin).json()["published"] is False
