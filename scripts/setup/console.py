"""Progress on the terminal: one bar line that is redrawn, or a line every tenth in a log."""

import sys
import threading
import time
from dataclasses import dataclass
from typing import TextIO

_BAR_CELLS = 16
_HEARTBEAT_SECONDS = 30.0


@dataclass
class Task:
    """One thing under way: how much of it is done and what it is doing."""

    title: str
    total: int = 0
    done: int = 0
    doing: str = ""
    shown_tenth: int = -1
    shown_at: float = 0.0

    @property
    def tenth(self) -> int:
        """How many tenths are done."""
        return 10 * self.done // self.total if self.total else 0

    def line(self) -> str:
        """The task as one line of text."""
        filled = _BAR_CELLS * self.done // self.total if self.total else 0
        bar = "█" * filled + "░" * (_BAR_CELLS - filled)
        return f"{self.title} {bar} {self.done}/{self.total} {self.doing}".rstrip()


class Console:
    """Shared by the steps that run side by side."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self._redraws = stream.isatty()
        self._tasks: list[Task] = []
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        """Print one line above the bars."""
        with self._lock:
            self._clear()
            self._stream.write(f"{text}\n")
            self._draw()

    def start(self, title: str, total: int) -> Task:
        """Show a new bar of ``total`` parts."""
        task = Task(title, total, shown_at=time.monotonic())
        with self._lock:
            self._clear()
            self._tasks.append(task)
            self._draw()
        return task

    def update(self, task: Task, done: int, doing: str) -> None:
        """Move a bar; ``doing`` names the part at hand."""
        with self._lock:
            task.done, task.doing = min(done, task.total), doing
            if self._redraws:
                self._clear()
                self._draw()
            elif task.tenth != task.shown_tenth or self._is_quiet(task):
                task.shown_tenth, task.shown_at = task.tenth, time.monotonic()
                self._stream.write(f"{task.line()}\n")
                self._stream.flush()

    def finish(self, task: Task, text: str) -> None:
        """Replace a bar by its closing line."""
        with self._lock:
            self._clear()
            self._tasks.remove(task)
            self._stream.write(f"{text}\n")
            self._draw()

    def _is_quiet(self, task: Task) -> bool:
        return time.monotonic() - task.shown_at > _HEARTBEAT_SECONDS

    def _clear(self) -> None:
        if self._redraws:
            self._stream.write("\r\x1b[K")

    def _draw(self) -> None:
        if self._redraws:
            # 36 columns each: two bars side by side stay on one line of an ordinary terminal.
            self._stream.write("  ".join(task.line()[:56] for task in self._tasks))
        self._stream.flush()
