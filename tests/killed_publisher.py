"""A process that publishes and is killed in the last step before its transaction commits.

Run as ``python -m tests.killed_publisher URL CODE LOCK_VERSION``; publishes as ``reviewer``.
"""

import os
import signal
import subprocess
import sys

from foundation.access.service import AccessService
from foundation.clock import SystemClock
from foundation.database.session import Database
from foundation.events.outbox import Outbox
from foundation.settings import ROOT
from knowledge_base.entries.checking import PublishChecks
from knowledge_base.entries.service import EntryService
from knowledge_base.loader import load_library


def _die(*_: object, **__: object) -> bool:
    os.kill(os.getpid(), signal.SIGKILL)
    return False


def publish_and_be_killed(url: str, code: str, lock_version: int) -> None:
    """Start the process and wait for its end; it must have died of the signal."""
    arguments = [sys.executable, "-m", "tests.killed_publisher", url, code, str(lock_version)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def _main(url: str, code: str, lock_version: str) -> None:
    database, clock = Database(url), SystemClock()
    access = AccessService(clock, session_hours=12)
    entries = EntryService(database, load_library(), access, clock, PublishChecks())
    # The outbox row is the last thing that publishing writes.
    Outbox.enqueue = _die  # type: ignore[method-assign] -- of this process alone
    with database.reading() as session:
        reviewer = access.named(session, "reviewer")
    entries.publish(reviewer, code, int(lock_version), "核对无误", "演练")


if __name__ == "__main__":
    _main(*sys.argv[1:])
