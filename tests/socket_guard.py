"""Nothing outside this machine is resolved or connected while tests run.

An audit hook sees every socket of this process, whichever library opens it; a foreign address
fails the test that asked for it. A pytest plugin, listed in ``tests/conftest.py``.
"""

import ipaddress
import sys
from typing import Any

_LOCAL_NAMES = frozenset({"", "localhost", "localhost.", "ip6-localhost", "testserver", "test"})
_WATCHED = frozenset({"socket.connect", "socket.sendto", "socket.getaddrinfo"})


class ForeignAddressError(RuntimeError):
    """A test reached for an address outside this machine."""


def is_local(host: object) -> bool:
    """Return whether ``host`` is this machine: loopback, a Unix path or no host at all."""
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in _LOCAL_NAMES or name.startswith(("/", "\0")):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _WATCHED:
        return
    target = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
    host = target[0] if isinstance(target, tuple) and target else target
    if isinstance(host, int):
        return
    if not is_local(host):
        raise ForeignAddressError(f"{event} to {host!r}: nothing outside may be reached")


sys.addaudithook(_watch)
