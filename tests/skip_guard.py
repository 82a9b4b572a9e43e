"""With ``HOTLINE_FAIL_ON_SKIP=1`` a run in which a test was skipped fails and names it.

A skipped test is one that nobody ran: on a developer's machine that may be meant, in the checks of
a submission it hides what is missing. A pytest plugin, loaded with ``-p tests.skip_guard``.
"""

import os

import pytest

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    # An expected failure is reported as skipped too, but it did run.
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(f"{report.nodeid}: {_reason(report)}")


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _skipped.append(f"{report.nodeid}: {_reason(report)}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _skipped and _fails_on_skip() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped and _fails_on_skip():
        terminalreporter.section("skipped, which counts as a failure here", red=True)
        for line in _skipped:
            terminalreporter.write_line(line)


def _fails_on_skip() -> bool:
    return os.environ.get("HOTLINE_FAIL_ON_SKIP") == "1"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
