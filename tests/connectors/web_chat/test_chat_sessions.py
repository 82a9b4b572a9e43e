from datetime import datetime, timedelta

import pytest

from connectors.web_chat.errors import SessionRefusedError
from connectors.web_chat.sessions import ChatSessions
from foundation.clock import SHANGHAI, FixedClock
from foundation.database.keyring import new_keyring

NOON = datetime(2026, 11, 23, 12, tzinfo=SHANGHAI)


def test_token_opens_its_own_conversation_again() -> None:
    sessions = ChatSessions(new_keyring(), FixedClock(NOON))
    token, other = sessions.issue(), sessions.issue()

    assert sessions.key(token) == sessions.key(token)
    assert sessions.key(token) != sessions.key(other)
    assert len(token) == 50


def test_token_ends_after_seven_days() -> None:
    clock = FixedClock(NOON)
    sessions = ChatSessions(new_keyring(), clock)
    token = sessions.issue()

    clock.moment = NOON + timedelta(days=7)
    sessions.key(token)
    clock.moment = NOON + timedelta(days=7, seconds=1)
    with pytest.raises(SessionRefusedError):
        sessions.key(token)


def test_token_of_another_installation_or_changed_is_refused() -> None:
    sessions = ChatSessions(new_keyring(), FixedClock(NOON))
    foreign = ChatSessions(new_keyring(), FixedClock(NOON)).issue()
    token = sessions.issue()
    changed = ("B" if token[0] != "B" else "C") + token[1:]

    for refused in (foreign, changed, token[:-4], "", "不是令牌"):
        with pytest.raises(SessionRefusedError):
            sessions.key(refused)
