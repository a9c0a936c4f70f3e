"""Lets ``pytest exercises/`` grade the workbook: options, fixtures, quiet progress, scoreboard."""

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest
from attention_workbook import commands

from grader import scoreboard
from grader.checks import Check, CheckFailed, NotStarted
from grader.grading import FAILED, NOT_STARTED, generator_for
from grader.language import choose, said, told
from grader.lazy import LazyReport
from grader.report import brief_text, sentence
from grader.sandbox.held import weaker_fence
from grader.sandbox.runner import Unusable
from grader.sandbox.spawn import start_ahead
from grader.workbook import LETTERS, Workbook, named_paths, require_numpy

ONE_PROCESS = (
    "the workbook is graded in one process, which sees all checks of an exercise: leave out -n "
    "(or say -n 0)"
)
_workbook = pytest.StashKey[Workbook]()

__all__ = [  # what a conftest takes over
    "check",
    "pytest_addoption",
    "pytest_cmdline_main",
    "pytest_collection_finish",
    "pytest_configure",
    "pytest_make_collect_report",
    "pytest_pyfunc_call",
    "pytest_report_teststatus",
    "pytest_runtest_makereport",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "rng",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """The workbook's options."""
    group = parser.getgroup("workbook", "the workbook of attention-from-scratch")
    group.addoption("--solutions", action="store_true", help="grade the reference solutions")
    group.addoption("--workbook", metavar="DIR", help="grade DIR/exNN_name/file.py instead")
    group.addoption("--lang", metavar="LANG", help="en or zh 中文; else the system's language")
    group.addoption("--score-json", metavar="FILE", help="write the scoreboard to FILE as JSON")
    for command in commands.COMMANDS:
        optional: dict[str, Any] = (
            {"nargs": "?", "const": ""} if command.argument[:1] in ("", "[") else {}
        )
        group.addoption(
            f"--{command.name}", metavar=command.argument or "", help=said(command.says), **optional
        )


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Hints, cases, resets, interviews and the rest run instead of the checks."""
    given = {command.name: config.getoption(f"--{command.name}") for command in commands.COMMANDS}
    wanted = [command for command in commands.COMMANDS if given[command.name] is not None]
    if not wanted:
        if config.getoption("dist", "no") != "no":
            raise pytest.UsageError(ONE_PROCESS)
        if not config.getoption("collectonly"):
            start_ahead()
        return None
    config._do_configure()  # as pytest's own --markers does: the cache is needed
    capture = config.pluginmanager.get_plugin("capturemanager")
    if capture is not None:
        capture.suspend_global_capture(in_=True)
    try:
        argument = config.getoption(f"--{wanted[0].name}")
        print(said(wanted[0].run(config.stash[_workbook].place(), argument)))
    except (ValueError, OSError) as problem:
        raise pytest.UsageError(told(problem)) from None
    finally:
        config._ensure_unconfigure()
    return 0


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the run; test files are imported without putting their folders on the path."""
    try:
        choose(config.getoption("--lang"))
        require_numpy()
        config.stash[_workbook] = Workbook(config)
    except ValueError as problem:
        raise pytest.UsageError(said(str(problem))) from None
    # A checkout that may not be written to costs the cache, not the scoreboard.
    config.addinivalue_line("filterwarnings", "ignore::pytest.PytestCacheWarning")
    if all(config.stash[_workbook].holds(path) for path in named_paths(config)):
        config.option.importmode = "importlib"


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """An exercise that needs a package which is not installed is set aside, and said so."""
    report = yield
    excinfo = report.call.excinfo if report.failed and hasattr(report, "call") else None
    cause = excinfo.value.__cause__ if excinfo is not None else None
    workbook = collector.config.stash[_workbook]
    exercise = workbook.exercise_of(collector.path)
    if exercise is not None and isinstance(cause, ModuleNotFoundError) and cause.name:
        workbook.missing[exercise.name] = cause.name.partition(".")[0]
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 0, f"needs {cause.name}")
    return report


def pytest_collection_finish(session: pytest.Session) -> None:
    """When only exercises run, pytest's own progress and summary lines give way to ours."""
    workbook = session.config.stash[_workbook]
    workbook.quiet = all(workbook.exercise_of(item.path) for item in session.items)
    workbook.last = workbook.exercise_of(session.items[-1].path) if session.items else None
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if workbook.quiet and terminal is not None:
        terminal.showfspath = False
        terminal.reportchars = ""
        # Its summary imports all of hypothesis, a second that no exercise needs.
        session.config.pluginmanager.unregister(name="hypothesispytest")


