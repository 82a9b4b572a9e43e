"""Checkpoints (封存点): heads of chains sealed together, each chained to the one before.

The database holds them, and a file outside it holds a copy: who rewrites the database, even with
the chains' own heads, does not reach what the file remembers.
"""

import fcntl
import hmac
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from foundation.clock import SHANGHAI
from foundation.database.keyring import installed_keyring
from routing.tickets.models import FIRST_MAC, EventCheckpoint

FILE = Path("seals", "checkpoints.jsonl")  # in the data folder
_BLOCK = 64 * 1024

Head = tuple[str, int, str]  # ticket number, sequence number, code of that event


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One sealed set of heads."""

    number: int  # from 1, without gaps
    at: datetime
    heads: tuple[Head, ...]
    previous_mac: str
    mac: str

    @classmethod
    def sealed(
        cls, number: int, at: datetime, heads: Iterable[Head], previous_mac: str
    ) -> "Checkpoint":
        """Return a checkpoint with its code."""
        kept = tuple(heads)
        return cls(number, at, kept, previous_mac, _mac(number, at, kept, previous_mac))

    @classmethod
    def of(cls, row: EventCheckpoint) -> "Checkpoint":
        """Return the checkpoint of a row."""
        return cls(row.number, row.at, _heads(row.heads), row.previous_mac, row.mac)

    @property
    def genuine(self) -> bool:
        """Whether the code fits the content."""
        right = _mac(self.number, self.at, self.heads, self.previous_mac)
        return hmac.compare_digest(self.mac, right)

    def row(self) -> EventCheckpoint:
        """Return the row that keeps it."""
        return EventCheckpoint(
            number=self.number,
            at=self.at,
            heads=[list(head) for head in self.heads],
            previous_mac=self.previous_mac,
            mac=self.mac,
        )

    def line(self) -> str:
        """Return its line of the file."""
        content = {
            "number": self.number,
            "at": _moment(self.at),
            "heads": self.heads,
            "previous": self.previous_mac,
            "mac": self.mac,
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, line: str) -> "Checkpoint":
        """Return the checkpoint of a line; raises ``ValueError`` on what is none."""
        try:
            content = json.loads(line)
            at = datetime.fromisoformat(content["at"]).astimezone(SHANGHAI)
            heads = _heads(content["heads"])
            return cls(int(content["number"]), at, heads, content["previous"], content["mac"])
        except (KeyError, TypeError) as error:
            raise ValueError("no checkpoint") from error


class SealFile:
    """The copy outside the database: one line a checkpoint, only ever appended to."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / FILE

    def last(self) -> tuple[int, str]:
        """Return number and code of the last checkpoint written; 0 and zeros before the first."""
        if not self.path.exists():
            return 0, FIRST_MAC
        line = _last_line(self.path)
        if not line:
            return 0, FIRST_MAC
        last = Checkpoint.read(line)
        return last.number, last.mac

    def append(self, checkpoints: Iterable[Checkpoint]) -> int:
        """Write the checkpoints that follow the last one, on disk when this returns.

        Several processes of one machine may call it: each waits for the other, and what another
        has written meanwhile is not written twice. One that does not fit on the last is left out:
        the verifier names it.

        Returns:
            How many were written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            _drop_torn_line(file.fileno(), self.path)
            number, mac = self.last()
            written = 0
            for one in checkpoints:
                if one.number != number + 1 or one.previous_mac != mac or not one.genuine:
                    continue
                file.write(f"{one.line()}\n".encode())
                number, mac, written = one.number, one.mac, written + 1
            if written:
                file.flush()
                os.fsync(file.fileno())
        return written

    def lines(self) -> Iterator[str]:
        """Yield every line; nothing where there is no file."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                yield line.rstrip("\n")


def _mac(number: int, at: datetime, heads: tuple[Head, ...], previous_mac: str) -> str:
    content = {"number": number, "at": _moment(at), "heads": heads, "previous": previous_mac}
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    secret = installed_keyring().secret("event_chain")
    # The prefix keeps the code of a checkpoint from ever being that of an event.
    return hmac.new(secret, f"checkpoint\0{canonical}".encode(), sha256).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _heads(stored: Iterable[Any]) -> tuple[Head, ...]:
    return tuple((str(ticket), int(seq), str(mac)) for ticket, seq, mac in stored)


def _last_line(path: Path) -> str:
    """Return the last whole line, read from the end: the file grows for years."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        tail = b""
        while end > 0 and tail.rstrip(b"\n").count(b"\n") == 0:
            start = max(0, end - _BLOCK)
            file.seek(start)
            tail = file.read(end - start) + tail
            end = start
    whole = tail[: tail.rfind(b"\n") + 1].rstrip(b"\n")
    return whole.rpartition(b"\n")[2].decode()


def _drop_torn_line(descriptor: int, path: Path) -> None:
    """Cut what a crash left of a line: it was never reported as written."""
    content_end = path.stat().st_size
    with path.open("rb") as file:
        end = content_end
        while end > 0:
            start = max(0, end - _BLOCK)
            file.seek(start)
            at = file.read(end - start).rfind(b"\n")
            if at >= 0:
                end = start + at + 1
                break
            end = start
    if end != content_end:
        os.ftruncate(descriptor, end)
