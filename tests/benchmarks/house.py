"""How much of the house one step of training runs through, and where the house repeats itself.

python -m tests.benchmarks.house

A step is traced from one `on_step` to the next, so that all between them counts: the loop, the
passes, clipping, the optimiser. Nothing here is timed.
"""

import ast
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = (ROOT / "attention", ROOT / "profile" / "user_profile", ROOT / "exercises" / "grader")
REPEATED = 6  # lines in a row that make a repeated place


class Trace:
    """As an `on_step`: lines of this repository that run from its first call to its second."""

    def __init__(self) -> None:
        self.lines: set[tuple[str, int]] = set()
        self._calls = 0

    def __call__(self, *_: Any) -> None:
        self._calls += 1
        if self._calls > 2:
            return
        tracer = self._trace if self._calls == 1 else None
        sys.settrace(tracer)
        frame = sys._getframe(1) if tracer else None
        while frame is not None:  # those that are running already
            if self._ours(frame):
                frame.f_trace = tracer
            frame = frame.f_back

    def _ours(self, frame: FrameType) -> bool:
        return any(str(package) in frame.f_code.co_filename for package in PACKAGES)

    def _trace(self, frame: FrameType, event: str, _: Any) -> Any:
        if not self._ours(frame):
            return None
        if event == "line":
            self.lines.add((frame.f_code.co_filename, frame.f_lineno))
        return self._trace

    @property
    def files(self) -> set[str]:
        return {str(Path(file).relative_to(ROOT)) for file, _ in self.lines}


def text_step() -> Trace:
    """The second step of the text model in its default setting, by one worker."""
    from attention.text.corpus import read_corpus
    from attention.text.train import TextSettings, train_text

    trace = Trace()
    train_text(read_corpus()[:20_000], TextSettings(steps=3, workers=1), on_step=trace)
    return trace


def profile_step() -> Trace:
    """The second step of the profile model on a small log."""
    from user_profile.judging.evaluate import mean_ndcg
    from user_profile.log.split import split_last_sessions
    from user_profile.model.settings import Settings
    from user_profile.training.loop import Sitting, train

    from tests.user_profile.shop_log import make_categories, make_sessions

    sessions, trace = make_sessions(), Trace()
    train(
        sessions,
        split_last_sessions(sessions),
        make_categories(sessions),
        Settings(epochs=1, questions=12),
        score=mean_ndcg,
        sitting=Sitting(on_step=trace),
    )
    return trace


def in_training(trace: Trace) -> set[tuple[str, int]]:
    """Of a step, the lines of the rooms that train, passes and model aside."""
    rooms = ("training", "parallel")
    return {line for line in trace.lines if Path(line[0]).parent.name in rooms}


def functions() -> Iterator[tuple[int, str]]:
    """(parameters, name) of every function of the packages, `self` not counted."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                a = node.args
                names = [arg.arg for arg in (*a.posonlyargs, *a.args, *a.kwonlyargs)]
                where = f"{path.relative_to(ROOT)}: {node.name}"
                yield len([name for name in names if name not in ("self", "cls")]), where


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted(package.rglob("*.py"))]


def repeated_places() -> Counter[tuple[str, str]]:
    """Pairs of files that share `REPEATED` lines in a row to the letter, and how often they do."""
    met: dict[tuple[str, ...], list[str]] = {}
    for path in sources():
        text = path.read_text("utf-8")
        imports = {
            number
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        }
        numbered = enumerate(map(str.strip, text.splitlines()), start=1)
        lines = [line for number, line in numbered if number not in imports]
        code = [line for line in lines if any(map(str.isalnum, line)) and line[0] not in "#\"'"]
        for start in range(len(code) - REPEATED + 1):
            window = tuple(code[start : start + REPEATED])
            met.setdefault(window, []).append(str(path.relative_to(ROOT)))
    return Counter(pair for files in met.values() for pair in combinations(sorted(files), 2))


def main(steps: tuple[Callable[[], Trace], ...] = (text_step, profile_step)) -> None:
    traces = [step() for step in steps]
    for step, trace in zip(steps, traces, strict=True):
        print(f"{step.__doc__} {len(trace.files)} files, {len(trace.lines)} lines:")
        per_room = Counter(str(Path(file).parent) for file in trace.files)
        print("   " + ", ".join(f"{room} {count}" for room, count in sorted(per_room.items())))
    one, other = map(in_training, traces)
    print(
        f"In the rooms that train, {len(one & other)} lines are of both steps, "
        f"{len(one - other)} of the first alone, {len(other - one)} of the second alone."
    )
    sizes = sorted((len(path.read_text("utf-8").splitlines()), path) for path in sources())
    print(f"Files: {len(sizes)}, {sum(size for size, _ in sizes):,} lines; the longest:")
    for size, path in reversed(sizes[-5:]):
        print(f"   {size}  {path.relative_to(ROOT)}")
    print("The longest parameter lists:")
    for count, name in sorted(functions(), reverse=True)[:8]:
        print(f"   {count}  {name}")
    pairs = repeated_places()
    rate = 1e4 * len(pairs) / sum(size for size, _ in sizes)
    print(
        f"Pairs of files that share {REPEATED} lines in a row: {len(pairs)}, "
        f"{rate:.1f} for 10,000 lines"
    )
    for (one, other), count in pairs.most_common(8):
        print(f"   {count}  {one} ~ {other}")


if __name__ == "__main__":
    main()