@pytest.fixture
def check(request: pytest.FixtureRequest) -> Check:
    """Compares the answer with the reference; see grader/checks.py."""
    workbook = request.config.stash[_workbook]
    exercise = workbook.exercise_of(request.path)
    if exercise is None:
        raise pytest.UsageError(f"{request.path} is not the test file of an exercise")
    try:
        made = workbook.run_of(exercise).new_check(request.node.name)
    except NotStarted as problem:
        request.node.stash[_problem] = problem
        pytest.skip(NOT_STARTED)
    request.node.stash[_check] = made
    return made


_check = pytest.StashKey[Check]()
_problem = pytest.StashKey[BaseException]()


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers of this test's own, the same in every run."""
    return generator_for(request.path.parent.name, request.node.name)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Keep the reason of a failure, and spare pytest a traceback through our own code."""
    try:
        return (yield)
    except (CheckFailed, NotStarted, Unusable) as problem:
        pyfuncitem.stash[_problem] = problem
        raise pytest.fail.Exception("see the report", pytrace=False) from None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the end of a check into its result and its own text."""
    report = yield
    workbook = item.config.stash[_workbook]
    exercise = workbook.exercise_of(item.path)
    raised = call.excinfo.value if call.excinfo is not None else None
    problem = item.stash.get(_problem, raised)
    ends_here = call.when == "call" or (call.when == "setup" and problem is not None)
    if exercise is None or not ends_here or isinstance(problem, KeyboardInterrupt):
        return report
    if isinstance(problem, pytest.UsageError):
        return report
    run = workbook.run_of(exercise)
    result = run.record(item.name, item.stash.get(_check, None), problem)
    workbook.results[report.nodeid] = run, result
    workbook.show_progress(exercise.name, result.status)
    if exercise is not workbook.last:
        start_ahead()
    report.location = (*report.location[:2], said(f"{exercise.name}: {sentence(item.name)}"))
    if result.status == NOT_STARTED:
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, NOT_STARTED)
    elif result.status == FAILED:
        report.outcome = "failed"
        report.when = "call"
        if not result.fault:
            in_full = item.config.getoption("tbstyle") != "line"
            report.longrepr = LazyReport(run, result, in_full)  # type: ignore[assignment]
    return report


def pytest_report_teststatus(
    report: pytest.TestReport, config: pytest.Config
) -> tuple[str, str, str] | None:
    """Not started and not tried have categories of their own; letters are ours when quiet."""
    workbook = config.stash[_workbook]
    if report.nodeid not in workbook.results or report.when == "teardown":
        return None
    run, result = workbook.results[report.nodeid]
    category = workbook.category(run, result)
    quiet = workbook.quiet and config.get_verbosity() <= 0
    letter = LETTERS[result.status][0]
    return category, "" if quiet else letter, "" if quiet else category.upper()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The scoreboard, and what to do next."""
    workbook = config.stash[_workbook]
    for name, package in workbook.missing.items():
        missing = f"{name} needs {package}: {scoreboard.install(package)}"
        terminalreporter.write_line(said(missing))
    if workbook.runs:
        more = [
            brief_text(run, result)
            for run, result in workbook.results.values()
            if workbook.category(run, result) == "more failed"
        ]
        if more:
            terminalreporter.write_line(
                said("\nMore that failed (run one exercise with -v for all of it):")
            )
            for line in more:
                terminalreporter.write_line(line)
        for line in workbook.remember():
            terminalreporter.write_line(said(line))
        scoreboard.show(terminalreporter, workbook.scores(), workbook.in_turn(), config)
    if weaker := weaker_fence():
        terminalreporter.write_line(said(weaker))
    if workbook.unwritten:
        terminalreporter.write_line(said(workbook.unwritten), red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the workers and write the scores for machines."""
    workbook = session.config.stash[_workbook]
    workbook.close()
    target = workbook.score_json
    if target is None or session.config.getoption("collectonly"):
        return
    try:
        scoreboard.write_json(target, workbook.scores())
    except OSError as problem:
        workbook.unwritten = f"The scores could not be written to {target}: {problem.strerror}"
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
