"""The guard itself: it would notice."""

import socket

import pytest

from tests.socket_guard import ForeignAddressError, is_local


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", None, "/run/x.sock"]
)
def test_guard_lets_this_machine_pass(host: str | None) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["example.org", "192.0.2.1", "10.0.0.1", "2001:db8::1"])
def test_guard_knows_what_is_outside(host: str) -> None:
    assert not is_local(host)


def test_guard_refuses_to_resolve_a_foreign_name() -> None:
    with pytest.raises(ForeignAddressError):
        socket.getaddrinfo("example.org", 443)


def test_guard_refuses_to_connect_to_a_foreign_address() -> None:
    with socket.socket() as probe, pytest.raises(ForeignAddressError):
        probe.connect(("192.0.2.1", 443))
