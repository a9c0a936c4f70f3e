"""Makes ``docs/workbook/companion.md`` and its Chinese twin: the screens as they are printed.

``python -m tests.workbook.own_screens`` writes the pages; a test holds them to the companion.
"""

import contextlib
import io
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from tests.workbook.later_screens import later
from tests.workbook.screens import ANSWERS, PAGE, tidy

OWN = {"en": PAGE.with_name("companion.md"), "zh": PAGE.with_name("companion.zh.md")}
INTRODUCTION = {
    "en": """\
# The workbook in a folder of one's own

Every screen of the companion as it is printed, made by `python -m tests.workbook.own_screens`; a
test holds the page. Every command is a flag of `pytest` as well: `pytest --hint ex02`. `check`
ends with status 0 if every exercise asked for passed, else with 1; what cannot be done ends with 2.

`watch` asks ten times a second for its file's time and size and sleeps in between. `progress.json`
is what is remembered: counts are kept by computer, so two computers that share a folder lose
nothing; a copy that a syncing program lays beside it is taken in. Points are graded afresh.
`update` replaces what it laid out itself and leaves what you have changed.
[中文](companion.zh.md).
""",
    "zh": """\
# 自己文件夹里的练习册

`attention-workbook` 的每一屏，照原样打印，由 `python -m tests.workbook.own_screens` 生成，
有测试核对。系统语言是中文时如此显示，否则加 `--lang zh`。每个命令也是 `pytest` 的选项：
`pytest --hint ex02`。`check` 的退出状态：所查的题全部通过为 0，否则为 1；命令无法执行为 2。

`watch` 每秒看十次文件的时间和大小，其余时间休眠。`progress.json` 记住进度：计数按计算机分别保存，
两台计算机共用一个文件夹也不会丢；同步程序放在旁边的副本会合并进来。得分总是重新评出。
`update` 只替换它自己放进去的文件，你改过的保持不变。[English](companion.md)。
""",
}
Step = tuple[str, str, str | None]
WATCHED = (
    "Watch, {} columns: An answer that is wrong",
    "Watch, {} columns: It is mended and saved",
)
TITLES = {  # of the Chinese page, in the order of the English one
    "A folder of one's own": "建立自己的文件夹",
    "Where one stands": "看看进度",
    "A first try": "第一次尝试",
    "A hint": "一条提示",
    "What an assistant is told": "助手能知道什么",
    "A pass, and its solution": "通过，以及参考答案",
    "The same list, later": "再看进度",
    "What is due again, two days on": "两天以后，该复习的题",
    "An update, when there is nothing newer": "没有新版本时的更新",
    "Another route": "换一条路线",
    "Not a workbook": "不是练习册",
    WATCHED[0]: "watch，{} 列：错误的答案",
    WATCHED[1]: "watch，{} 列：改好并保存",
}
STEPS: list[Step] = [
    ("A folder of one's own", "init mine", None),
    ("Where one stands", "list", None),
    ("A first try", "check ex01", "softmax_first_try.py"),
    ("A hint", "hint ex01", None),
    ("What an assistant is told", "explain ex01 --json", None),
    ("A pass, and its solution", "check ex01", "softmax_right.py"),
    ("The same list, later", "list", None),
    ("What is due again, two days on", "list", "2026-01-03"),
    ("An update, when there is nothing newer", "update", None),
    ("Another route", "route weekend", None),
    ("Not a workbook", "init mine", None),
]


def page(folder: Path, language: str = "en") -> str:
    """The whole page, run in an empty folder."""
    with _there(folder, language):
        from attention_workbook.lay_out import version

        parts = [INTRODUCTION[language], *_stepped(folder, language)]
        os.chdir(folder / "mine")
        for head, typed, said in later(folder / "mine", language):
            shown = tidy(said, folder).replace(version(), "0.1.0")
            parts.append(f"## {head}\n\n```text\n{typed}\n{shown}\n```\n")
        for columns in (80, 40):
            os.environ["COLUMNS"] = str(columns)
            shutil.copy(
                ANSWERS / "softmax_first_try.py", folder / "mine" / "ex01_softmax/softmax.py"
            )
            parts += _watched(folder / "mine", columns, language)
    return "\n".join(parts)


def cheap(folder: Path, language: str, but: set[str]) -> list[str]:
    """The page's first sections but those of these titles: what takes less than a second."""
    with _there(folder, language):
        return list(_stepped(folder, language, but))


def _stepped(folder: Path, language: str, but: Collection[str] = ()) -> Iterator[str]:
    from attention_workbook.lay_out import version

    own = folder / "mine"
    for title, command, given in STEPS:
        if title in but:
            continue
        if given is not None and given.endswith(".py"):
            shutil.copy(ANSWERS / given, own / "ex01_softmax" / "softmax.py")
        elif given is not None:
            os.environ["ATTENTION_WORKBOOK_NOW"] = f"{given}T12:00:00+00:00"
        os.chdir(own if own.is_dir() and title != STEPS[-1][0] else folder)
        said = tidy(_said(["--lang", language, *command.split()]), folder)
        shown = said.replace(version(), "0.1.0")
        if command.startswith("explain"):
            shown = "\n".join([*shown.splitlines()[:14], "  …"])
        head = title if language == "en" else TITLES[title]
        yield f"## {head}\n\n```text\n$ attention-workbook {command}\n{shown}\n```\n"


def _said(arguments: list[str]) -> str:
    from attention_workbook.__main__ import main

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        main(arguments)
    return said.getvalue()


def _watched(own: Path, columns: int, language: str) -> Iterator[str]:
    from attention_workbook.__main__ import typed
    from attention_workbook.place import Place
    from attention_workbook.watch import SEARCHING, watch
    from grader.language import said

    from tests.workbook.test_watch import Script

    def right() -> None:
        shutil.copy(ANSWERS / "softmax_right.py", own / "ex01_softmax" / "softmax.py")

    desk = Script(right)
    watch(Place(own, own, own, typed), desk)
    lasting = [one for one in desk.screens if said(SEARCHING) not in one]
    for title, screen in zip(WATCHED, lasting):
        head = (title if language == "en" else TITLES[title]).format(columns)
        yield f"## {head}\n\n```text\n{screen}\n```\n"


@contextlib.contextmanager
def _there(folder: Path, language: str) -> Iterator[None]:
    from grader.language import choose

    names = ("COLUMNS", "ATTENTION_WORKBOOK_NOW")
    before, here = {name: os.environ.get(name) for name in names}, Path.cwd()
    os.environ.update(COLUMNS="80", ATTENTION_WORKBOOK_NOW="2026-01-01T12:00:00+00:00")
    try:
        os.chdir(folder)
        choose(language)
        yield
    finally:
        choose("en")
        os.chdir(here)
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def main() -> None:
    """Write the pages."""
    import tests.workbook.conftest  # noqa: F401 - it puts the grader on the path

    for language, path in OWN.items():
        with tempfile.TemporaryDirectory() as folder:
            path.write_text(page(Path(folder).resolve(), language), encoding="utf-8")
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
