"""Every python block of the documentation runs and prints what the text block under it says."""

from pathlib import Path
from typing import Any

import pytest

from .code_blocks import ROOT, documents, find_blocks, run_block, without_trailing_blanks

WITH_CODE = [path for path in documents() if find_blocks(path.read_text(encoding="utf-8"))]
LONG = {"22-adapters.md"}  # trains for some seconds


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=[pytest.mark.slow] if path.name in LONG else [])
        for path in WITH_CODE
    ],
    ids=lambda path: str(path.relative_to(ROOT / "docs")),
)
def test_blocks_run_and_print_what_they_say(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in find_blocks(path.read_text(encoding="utf-8")):
        printed = run_block(block, path, namespace)
        expected = without_trailing_blanks(block.expected or "")
        assert printed == expected, f"{path}:{block.line} prints something else than it says"


def test_every_chapter_has_code() -> None:
    chapters = {path for path in documents() if path.parent.name == "book"}
    without = sorted(path.name for path in chapters - set(WITH_CODE))
    assert not without, f"chapters without a block that runs: {without}"


def test_a_wrong_output_is_seen(tmp_path: Path) -> None:
    text = "```python\nx = 1\nprint(x)\n```\n\n```text\n2\n```\n\nand\n\n```python\nprint(x)\n```\n"
    first, second = find_blocks(text)
    namespace: dict[str, Any] = {}
    assert (first.expected, second.expected) == ("2\n", None)
    assert run_block(first, tmp_path, namespace) == "1"
    assert run_block(second, tmp_path, namespace) == "1"


def test_errors_point_at_the_line_of_the_file(tmp_path: Path) -> None:
    (block,) = find_blocks("a\n\n```python\n\n1 / 0\n```\n")
    with pytest.raises(ZeroDivisionError) as caught:
        run_block(block, tmp_path / "page.md", {})
    assert caught.traceback[-1].lineno + 1 == 5
